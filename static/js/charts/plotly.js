/**
 * Plots: the only file that calls Plotly. It draws traces in an element. If only points are new and the axes need not change,
 * it draws the new points as tails in the figure's SVG. The viewer's zoom is kept while points come.
 */

import { find } from "../page/dom.js";
import { lazy } from "../page/lazy.js";
import { within } from "./crop.js";
import { DrawnAxes, endsOf } from "./drawn-axes.js";
import { chartLayout } from "./layout.js";
import { dataOf, modeOf } from "./plot-data.js";
import { Tail, tailSymbol } from "./tail.js";

/**
 * @import { ChartLook } from "./layout.js"
 * @import { ImageFormat } from "./picture.js"
 * @import { Trace } from "./traces.js"
 */

/** Plotly's object, which has no types; null until the script has run. @type {any} */
let Plotly = null;
/** `displayNotifier` is off because Plotly's notices are always in English. */
const CONFIG = {
  displayModeBar: false,
  displaylogo: false,
  displayNotifier: false,
  responsive: false,
  doubleClick: "autosize",
  scrollZoom: false,
};
/** If more rows than this are new, as after connecting, the whole figure is drawn instead of tails. */
const MAX_UNDRAWN = 20_000;

/**
 * Load and run Plotly's script. Running it blocks the page for a tenth of a second or more, so this is done after the page has
 * been painted and can be used.
 */
export const loadLibrary = lazy(
  () =>
    /** @type {Promise<void>} */ (
      new Promise((done, failed) => {
        const script = document.createElement("script");
        script.src = find(document, "#plotly", HTMLLinkElement).href;
        script.onload = () => {
          ({ Plotly } = window);
          done();
        };
        script.onerror = () => {
          script.remove();
          // as for an answer that did not come: it is loaded again
          failed(Object.assign(new Error("Plotly could not be loaded"), { status: 0 }));
        };
        document.head.append(script);
      })
    ),
);

export class Plot {
  /** The element, to which Plotly adds its data, layout and events. @type {HTMLElement & Record<string, any>} */
  #element;
  #onRange;
  #drawing = Promise.resolve();
  #ready = false;
  /** What the viewer has zoomed to, as ranges of Plotly's axes. @type {{xaxis: number[] | null, yaxis: number[] | null}} */
  #zoom = { xaxis: null, yaxis: null };
  /** @type {Trace[]} */
  #traces = [];
  /** @type {Map<string, Tail>} */
  #tails = new Map();
  /** The drawn axes; null after they have changed. @type {DrawnAxes | null} */
  #axes = null;
  /**
   * The end of y if there are outliers, see crop.js.
   * @type {ChartLook["crop"]}
   */
  #crop = null;
  /** @type {{width: number, height: number} | null} */
  #size = null;
  #observer;

  /**
   * @param {HTMLElement} element
   * @param {() => void} onRange called when the viewer zooms, and when the size of the element changes
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

  /** The shown part of x if the viewer has zoomed; otherwise null. */
  get range() {
    return this.#endsOf("xaxis");
  }

  /** The shown part of y if the viewer has zoomed; otherwise null. */
  get yRange() {
    return this.#endsOf("yaxis");
  }

