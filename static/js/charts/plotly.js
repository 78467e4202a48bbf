/**
 * Plots: the only file that uses Plotly. Draws traces into an element; while only points are new and the axes can
 * stay, it draws their tails into the figure's own SVG. Keeps the viewer's zoom while points arrive.
 */

import { find } from "../page/dom.js";
import { within } from "./crop.js";
import { DrawnAxes, endsOf } from "./drawn-axes.js";
import { chartLayout, figureLayout, pictureLayout } from "./layout.js";
import { dataOf, modeOf } from "./plot-data.js";
import { Tail, tailSymbol } from "./tail.js";

/**
 * @import { ChartLook } from "./layout.js"
 * @import { ImageFormat } from "./picture.js"
 * @import { Trace } from "./traces.js"
 */

/** What its script brings; it has no types of its own. @type {any} */
let Plotly = null;
/** @type {Promise<void> | null} */
let coming = null;

/** The notices are in English, whatever the page is in. */
const CONFIG = {
  displayModeBar: false,
  displaylogo: false,
  displayNotifier: false,
  responsive: false,
  doubleClick: "autosize",
  scrollZoom: false,
};
/** With more new rows than that, as after a connection, a whole drawing is due and tails would be work for nothing. */
const MAX_UNDRAWN = 20_000;

/**
 * Have Plotly's script run. That takes a tenth of a second or more in which the page answers to nothing, so it is put off
 * until the page has been painted and can be used; the script, the largest by far, is asked for behind the others.
 */
export function bringLibrary() {
  coming ??= /** @type {Promise<void>} */ (
    new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = find(document, "#plotly", HTMLLinkElement).href;
      script.onload = () => {
        ({ Plotly } = window);
        done();
      };
      script.onerror = () => failed(new Error(""));
      document.head.append(script);
    })
  );
  return coming;
}

export class Plot {
  /** With what Plotly puts on it: its data, its layout and its events. @type {HTMLElement & Record<string, any>} */
  #element;
  #onRange;
  #drawing = Promise.resolve();
  #ready = false;
  #zoomed = false;
  /** @type {Trace[]} */
  #traces = [];
  /** @type {Map<string, Tail>} */
  #tails = new Map();
  /** As long as the axes stand still. @type {DrawnAxes | null} */
  #axes = null;
  /**
   * The part of y that is shown at most, see crop.js.
   * @type {ChartLook["crop"]}
   */
  #crop = null;
  /** @type {{width: number, height: number} | null} */
  #size = null;
  #observer;

