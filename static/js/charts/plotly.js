/**
 * Plots: the one file that knows Plotly. Draws traces into an element; while only points are new and the axes can
 * stay, it draws their tails into the figure's own SVG. Keeps the viewer's zoom while points arrive.
 */

import { find } from "../page/dom.js";
import { LINEAR, LOG, Scale } from "../scale.js";
import { within } from "./crop.js";
import { chartLayout, figureLayout, pictureLayout } from "./layout.js";
import { Tail, tailSymbol } from "./tail.js";

/**
 * @import { ChartLook } from "./layout.js"
 * @import { Points } from "./curve.js"
 * @import { Trace } from "./traces.js"
 */

/** What its script brings; it has no types of its own. @type {any} */
let Plotly = null;
/** @type {Promise<void> | null} */
let coming = null;

/** A format of a picture. @typedef {"png" | "svg"} ImageFormat */

/** From values to pixels. @typedef {{x: Scale, y: Scale}} AxesScale */

/**
 * An axis as Plotly has drawn it.
 * @typedef {{range: (number | string)[], type: string, autorange: boolean}} PlotlyAxis
 */

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
const MAX_NEWS = 20_000;
/** A picture's size, in pixels, and of its legend the most lines and the height of one; a long legend makes it higher. */
const PICTURE = { width: 960, height: 540, entries: 40, entry: 19 };
/** Letters of a name in a picture's legend: the curves need the room. */
const LETTERS = 30;

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
  /**
   * From values to pixels from the corner of the drawn axes, while they stand still.
   * @type {AxesScale | null}
   */
  #scale = null;
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

  /** How many times as wide as usual lines are to be: on a projector they are seen from afar. */
  get bold() {
    return Number(getComputedStyle(this.#element).getPropertyValue("--bold"));
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
    const data = traces.map((trace) => this.#trace(trace));
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
      this.#zoomed = this.#element.layout.xaxis.autorange === false;
      this.#dropTails();
      this.#onRange();
    });
  }

  #dropTails() {
    for (const path of this.#element.querySelectorAll("path.tail")) path.remove();
    this.#tails.clear();
    this.#scale = null;
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
    if (!this.#ready || this.#news() > MAX_NEWS) return false;
    const scale = this.#scale ?? this.#makeScale();
    this.#scale = scale;
    const { xaxis, yaxis } = this.#element._fullLayout;
    let fit = true;
    for (const [i, trace] of this.#traces.entries()) {
      const { points, symbols } = trace;
      if (symbols) this.#drawSymbols(i, trace, scale);
      if (!points || points.count === trace.drawn) continue;
      trace.drawn = points.count;
      this.#take(i, trace);
      const tail = this.#tails.get(trace.uid) ?? this.#begin(trace, scale);
      tail?.draw(points, scale);
      fit &&=
        Boolean(tail) &&
        fits(xaxis, scale.x, points.x.at(-1) ?? NaN) &&
        [points.lowest, points.highest].every((y) => fits(yaxis, scale.y, within(this.#crop, y)));
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
   * @param {AxesScale} scale
   */
  #drawSymbols(i, trace, scale) {
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
  #news() {
    return this.#traces.reduce(
      (sum, { points, drawn }) => sum + (points ? points.count - (drawn ?? 0) : 0),
      0,
    );
  }

  /**
   * @param {Trace} trace
   * @param {AxesScale} scale
   */
  #begin(trace, scale) {
    const group = this.#element.querySelector(`.scatterlayer .trace${CSS.escape(trace.uid)} .lines`);
    if (!group || !trace.points) return null;
    const { color = "", width = 1, dash = "solid", settled = 0, points } = trace;
    const tail = new Tail(group, { color, width, dash }, settled, points, scale);
    this.#tails.set(trace.uid, tail);
    return tail;
  }

  #makeScale() {
    const { xaxis, yaxis } = this.#element._fullLayout;
    const { width, height } = this.#axesArea();
    return { x: scaleOf(xaxis, [0, width]), y: scaleOf(yaxis, [height, 0]) };
  }

  /** Where the drawn axes are, in pixels from the element's corner; null before the first drawing. */
  get area() {
    return this.#ready ? this.#axesArea() : null;
  }

  #axesArea() {
    const { l, t, w, h } = this.#element._fullLayout._size;
    return { left: l, top: t, width: w, height: h };
  }

  /**
   * Where the drawn axes put a point, in pixels from the element's corner; null before the first drawing.
   * @param {number} x
   * @param {number} y
   */
  place(x, y) {
    if (!this.#ready) return null;
    const scale = this.#scale ?? this.#makeScale();
    const { left, top } = this.#axesArea();
    return { left: left + scale.x.place(x), top: top + scale.y.place(y) };
  }

  /**
   * The values under a place in pixels from the element's corner; null outside the axes.
   * @param {number} left
   * @param {number} top
   */
  values(left, top) {
    if (!this.#ready) return null;
    const area = this.#axesArea();
    const scale = this.#scale ?? this.#makeScale();
    const [across, down] = [left - area.left, top - area.top];
    if (across < -4 || across > area.width + 4 || down < 0 || down > area.height) return null;
    return { x: scale.x.value(across), y: scale.y.value(down) };
  }

  /**
   * The figure as it is shown, with its title and a legend, as a picture made here.
   * @param {ImageFormat} format
   * @param {string} title
   * @returns {Promise<string>} a data address
   */
  async image(format, title) {
    const { layout, data } = this.#element;
    const { xaxis, yaxis } = this.#element._fullLayout;
    /** @type {Record<string, any>[]} */
    const drawn = data;
    const named = drawn.filter(({ meta }) => meta.named);
    const entries = named.slice(0, PICTURE.entries).map(legendEntry);
    if (named.length > entries.length)
      entries.push({
        ...legendEntry(named[0]),
        name: `+ ${named.length - entries.length}`,
        line: { color: "transparent" },
        mode: "lines",
      });
    const figure = {
      data: [...drawn.map((trace) => ({ ...trace, uid: undefined, showlegend: false })), ...entries],
      layout: pictureLayout(this.#element, layout, { x: xaxis.range, y: yaxis.range }, title),
    };
    return Plotly.toImage(figure, {
      format,
      width: PICTURE.width,
      height: Math.max(PICTURE.height, 110 + PICTURE.entry * entries.length),
      scale: format === "png" ? 2 : 1,
    });
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

  /** @param {Trace} trace */
  #trace(trace) {
    const { uid, meta, name, color, width, dash, points, marks, symbols, area } = trace;
    if (area)
      return {
        type: "scatter",
        mode: "lines",
        uid,
        meta,
        name,
        ...area,
        fill: "toself",
        fillcolor: color,
        line: { width: 0 },
      };
    if (marks) {
      const { x, y, symbol, colors } = marks;
      const marker = { symbol, color: colors, size: 9, line: { width: 1.5, color: colors } };
      return { type: "scatter", mode: "markers", uid, meta, name, x, y, marker, cliponaxis: false };
    }
    if (symbols) {
      const { x, y, shapes, colors } = symbols;
      trace.drawn = x.length;
      const styles = getComputedStyle(this.#element);
      const marker = {
        symbol: shapes,
        color: colors,
        size: Number(styles.getPropertyValue("--symbol")),
        line: { width: 1, color: styles.getPropertyValue("--card").trim() },
      };
      return {
        type: "scatter",
        mode: "markers",
        uid,
        meta,
        name,
        ...drawable(x, y),
        marker,
        cliponaxis: false,
      };
    }
    if (!points) throw new Error(`trace ${uid} shows nothing`);
    trace.settled = points.settled;
    trace.drawn = points.count;
    trace.mode = modeOf(points);
    return {
      type: "scatter",
      mode: trace.mode,
      uid,
      name,
      meta,
      ...drawable(points.x, points.y),
      line: { color, dash, width },
      marker: { color, size: 5 },
    };
  }
}

/**
 * Draw a figure that does not live on, such as a sweep's, in the page's look.
 * @param {HTMLElement} element
 * @param {{traces: Record<string, any>[], layout: Record<string, any>}} figure Plotly's; see `figureLayout`
 */
export async function drawFigure(element, { traces, layout }) {
  await bringLibrary();
  return Plotly.react(element, traces, figureLayout(element, layout), CONFIG);
}

/** A lone point makes no line. @param {Points} points */
function modeOf({ x }) {
  return x.length === 1 ? "markers" : "lines";
}

/**
 * What has no point yet is drawn as a hole, so that its first points need no new figure.
 * @param {ArrayLike<number>} x
 * @param {ArrayLike<number>} y
 */
function drawable(x, y) {
  return x.length ? { x, y } : { x: [0], y: [null] };
}

/** Plotly reads a few tags in texts; a run's name is no markup. @param {string} name */
export function plain(name) {
  return name.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** A long name without its middle: what tells runs apart is most often at an end. @param {string} name */
function shortened(name) {
  const letters = [...name];
  return letters.length > LETTERS
    ? `${letters.slice(0, LETTERS - 12).join("")}…${letters.slice(-11).join("")}`
    : name;
}

/**
 * A line of a picture's legend: a piece of the curve with its symbol, and whose it is.
 * @param {Record<string, any>} trace
 */
function legendEntry({ name, line, meta: { symbol, said } }) {
  const symbols = symbol
    ? { mode: "lines+markers", marker: { symbol, color: line.color, size: 8 } }
    : { mode: "lines" };
  return {
    type: "scatter",
    x: [null],
    y: [null],
    name: plain(said ? `${shortened(name)} (${shortened(said)})` : shortened(name)),
    line,
    ...symbols,
  };
}

/**
 * The values at the ends of an axis that Plotly has drawn.
 * @param {PlotlyAxis} axis
 * @returns {[number, number]}
 */
function endsOf({ range: [low, high], type }) {
  const { value } = type === "log" ? LOG : LINEAR;
  return [value(Number(low)), value(Number(high))];
}

/**
 * Can a value be drawn on an axis as it stands? One that does not follow its data stays; a hole is drawn anywhere.
 * @param {PlotlyAxis} axis
 * @param {Scale} scale
 * @param {number} value
 */
function fits({ autorange }, scale, value) {
  return !autorange || !Number.isFinite(scale.place(value)) || scale.holds(value);
}

/**
 * @param {PlotlyAxis} axis
 * @param {[number, number]} pixels
 */
function scaleOf(axis, pixels) {
  return new Scale(endsOf(axis), pixels, axis.type === "log" ? LOG : LINEAR);
}