  /** @param {"xaxis" | "yaxis"} name */
  #endsOf(name) {
    const range = this.#zoom[name];
    return range && endsOf({ ...this.#element.layout[name], range });
  }

  /** Whether the viewer has zoomed. */
  get isZoomed() {
    return Boolean(this.#zoom.xaxis || this.#zoom.yaxis);
  }

  /** The factor of line widths: larger on a projector, which is seen from far away. */
  get bold() {
    return Number(getComputedStyle(this.#element).getPropertyValue("--bold"));
  }

  /**
   * Draw the curves of these runs in front, and the others pale; if there are no others, all look alike.
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

  /** Reset the zoom, because the axes have another meaning now. */
  forgetZoom() {
    this.#zoom = { xaxis: null, yaxis: null };
  }

  /**
   * Draw a whole figure.
   * @param {Trace[]} traces see traces.js; tails can be added to those with `points`
   * @param {ChartLook} look see layout.js
   * @returns {Promise<void>}
   */
  draw(traces, look) {
    this.#crop = look.crop;
    const styles = getComputedStyle(this.#element);
    const data = traces.map((trace) => dataOf(trace, styles));
    this.#drawing = this.#drawing
      .catch(() => {}) // the error of the drawing before this one was reported there
      .then(() =>
        Plotly.react(
          this.#element,
          data,
          this.#zoomedIn(
            chartLayout(this.#element, this.#size ?? this.#element.getBoundingClientRect(), look),
          ),
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
    for (const [i, trace] of traces.entries()) this.#giveData(i, trace);
    if (this.#ready) return;
    this.#ready = true;
    this.#element.on("plotly_relayout", (/** @type {Record<string, any>} */ change) => {
      this.#noteZoom(change);
      this.#dropTails();
      this.#onRange();
    });
  }

  /**
   * Take what the viewer has zoomed to from Plotly's description of a change. The layout may have been replaced since.
   * @param {Record<string, any>} change
   */
  #noteZoom(change) {
    for (const name of /** @type {const} */ (["xaxis", "yaxis"])) {
      const ends = change[`${name}.range`] ?? [0, 1].map((end) => change[`${name}.range[${end}]`]);
      const range = ends.map(Number);
      if (range.every(Number.isFinite)) this.#zoom[name] = range;
      else if (change[`${name}.autorange`]) this.#zoom[name] = null;
    }
  }

  /**
   * A layout with what the viewer has zoomed to. Plotly would keep that only on axes that were automatic before and are so now,
   * which those of an empty chart are not.
   * @template {Record<string, any>} L
   * @param {L} layout
   */
  #zoomedIn(layout) {
    for (const [name, range] of Object.entries(this.#zoom))
      if (range) Object.assign(layout[name], { range: [...range], autorange: false });
    return layout;
  }

  #dropTails() {
    for (const path of this.#element.querySelectorAll("path.tail")) path.remove();
    this.#tails.clear();
    this.#axes = null;
  }

  /**
   * Give a trace's points to Plotly's data, also those that are drawn as a tail.
   * @param {number} i
   * @param {Trace} trace
   */
  #giveData(i, trace) {
    const { points } = trace;
    if (!points) return;
    this.#element.data[i].x = points.x;
    this.#element.data[i].y = points.y;
  }

  /**
   * Draw the new points of curves as tails.
   * @returns {boolean} false if that is not possible or points are outside of the axes: the whole figure must be drawn
   */
  drawTails() {
    const { axes } = this;
    if (!axes || this.#undrawn() > MAX_UNDRAWN) return false;
    let fit = true;
    const { xaxis, yaxis } = this.#zoom; // an axis that the viewer has zoomed stays as it is
    for (const [i, trace] of this.#traces.entries()) {
      const { points, symbols } = trace;
      if (symbols) this.#drawSymbols(i, trace, axes);
      if (!points || points.count === trace.drawn) continue;
      trace.drawn = points.count;
      this.#giveData(i, trace);
      const tail = this.#tails.get(trace.uid) ?? this.#begin(trace, axes);
      tail?.draw(points, axes.scale);
      fit &&=
        Boolean(tail) &&
        (xaxis !== null || axes.hasX(points.x.at(-1) ?? NaN)) &&
        (yaxis !== null || [points.lowest, points.highest].every((y) => axes.hasY(within(this.#crop, y))));
    }
    return fit;
  }

  /** Whether a single point is drawn as a line, or a line as a single point. */
  get misdrawn() {
    return this.#traces.some(({ points, mode }) => points && mode !== modeOf(points));
  }

  /**
   * Draw the new symbols of curves.
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

  /** How many rows are not drawn yet. */
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

  /** The drawn axes; null before the first drawing. */
  get axes() {
    if (this.#ready) this.#axes ??= new DrawnAxes(this.#element._fullLayout);
    return this.#axes;
  }

  /**
   * The shown figure as a picture, with a title and a legend.
   * @param {ImageFormat} format
   * @param {string} title
   * @param {Record<string, any>[]} beside further data
   * @returns {Promise<string>} a data URL
   */
  async image(format, title, beside) {
    const { data, layout } = this.#element;
    const { xaxis, yaxis } = this.#element._fullLayout;
    const ranges = { x: xaxis.range, y: yaxis.range };
    const { pictureLayout, pictureOf } = await import("./picture.js");
    const { figure, options } = pictureOf(
      [...data, ...beside],
      pictureLayout(this.#element, layout, ranges, title),
      format,
    );
    return Plotly.toImage(figure, options);
  }

  /** Zoom to a range of x. @param {number[] | null} range null: show everything */
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
 * Draw a figure whose data do not grow, such as that of a sweep, with the colours and fonts of the page.
 * @param {HTMLElement & Record<string, any>} element
 * @param {{traces: Record<string, any>[], layout: Record<string, any>}} figure Plotly's; see `figureLayout`
 * @param {(customdata: any) => void} onClick called with the `customdata` of a clicked point
 */
export async function drawFigure(element, { traces, layout }, onClick) {
  const [{ figureLayout }] = await Promise.all([import("./figure-layout.js"), loadLibrary()]);
  await Plotly.react(element, traces, figureLayout(element, layout), CONFIG);
  element.removeAllListeners("plotly_click");
  const click = (/** @type {{points: {customdata?: any}[]}} */ { points: [point] }) =>
    point?.customdata && onClick(point.customdata);
  element.on("plotly_click", click);
}
