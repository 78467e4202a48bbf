/**
 * The drawing schedule: when which chart is drawn.
 *
 * New rows cost their tails, in every chart that can be seen, once in an animation frame. A whole figure costs much
 * more: one in a frame, and never all of the time, so that a slow machine stays ready for the mouse.
 */

/**
 * @import { Run } from "../types.js"
 * @import { Chart } from "./chart.js"
 */

/** The page rests for this share of the time that drawing took. */
const REST = 0.25;
/** Milliseconds without drawing at most, however long drawing took. */
const MAX_REST = 250;
/** Milliseconds between two looks of the run list at the rows. */
const LIST_EVERY = 100;

export class DrawingSchedule {
  #charts;
  #shown;
  #drawWhole;
  #onFrame;
  #scheduled = false;
  #resting = 0;
  #listed = 0;
  #canDraw = false;

  /**
   * @param {() => Chart[]} charts
   * @param {() => Run[]} shown the runs that are shown
   * @param {(chart: Chart, shown: Run[]) => Promise<void>} drawWhole
   * @param {() => void} onFrame called while rows come, for whatever else follows them
   */
  constructor(charts, shown, drawWhole, onFrame) {
    this.#charts = charts;
    this.#shown = shown;
    this.#drawWhole = drawWhole;
    this.#onFrame = onFrame;
  }

  /** From now on whole figures can be drawn. */
  begin() {
    this.#canDraw = true;
    this.plan();
  }

  /** Something may have to be drawn: do so in the next frame that is free for it. */
  plan() {
    const needs = this.#charts().some(
      ({ visible, stale, behind }) => visible && ((stale && this.#canDraw) || behind),
    );
    if (this.#scheduled || !needs) return;
    this.#scheduled = true;
    const wait = this.#resting - performance.now();
    if (wait > 0) setTimeout(() => requestAnimationFrame(() => this.#frame()), wait);
    else requestAnimationFrame(() => this.#frame());
  }

  async #frame() {
    const began = performance.now();
    try {
      await this.#draw(began);
    } finally {
      const ended = performance.now();
      // not before every chart has its axes: the visitor waits for them
      const drawn = this.#charts().every((chart) => chart.drawn >= 0 || !chart.visible);
      this.#resting = drawn ? ended + Math.min(REST * (ended - began), MAX_REST) : ended;
      this.#scheduled = false;
      this.plan();
    }
  }

  /** @param {number} began */
  async #draw(began) {
    const seen = this.#charts().filter(({ visible }) => visible);
    for (const chart of seen) if (chart.behind && !chart.stale) chart.drawNew(began);
    const stale = this.#canDraw ? seen.filter((chart) => chart.stale) : [];
    const shown = stale.length ? this.#shown() : [];
    // Of whole figures one in a frame, the emptiest first, of these the topmost: all together would make the first point
    // wait for all, and a chart that is drawn a few runs at a time the others for its last. Axes without runs all at once.
    if (shown.length) stale.sort((one, other) => one.drawn - other.drawn).splice(1);
    for (const chart of stale) await this.#drawWhole(chart, shown);
    if (began - this.#listed >= LIST_EVERY) {
      this.#listed = began;
      this.#onFrame();
    }
  }
}
