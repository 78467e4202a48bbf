/**
 * Hover: the values of all curves at the place of x under the mouse, the nearest curve first, and that place
 * marked in every chart. A tap does it too, until the next one; so do the arrow keys on a chart that has the focus.
 */

import { h, moveTo } from "../page/dom.js";
import { onKey } from "../page/keys.js";
import { nearest } from "../state/series.js";
import { number, t } from "../words/i18n.js";
import { elapsed, written as writtenX } from "./axes.js";

/**
 * @import { Plot } from "./plotly.js"
 * @import { Line, Trace } from "./traces.js"
 */

/**
 * A line of a chart, in its colour; `shownValue` is what dashes say of it.
 * @typedef {Line & {color?: string, shownValue?: string}} HoverLine
 */

/** More lines than that are counted, not listed. */
const LISTED = 12;

/** Pixels within which a mark belongs to what is hovered over. */
const NEAR = 6;

/** The box with the values; there is one for the page. */
const box = h("div", { className: "hover-box", hidden: true });

export class Hover {
  #element;
  #plot;
  #onX;
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
  /** What dashes tell, if they do. @type {string | undefined} */
  #field;

  /**
   * @param {HTMLElement} element the plot's
   * @param {Plot} plot
   * @param {(x: number | null) => void} onX called with the place of x that is to be marked everywhere
   */
  constructor(element, plot, onX) {
    this.#element = element;
    this.#plot = plot;
    this.#onX = onX;
    element.after(this.#mark);
    if (!box.isConnected) document.body.append(box);
    element.addEventListener("pointermove", (event) => this.#point(event));
    element.addEventListener("pointerdown", (event) => event.pointerType !== "mouse" && this.#tap(event));
    element.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && this.#end());
    element.addEventListener("pointercancel", () => this.#end()); // it scrolls the page
    onKey(element, (event) => this.#press(event));
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
    this.#lines = traces.flatMap(({ line, color, value }) =>
      line ? { ...line, color, shownValue: value } : [],
    );
    const { x = [], notes = [] } = traces.find(({ marks }) => marks)?.marks ?? {};
    this.#marks = notes.map((note, i) => ({ note, x: x[i] }));
    this.#percent = percent;
    if (this.#mouse || this.#x !== null) this.refresh();
  }

  /** Mark a place of x; null: none. @param {number | null} x */
  mark(x) {
    const place = x === null ? null : this.#plot.place(x, 1);
    const area = place && this.#plot.area;
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
      const at = this.#plot.values(this.#mouse.left, this.#mouse.top);
      this.#x = at && this.#nearestX(at.x);
    }
    this.#onX(this.#x);
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
    box.hidden = true;
    this.#onX(null);
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

  /** Each line's row at x, the nearest first; a line that has ended long before has none. */
  #rows() {
    const height = this.#mouse?.top;
    const here = this.#x ?? NaN;
    const rows = this.#lines.flatMap(({ curve, label, part, color, shownValue }) => {
      const { xs, ys, evens, iterations } = curve;
      const row = nearest(xs, here);
      if (row < 0 || Math.abs(xs[row] - here) > spacing(xs, row)) return [];
      const [value, smoothed] = [ys[row], evens?.[row]];
      const place = this.#plot.place(xs[row], smoothed ?? value);
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
    box.hidden = !rows.length;
    if (x === null || !rows.length) return;
    const smoothed = rows.some((row) => row.smoothed !== undefined);
    const head = h(
      "tr",
      {},
      h("th", { colSpan: 2, scope: "col" }, writtenX(this.#axis, x)),
      this.#field ? h("th", { scope: "col", className: "hover-value" }, this.#field) : null,
      smoothed ? h("th", { scope: "col" }, t("chart.smoothed")) : null,
      h("th", { scope: "col" }, t("chart.value")),
      h("th", { scope: "col" }, t("chart.time")),
    );
    const body = rows.slice(0, LISTED).map((row) => {
      const swatch = h("span", { className: "hover-swatch" });
      swatch.style.background = row.color ?? "";
      const said = this.#axis === "iteration" && row.x === x;
      const own = said ? null : h("small", {}, ` @ ${number(row.iteration)}`);
      return h(
        "tr",
        {},
        h("td", {}, swatch),
        h(
          "th",
          { scope: "row" },
          h("span", { className: "hover-name" }, row.label),
          row.part ? ` · ${row.part}` : null,
          own,
        ),
        this.#field ? h("td", { className: "hover-value" }, row.shownValue) : null,
        smoothed ? h("td", {}, row.smoothed === undefined ? "" : written(row.smoothed, this.#percent)) : null,
        h(
          "td",
          {},
          written(row.value, this.#percent),
          row.spread ? h("small", {}, ` ${this.#band(row.spread)}`) : null,
        ),
        h("td", { className: "hover-time" }, elapsed(row.seconds)),
      );
    });
    const more =
      rows.length > LISTED ? h("p", {}, t("chart.more", { n: number(rows.length - LISTED) })) : null;
    const left = this.#plot.place(x, 1)?.left ?? 0;
    const notes = this.#notes(left).map((text) => h("p", {}, text));
    box.replaceChildren(
      h("table", {}, h("thead", {}, head), h("tbody", {}, ...body)),
      ...(more ? [more] : []),
      ...notes,
    );
    this.#position(left);
  }

  /**
   * How far the runs of a group are apart, and how many they are.
   * @param {{low: number, high: number, count: number}} spread
   */
  #band({ low, high, count }) {
    return `${written(low, this.#percent)} … ${written(high, this.#percent)}, n = ${count}`;
  }

  /** What happened to the runs just here. @param {number} here */
  #notes(here) {
    const near = this.#marks.filter(
      ({ x }) => Math.abs((this.#plot.place(x, 1)?.left ?? NaN) - here) <= NEAR,
    );
    return [...new Set(near.map(({ note }) => note))];
  }

  /** Beside the mouse, or beside the mark for the keyboard; never over the edge of the window. @param {number} here */
  #position(here) {
    const corner = this.#element.getBoundingClientRect();
    const left = corner.left + (this.#mouse?.left ?? here);
    const top = corner.top + (this.#mouse?.top ?? 20);
    const { width, height } = box.getBoundingClientRect();
    const x = left + 16 + width < innerWidth ? left + 16 : left - 16 - width;
    moveTo(box, Math.max(4, x), Math.max(4, Math.min(top + 12, innerHeight - height - 4)));
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    /** @type {Record<string, number>} */
    const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
    /** @type {Record<string, number>} */
    const zooms = { "+": 0.5, "-": 2 };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in steps) this.#step(steps[event.key] * (event.shiftKey ? 10 : 1));
    else if (event.key in zooms) this.#zoom(zooms[event.key]);
    else if (event.key === "0") this.#plot.zoom(null);
    else if (event.key === "Escape" && !box.hidden) this.#end();
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
    if (!this.#plot.area) return;
    const { left, top, width } = this.#plot.area;
    const [from, to] =
      this.#plot.range ?? [left, left + width].map((at) => this.#plot.values(at, top)?.x ?? NaN);
    const middle = this.#x ?? (from + to) / 2;
    this.#plot.zoom([middle - factor * (middle - from), middle + factor * (to - middle)]);
  }
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

/**
 * @param {number} value
 * @param {boolean} percent
 */
function written(value, percent) {
  if (!Number.isFinite(value)) return String(value).replace("Infinity", "∞");
  if (percent) return `${(100 * value).toFixed(2)}%`;
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e5)
    ? value.toExponential(3)
    : value.toFixed(size >= 1000 ? 1 : 4);
}
