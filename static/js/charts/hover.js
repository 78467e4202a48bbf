/**
 * Hover: the hover box shows the values of all curves at the x under the mouse, the nearest curve first, and every chart marks
 * this x. A tap does the same until the next tap, and so do the arrow keys in a chart that has the focus.
 */

import { h } from "../page/dom.js";
import { isForBrowser, onKey } from "../page/keys.js";
import { nearest } from "../state/series.js";
import { hoverBox } from "./hover-box.js";

/**
 * @import { HoverRow } from "./hover-box.js"
 * @import { Plot } from "./plotly.js"
 * @import { Line, Trace } from "./traces.js"
 */

/**
 * A line of a chart with its colour; `shownValue` is the value that its line style shows.
 * @typedef {Line & {color?: string, runs: string[], shownValue?: string}} HoverLine
 */

/**
 * The viewer's actions: `x` is under the mouse; the mouse points at the curve of runs; the curve of runs is clicked; iterations
 * of curves are to be pinned, the nearest curve first.
 * @typedef {object} HoverEvents
 * @property {(x: number | null) => void} x
 * @property {(runs: string[]) => void} point
 * @property {(runs: string[], event: PointerEvent) => void} pick
 * @property {(rows: Pick<HoverRow, "runs" | "iteration">[]) => void} pin
 */

/** A mark at most this many pixels beside the mouse is shown in the hover box. */
const NEAR = 6;

/** The mouse points at a curve if it is at most this many pixels away. */
const NEAR_CURVE = 12;
/** A press and release within this many pixels is a click; otherwise it is a drag. */
const CLICK = 4;
/** A finger that rests for this many milliseconds pins the iteration below it; it may move by this many pixels. */
const [LONG, STILL] = [450, 10];

/** For the keyboard, the box is placed as if the mouse was this many pixels below the top of the chart. */
const TOP = 20;

export class Hover {
  #element;
  #plot;
  #on;
  /** @type {HoverLine[]} */
  #lines = [];
  #percent = false;
  /** @type {{note: string, x: number}[]} */
  #marks = [];
  #mark = h("div", { className: "hover-mark", hidden: true });
  /** The position of the mouse, in pixels from the corner of the element. @type {{left: number, top: number} | null} */
  #mouse = null;
  /** @type {number | null} */
  #x = null;
  #axis = "iteration";
  /** Whether the last touch rested on the chart and pinned an iteration: then the browser must not open its menu. */
  #held = false;
  /** The field that line styles show, if there is one. @type {string | undefined} */
  #field;