  /**
   * @param {HTMLElement} element
   * @param {() => void} onRange called when the viewer zooms, and when the element has another size
   */
  constructor(element, onRange) {
    this.#element = element;
    this.#onRange = onRange;
    this.#observer = new ResizeObserver(([{ contentRect }]) => {
      const { width, height } = contentRect;
      if (this.#size && width === this.#size.width && height === this.#size.height) return;
      this.#size = { width, height };
      onRange();
    });
    this.#observer.observe(element);
  }

  /** The shown part of x in data units if the viewer has zoomed, else null. */
  get range() {
    const axis = this.#element.layout?.xaxis;
    if (!this.#zoomed || axis?.autorange !== false) return null;
    return endsOf(axis);
  }

  /** The shown part of y in data units if the viewer has zoomed into it, else null. */
  get yRange() {
    const axis = this.#element.layout?.yaxis;
    return this.#zoomed && axis?.autorange === false ? endsOf(axis) : null;
  }

  /** Whether the viewer has zoomed. */
  get isZoomed() {
    return this.#zoomed;
  }

  /** The factor of line widths: larger on a projector, which is seen from far away. */
  get bold() {
    return Number(getComputedStyle(this.#element).getPropertyValue("--bold"));
  }

  /**
   * Bring the curves of these runs to the front, and pale the others; if there are no others, all look alike.
   * @param {Set<string>} ids
   */
  emphasize(ids) {
    const isFront = (/** @type {Trace} */ { runs }) => Boolean(runs?.some((id) => ids.has(id)));
    const curves = this.#traces.filter(({ runs }) => runs);
    const some = curves.some(isFront) && !curves.every(isFront);
    this.#element.classList.toggle("emphasis", some);
    for (const trace of curves) {
      const group = this.#element.querySelector(`.scatterlayer .trace${CSS.escape(trace.uid)}`);
      group?.classList.toggle("front", some && isFront(trace));
      if (group && some && isFront(trace)) group.parentNode?.append(group);
    }
  }

  /** What the viewer has zoomed is of no more use: another x. */
  forgetZoom() {
    this.#zoomed = false;
  }

  /**
   * Draw a whole figure.
   * @param {Trace[]} traces see traces.js; those with `points` can be drawn on
   * @param {ChartLook} look see layout.js
   * @returns {Promise<void>}
   */
  draw(traces, look) {
    this.#crop = look.crop;
    const styles = getComputedStyle(this.#element);
    const data = traces.map((trace) => dataOf(trace, styles));
    this.#drawing = this.#drawing
      .catch(() => {}) // a drawing that failed has said so; the next one starts afresh
      .then(() =>
        Plotly.react(
          this.#element,
          data,
          chartLayout(this.#element, this.#size ?? this.#element.getBoundingClientRect(), look),
          CONFIG,
        ),
      )
      .then(() => this.#afterDrawing(traces));
    return this.#drawing;
  }

  /** @param {Trace[]} traces */
  #afterDrawing(traces) {
    this.#dropTails();
    this.#traces = traces;
    for (const [i, trace] of traces.entries()) this.#take(i, trace);
    if (this.#ready) return;
    this.#ready = true;
    this.#element.on("plotly_relayout", () => {
      const { xaxis, yaxis } = this.#element.layout;
      this.#zoomed = xaxis.autorange === false || yaxis.autorange === false;
      this.#dropTails();
      this.#onRange();
    });
  }

  #dropTails() {
    for (const path of this.#element.querySelectorAll("path.tail")) path.remove();
    this.#tails.clear();
    this.#axes = null;
  }

  /**
   * The figure's data are the curve's points, also those that are drawn as a tail.
   * @param {number} i
   * @param {Trace} trace
   */
  #take(i, trace) {
    const { points } = trace;
    if (!points) return;
    this.#element.data[i].x = points.x;
    this.#element.data[i].y = points.y;
  }

  /**
   * Draw what is new of curves whose points have grown.
   * @returns {boolean} false if some cannot be drawn so, or leave the axes: the figure must be drawn anew
   */
  drawTails() {
    const { axes } = this;
    if (!axes || this.#undrawn() > MAX_UNDRAWN) return false;
    let fit = true;
    for (const [i, trace] of this.#traces.entries()) {
      const { points, symbols } = trace;
      if (symbols) this.#drawSymbols(i, trace, axes);
      if (!points || points.count === trace.drawn) continue;
      trace.drawn = points.count;
      this.#take(i, trace);
      const tail = this.#tails.get(trace.uid) ?? this.#begin(trace, axes);
      tail?.draw(points, axes.scale);
      fit &&=
        Boolean(tail) &&
        axes.hasX(points.x.at(-1) ?? NaN) &&
        [points.lowest, points.highest].every((y) => axes.hasY(within(this.#crop, y)));
    }
    return fit;
  }

  /** Is there a lone point that is drawn as a line, or a line as a lone point? */
  get misdrawn() {
    return this.#traces.some(({ points, mode }) => points && mode !== modeOf(points));
  }

  /**
   * Symbols that curves have come to since they were drawn.
   * @param {number} i
   * @param {Trace} trace
   * @param {DrawnAxes} axes
   */
  #drawSymbols(i, trace, { scale }) {
    if (!trace.symbols || trace.symbols.x.length === trace.drawn) return;
    const { x, y, shapes, colors } = trace.symbols;
    Object.assign(this.#element.data[i], { x, y });
    const group = this.#element.querySelector(`.scatterlayer .trace${CSS.escape(trace.uid)} .points`);
    const { size, line } = this.#element.data[i].marker;
    const from = trace.drawn ?? 0;
    trace.drawn = x.length;
    for (let at = from; at < x.length; at++) {
      if (!scale.x.holds(x[at]) || !scale.y.holds(y[at])) continue;
      group?.append(
        tailSymbol(
          { shape: shapes[at], color: colors[at], size, line },
          scale.x.place(x[at]),
          scale.y.place(y[at]),
        ),
      );
    }
  }

  /** Rows that have come since their curves were drawn. */
  #undrawn() {
    return this.#traces.reduce(
      (sum, { points, drawn }) => sum + (points ? points.count - (drawn ?? 0) : 0),
      0,
    );
  }

  /**
   * @param {Trace} trace
   * @param {DrawnAxes} axes
   */
  #begin(trace, { scale }) {
    const group = this.#element.querySelector(`.scatterlayer .trace${CSS.escape(trace.uid)} .lines`);
    if (!group || !trace.points) return null;
    const { color = "", width = 1, dash = "solid", settled = 0, points, fill } = trace;
    const tail = new Tail(group, { color, width, dash, fill }, settled, points, scale);
    this.#tails.set(trace.uid, tail);
    return tail;
  }

  /** The axes as they are drawn; null before the first drawing. */
  get axes() {
    if (this.#ready) this.#axes ??= new DrawnAxes(this.#element._fullLayout);
    return this.#axes;
  }

  /**
   * The figure as it is shown, with its title and a legend, as a picture made here.
   * @param {ImageFormat} format
   * @param {string} title
   * @returns {Promise<string>} a data address
   */
  async image(format, title) {
    const { data, layout } = this.#element;
    const { xaxis, yaxis } = this.#element._fullLayout;
    const ranges = { x: xaxis.range, y: yaxis.range };
    const { pictureOf } = await import("./picture.js");
    const { figure, options } = pictureOf(data, pictureLayout(this.#element, layout, ranges, title), format);
    return Plotly.toImage(figure, options);
  }

  /** Show a stretch of x, or all of it (null). @param {number[] | null} range */
  zoom(range) {
    if (!this.#ready) return;
    const log = this.#element.layout.xaxis.type === "log";
    const change = range
      ? { "xaxis.range": range.map((end) => (log ? Math.log10(Math.max(end, 1e-9)) : end)) }
      : { "xaxis.autorange": true, "yaxis.autorange": true };
    Plotly.relayout(this.#element, change);
  }

  /** Take the figure out of the page. */
  remove() {
    this.#observer.disconnect();
    Plotly?.purge(this.#element);
  }
}

/**
 * Draw a figure that does not live on, such as a sweep's, in the page's look.
 * @param {HTMLElement & Record<string, any>} element
 * @param {{traces: Record<string, any>[], layout: Record<string, any>}} figure Plotly's; see `figureLayout`
 * @param {(customdata: any) => void} onClick called with what a trace says of the point that is clicked
 */
export async function drawFigure(element, { traces, layout }, onClick) {
  await bringLibrary();
  await Plotly.react(element, traces, figureLayout(element, layout), CONFIG);
  element.removeAllListeners("plotly_click");
  const click = (/** @type {{points: {customdata?: any}[]}} */ { points: [point] }) =>
    point?.customdata && onClick(point.customdata);
  element.on("plotly_click", click);
}
