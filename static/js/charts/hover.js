/**
 * Hover: the values of all curves at the place of x under the mouse, the nearest curve first, and that place
 * marked in every chart. A tap does it too, until the next one; so do the arrow keys on a chart that has the focus.
 */

import { h } from "../page/dom.js";
import { onKey } from "../page/keys.js";
import { nearest } from "../state/series.js";
import { hoverBox } from "./hover-box.js";

/**
 * @import { HoverRow } from "./hover-box.js"
 * @import { Plot } from "./plotly.js"
 * @import { Line, Trace } from "./traces.js"
 */

/**
 * A line of a chart, in its colour; `shownValue` is what dashes say of it.
 * @typedef {Line & {color?: string, runs: string[], shownValue?: string}} HoverLine
 */

/**
 * What the viewer does with the mouse: the place of x that is pointed at, the runs whose curve is, and those whose curve is
 * clicked.
 * @typedef {object} HoverEvents
 * @property {(x: number | null) => void} x
 * @property {(runs: string[]) => void} point
 * @property {(runs: string[], event: PointerEvent) => void} pick
 */

/** Pixels within which a mark belongs to what is hovered over. */
const NEAR = 6;

/** Pixels from a curve to a mouse that points at it, and from where a button is pressed to where a click releases it. */
const NEAR_CURVE = 12;
const CLICK = 4;

/** Pixels below a chart's upper edge where the box stands for the keyboard. */
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
  /** In pixels from the element's corner. @type {{left: number, top: number} | null} */
  #mouse = null;
  /** @type {number | null} */
  #x = null;
  #axis = "iteration";
  /** The field that dashes stand for, if there is one. @type {string | undefined} */
  #field;

  /**
   * @param {HTMLElement} element the plot's
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
    element.addEventListener("pointercancel", () => this.#end()); // it scrolls the page
    onKey(element, (event) => this.#key(event));
    element.addEventListener("blur", () => this.#end());
  }

  /**
   * What can be hovered over, after a drawing.
   * @param {Trace[]} traces
   * @param {{percent: boolean, axis: string, field?: string}} look
   */
  take(traces, { percent, axis, field }) {
    if (axis !== this.#axis) this.#x = null;
    this.#axis = axis;
    this.#field = field;
    this.#lines = traces.flatMap(({ line, color, value, runs = [] }) =>
      line ? { ...line, color, runs, shownValue: value } : [],
    );
    const { x = [], notes = [] } = traces.find(({ marks }) => marks)?.marks ?? {};
    this.#marks = notes.map((note, i) => ({ note, x: x[i] }));
    this.#percent = percent;
    if (this.#mouse || this.#x !== null) this.refresh();
  }

  /** Mark a place of x; null: none. @param {number | null} x */
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

  /** Show what is under the mouse now: values have come, or the axes have moved. */
  refresh() {
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
    this.refresh();
  }

  /**
   * A finger that has tapped is gone; what it asked for stands until it, or the mouse, is put anywhere again.
   * @param {PointerEvent} event
   */
  #tap(event) {
    this.#point(event);
    addEventListener("pointerdown", () => this.#end(), { capture: true, once: true });
  }

  #end() {
    this.#mouse = null;
    this.#x = null;
    hoverBox.hide();
    this.#on.x(null);
    this.#on.point([]);
  }

  /** A click on a curve picks its runs; what is dragged is a zoom. @param {PointerEvent} down */
  #press(down) {
    if (down.button) return;
    const runs = this.#pointed();
    /** @param {PointerEvent} up */
    const release = (up) => {
      const moved = Math.hypot(up.clientX - down.clientX, up.clientY - down.clientY);
      if (moved < CLICK && runs.length) this.#on.pick(runs, up);
    };
    addEventListener("pointerup", release, { capture: true, once: true });
  }

  /** The runs whose curve the mouse is at. */
  #pointed() {
    return this.#mouse ? runsAt(this.#rows()) : [];
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

  /** Each line's row at x, the nearest first; a line that has ended long before has none. @returns {HoverRow[]} */
  #rows() {
    const height = this.#mouse?.top;
    const here = this.#x ?? NaN;
    const rows = this.#lines.flatMap(({ curve, label, part, color, runs, shownValue }) => {
      const { xs, ys, smoothedYs, iterations } = curve;
      const row = nearest(xs, here);
      if (row < 0 || Math.abs(xs[row] - here) > spacing(xs, row)) return [];
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

  /** What happened to the runs just here. @param {number} here */
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
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in steps) this.#step(steps[event.key] * (event.shiftKey ? 10 : 1));
    else if (event.key in zooms) this.#zoom(zooms[event.key]);
    else if (event.key === "0") this.#plot.zoom(null);
    else if (event.key === "Escape" && hoverBox.isOpen) this.#end();
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
    this.refresh();
  }

  /** @param {number} factor */
  #zoom(factor) {
    const { axes } = this.#plot;
    if (!axes) return;
    const { left, top, width } = axes.area;
    const [from, to] = this.#plot.range ?? [left, left + width].map((at) => axes.values(at, top)?.x ?? NaN);
    const middle = this.#x ?? (from + to) / 2;
    this.#plot.zoom([middle - factor * (middle - from), middle + factor * (to - middle)]);
  }
}

/** The runs whose curve the mouse is at. @param {HoverRow[]} rows the nearest first */
function runsAt([nearest]) {
  return nearest && nearest.distance <= NEAR_CURVE ? nearest.runs : [];
}

/**
 * How far a row is from the one beside it, on the side where that is further.
 * @param {ArrayLike<number>} xs
 * @param {number} row
 */
function spacing(xs, row) {
  return (
    Math.max(xs[row] - (xs[row - 1] ?? xs[row]), (xs[row + 1] ?? xs[row]) - xs[row]) || Math.abs(xs[row])
  );
}