  /**
   * @param {HTMLElement} element the element of the plot
   * @param {Plot} plot
   * @param {HoverEvents} on
   */
  constructor(element, plot, on) {
    this.#element = element;
    this.#plot = plot;
    this.#on = on;
    element.after(this.#mark);
    element.addEventListener("pointermove", (event) => this.#point(event));
    element.addEventListener("pointerdown", (event) =>
      event.pointerType === "mouse" ? this.#press(event) : this.#tap(event),
    );
    element.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && this.#end());
    element.addEventListener("pointercancel", () => this.#end()); // the finger scrolls the page
    element.addEventListener("contextmenu", (event) => this.#held && event.preventDefault());
    onKey(element, (event) => this.#key(event));
    element.addEventListener("blur", () => this.#end());
  }

  /**
   * The lines and marks of a new drawing.
   * @param {Trace[]} traces
   * @param {{percent: boolean, axis: string, field?: string}} look
   */
  update(traces, { percent, axis, field }) {
    if (axis !== this.#axis) this.#x = null;
    this.#axis = axis;
    this.#field = field;
    this.#lines = traces.flatMap(({ line, color, value, runs = [] }) =>
      line ? { ...line, color, runs, shownValue: value } : [],
    );
    const { x = [], notes = [] } = traces.find(({ marks }) => marks)?.marks ?? {};
    this.#marks = notes.map((note, i) => ({ note, x: x[i] }));
    this.#percent = percent;
    if (this.#mouse || this.#x !== null) this.#refresh();
  }

  /** Let the hover box follow curves that have grown below a mouse at rest. */
  follow() {
    if (this.#mouse) this.#refresh();
  }

  /** The lines of the last drawing. */
  get lines() {
    return this.#lines;
  }

  /** Mark an x in this chart. @param {number | null} x null: remove the mark */
  mark(x) {
    const { axes } = this.#plot;
    const place = x === null ? null : axes?.place(x, 1);
    const area = place && axes?.area;
    const inside = area && place.left >= area.left - 1 && place.left <= area.left + area.width + 1;
    this.#mark.hidden = !inside;
    if (!inside) return;
    const { offsetLeft, offsetTop } = this.#element;
    this.#mark.style.transform = `translate(${Math.round(offsetLeft + place.left)}px, ${offsetTop + area.top}px)`;
    this.#mark.style.height = `${area.height}px`;
  }

  /** Update the hover box after new values have come, or the axes have changed. */
  #refresh() {
    if (this.#mouse) {
      const at = this.#plot.axes?.values(this.#mouse.left, this.#mouse.top);
      this.#x = at ? this.#nearestX(at.x) : null;
    }
    this.#on.x(this.#x);
    this.#fill();
  }

  /** @param {PointerEvent} event */
  #point(event) {
    const corner = this.#element.getBoundingClientRect();
    this.#mouse = { left: event.clientX - corner.left, top: event.clientY - corner.top };
    this.#refresh();
  }

  /**
   * Show the box after a tap; it stays until the next tap or click anywhere. A finger that rests pins the iteration.
   * @param {PointerEvent} down
   */
  #tap(down) {
    this.#point(down);
    addEventListener("pointerdown", () => this.#end(), { capture: true, once: true });
    this.#held = false;
    const over = new AbortController();
    const timer = setTimeout(() => {
      over.abort();
      this.#held = true;
      this.#on.pin(this.#rows());
    }, LONG);
    over.signal.addEventListener("abort", () => clearTimeout(timer));
    /** @param {PointerEvent} event */
    const follow = (event) => {
      const isStill = Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) < STILL;
      if (event.type !== "pointermove" || !isStill) over.abort();
    };
    for (const type of /** @type {const} */ (["pointermove", "pointerup", "pointercancel", "pointerdown"]))
      addEventListener(type, follow, { capture: true, signal: over.signal });
  }

  #end() {
    this.#mouse = null;
    this.#x = null;
    hoverBox.hide();
    this.#on.x(null);
    this.#on.point([]);
  }

  /**
   * A click on a curve selects its runs and pins the iteration, unless a key says that it only selects; a drag zooms.
   * @param {PointerEvent} down
   */
  #press(down) {
    this.#held = false;
    if (down.button) return;
    const rows = this.#mouse ? this.#rows() : [];
    const runs = runsAt(rows);
    /** @param {PointerEvent} up */
    const release = (up) => {
      const moved = Math.hypot(up.clientX - down.clientX, up.clientY - down.clientY);
      if (moved >= CLICK || !runs.length) return;
      this.#on.pick(runs, up);
      if (up.shiftKey || up.ctrlKey || up.metaKey) return;
      this.#element.focus({ preventScroll: true, focusVisible: false }); // so that its keys move what is pinned
      this.#on.pin(rows.slice(0, 1));
    };
    addEventListener("pointerup", release, { capture: true, once: true });
  }

  /** @param {number} x */
  #nearestX(x) {
    /** @type {number | null} */
    let best = null;
    for (const { curve } of this.#lines) {
      const row = nearest(curve.xs, x);
      if (row >= 0 && (best === null || Math.abs(curve.xs[row] - x) < Math.abs(best - x)))
        best = curve.xs[row];
    }
    return best;
  }

  /** The values of each line at x, the nearest line first; without lines that end long before x. @returns {HoverRow[]} */
  #rows() {
    const height = this.#mouse?.top;
    const here = this.#x ?? NaN;
    const rows = this.#lines.flatMap(({ curve, label, part, color, runs, shownValue }) => {
      const { xs, ys, smoothedYs, iterations } = curve;
      const row = nearest(xs, here);
      if (row < 0 || Math.abs(xs[row] - here) > spacing(xs, row)) return [];
      if ("first" in curve && row < curve.first) return []; // drawn there as another run's
      const [value, smoothed] = [ys[row], smoothedYs?.[row]];
      const place = this.#plot.axes?.place(xs[row], smoothed ?? value);
      const distance = height === undefined ? -value : Math.abs((place?.top ?? NaN) - height);
      const spread =
        "counts" in curve
          ? { low: curve.lows[row], high: curve.highs[row], count: curve.counts[row] }
          : undefined;
      const seconds = curve.trained(row);
      return [
        {
          label,
          part,
          color,
          runs,
          shownValue,
          x: xs[row],
          iteration: iterations[row],
          spread,
          value,
          smoothed,
          seconds,
          distance: Number.isFinite(distance) ? distance : Infinity,
        },
      ];
    });
    return rows.sort((a, b) => a.distance - b.distance);
  }

  #fill() {
    const x = this.#x;
    const rows = x === null ? [] : this.#rows();
    if (this.#mouse) this.#on.point(runsAt(rows));
    if (x === null || !rows.length) return hoverBox.hide();
    const left = this.#plot.axes?.place(x, 1).left ?? 0;
    const look = { x, axis: this.#axis, percent: this.#percent, field: this.#field };
    hoverBox.show(rows, this.#notes(left), look);
    const corner = this.#element.getBoundingClientRect();
    const mouse = {
      left: corner.left + (this.#mouse?.left ?? left),
      top: corner.top + (this.#mouse?.top ?? TOP),
    };
    hoverBox.moveTo(mouse, corner);
  }

  /** The texts of marks near a position. @param {number} here */
  #notes(here) {
    const near = this.#marks.filter(
      ({ x }) => Math.abs((this.#plot.axes?.place(x, 1).left ?? NaN) - here) <= NEAR,
    );
    return [...new Set(near.map(({ note }) => note))];
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    /** @type {Record<string, number>} */
    const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
    /** @type {Record<string, number>} */
    const zooms = { "+": 0.5, "-": 2 };
    if (isForBrowser(event)) return;
    if (event.key in steps) this.#step(steps[event.key] * (event.shiftKey ? 10 : 1));
    else if (event.key in zooms) this.#zoom(zooms[event.key]);
    else if (event.key === "0") this.#plot.zoom(null);
    else if (event.key === "Escape" && hoverBox.isOpen) this.#end();
    else if (event.key === "Enter" && this.#x !== null) this.#on.pin(this.#rows());
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {number} by */
  #step(by) {
    const longest = this.#lines.map(({ curve }) => curve.xs).sort((a, b) => b.length - a.length)[0];
    if (!longest?.length) return;
    const row = this.#x === null ? (by > 0 ? -1 : longest.length) : nearest(longest, this.#x);
    this.#mouse = null;
    this.#x = longest[Math.max(0, Math.min(longest.length - 1, row + by))];
    this.#refresh();
  }

  /** @param {number} factor */
  #zoom(factor) {
    const { axes } = this.#plot;
    if (!axes) return;
    const { area, scale } = axes;
    const middle = this.#x === null ? area.width / 2 : scale.x.place(this.#x);
    this.#plot.zoom([0, area.width].map((end) => scale.x.value(middle + factor * (end - middle))));
  }
}

/** The runs of the curve at which the mouse points. @param {HoverRow[]} rows the nearest first */
function runsAt([nearest]) {
  return nearest && nearest.distance <= NEAR_CURVE ? nearest.runs : [];
}

/**
 * The distance of a row from its neighbour, on the side where it is larger.
 * @param {ArrayLike<number>} xs
 * @param {number} row
 */
function spacing(xs, row) {
  return (
    Math.max(xs[row] - (xs[row - 1] ?? xs[row]), (xs[row + 1] ?? xs[row]) - xs[row]) || Math.abs(xs[row])
  );
}
