/**
 * The drawing schedule decides when each chart is drawn.
 *
 * For new rows, the tails of all visible charts are drawn in one animation frame. Drawing a whole figure takes much longer, so
 * at most one is drawn in a frame, with rests between, so that the page reacts to the mouse even on a slow machine.
 */

/**
 * @import { Run } from "../types.js"
 * @import { Chart } from "./chart.js"
 */

/** After drawing, the page rests for this share of the time that drawing took. */
const REST = 0.25;
/** The longest rest, in milliseconds. */
const MAX_REST = 250;
/** At least this many milliseconds are between two updates of the run list. */
const LIST_EVERY = 100;

export class DrawingSchedule {
  #charts;
  #shown;
  #drawWhole;
  #updateRunList;
  #scheduled = false;
  #restsUntil = 0;
  #listUpdatedAt = 0;
  #willUpdateList = false;
  #canDraw = false;

  /**
   * @param {() => Chart[]} charts all charts of the board
   * @param {() => Run[]} shown the shown runs
   * @param {(chart: Chart, shown: Run[]) => Promise<void>} drawWhole
   * @param {() => void} updateRunList called after drawing, at most every LIST_EVERY, to update the run list
   */
  constructor(charts, shown, drawWhole, updateRunList) {
    this.#charts = charts;
    this.#shown = shown;
    this.#drawWhole = drawWhole;
    this.#updateRunList = updateRunList;
  }

  /** From now on whole figures can be drawn. */
  begin() {
    this.#canDraw = true;
    this.plan();
  }

  /** If a chart must be drawn, ask for an animation frame, after the rest if there is one. */
  plan() {
    const needs = this.#charts().some(
      ({ visible, stale, behind }) => visible && (stale ? this.#canDraw : behind),
    );
    if (this.#scheduled || !needs) return;
    this.#scheduled = true;
    const wait = this.#restsUntil - performance.now();
    if (wait > 0) setTimeout(() => requestAnimationFrame(() => this.#frame()), wait);
    else requestAnimationFrame(() => this.#frame());
  }

  async #frame() {
    const began = performance.now();
    try {
      await this.#draw(began);
    } finally {
      const ended = performance.now();
      // no rest until every chart has axes, because the viewer waits for them
      const haveAxes = this.#charts().every((chart) => chart.drawn >= 0 || !chart.visible);
      this.#restsUntil = haveAxes ? ended + Math.min(REST * (ended - began), MAX_REST) : ended;
      this.#scheduled = false;
      this.plan();
    }
  }

  /** @param {number} began */
  async #draw(began) {
    const visibleCharts = this.#charts().filter(({ visible }) => visible);
    for (const chart of visibleCharts) if (chart.behind && !chart.stale) chart.drawNew(began);
    const stale = this.#canDraw ? visibleCharts.filter((chart) => chart.stale) : [];
    const shown = stale.length ? this.#shown() : [];
    // Only one whole figure is drawn in a frame, and the chart with the fewest drawn runs comes first. So the first points do
    // not wait for all charts, and no chart waits until all runs of another one are drawn. If no run is shown, all charts are
    // drawn at once, because they only have axes.
    if (shown.length) stale.sort((a, b) => a.drawn - b.drawn).splice(1);
    for (const chart of stale) await this.#drawWhole(chart, shown);
    this.#planListUpdate();
  }

  /** Update the run list now, or when the last update is long enough ago: what the last frame brought is in it too. */
  #planListUpdate() {
    if (this.#willUpdateList) return;
    const wait = this.#listUpdatedAt + LIST_EVERY - performance.now();
    if (wait > 0) {
      this.#willUpdateList = true;
      setTimeout(() => {
        this.#willUpdateList = false;
        this.#planListUpdate();
      }, wait);
      return;
    }
    this.#listUpdatedAt = performance.now();
    this.#updateRunList();
  }
}
