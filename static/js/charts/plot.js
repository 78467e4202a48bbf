/**
 * Plot: the one file that knows Plotly. Draws a figure into an element; while only points are new and the axes can
 * stay, it draws their tails into the figure's own SVG. Keeps the viewer's zoom while points arrive.
 */

import { Tail } from "./tail.js";

let Plotly = null;
let coming = null;

const CONFIG = { displayModeBar: false, displaylogo: false, responsive: false, doubleClick: "autosize", scrollZoom: false };
/** With more new rows than that, as after a connection, a whole drawing is due and tails would be work for nothing. */
const MOST_NEWS = 20_000;
const MARGIN = { l: 44, r: 20, t: 8, b: 24 };

/**
 * Have Plotly's script run. That takes half a second in which the page answers to nothing, so it is put off until the
 * page has been painted and can be used; the script is on its way since the page began.
 */
export function bringPlotly() {
  coming ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = document.getElementById("plotly").href;
    script.onload = () => {
      ({ Plotly } = window);
      done();
    };
    script.onerror = () => failed(new Error(""));
    document.head.append(script);
  });
  return coming;
}

export class Plot {
  #element;
  #onRange;
  #drawing = Promise.resolve();
  #ready = false;
  #zoomed = false;
  #traces = [];
  #tails = new Map();
  #scale = null;
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
    return axis.range.map((end) => (axis.type === "log" ? 10 ** end : Number(end)));
  }

  /** What the viewer has zoomed is of no more use: another x. */
  forgetZoom() {
    this.#zoomed = false;
  }

  /**
   * Draw a whole figure.
   * @param {object[]} traces see figures.js; those with `points` can be drawn on
   * @param {object} look see `#layout`
   */
  draw(traces, look) {
    const data = traces.map((trace) => this.#trace(trace));
    this.#drawing = this.#drawing
      .catch(() => {}) // a drawing that failed has said so; the next one starts afresh
      .then(() => Plotly.react(this.#element, data, this.#layout(look), CONFIG))
      .then(() => this.#afterDrawing(traces));
    return this.#drawing;
  }

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

  /** The figure's data are the curve's points, also those that are drawn as a tail. */
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
    if (!this.#ready || this.#news() > MOST_NEWS) return false;
    const scale = this.#scale ?? this.#makeScale();
    this.#scale = scale;
    let fits = true;
    for (const [i, trace] of this.#traces.entries()) {
      const { points } = trace;
      if (!points || points.count === trace.drawn) continue;
      trace.drawn = points.count;
      this.#take(i, trace);
      const tail = this.#tails.get(trace.uid) ?? this.#begin(trace, scale);
      tail?.draw(points, scale);
      fits &&= Boolean(tail) && scale.x.fits(points.x.at(-1)) && scale.y.fits(points.lowest) && scale.y.fits(points.highest);
    }
    return fits;
  }

  /** Rows that have come since their curves were drawn. */
  #news() {
    return this.#traces.reduce((sum, { points, drawn }) => sum + (points ? points.count - drawn : 0), 0);
  }

  #begin(trace, scale) {
    const group = this.#element.querySelector(`.scatterlayer .trace${CSS.escape(trace.uid)} .lines`);
    if (!group) return null;
    const tail = new Tail(group, trace, trace.settled, trace.points, scale);
    this.#tails.set(trace.uid, tail);
    return tail;
  }

  #makeScale() {
    const { xaxis, yaxis, _size: size } = this.#element._fullLayout;
    return { x: axisScale(xaxis, 0, size.w), y: axisScale(yaxis, size.h, 0) };
  }

  /** Where the drawn axes put a point, in pixels from the element's corner; null before the first drawing. */
  place(x, y) {
    if (!this.#ready) return null;
    const scale = this.#scale ?? this.#makeScale();
    return { left: MARGIN.l + scale.x(x), top: MARGIN.t + scale.y(y) };
  }

  /** The values under a place in pixels from the element's corner; null outside the axes. */
  values(left, top) {
    if (!this.#ready) return null;
    const { xaxis, yaxis, _size: size } = this.#element._fullLayout;
    const [across, down] = [left - MARGIN.l, top - MARGIN.t];
    if (across < -4 || across > size.w + 4 || down < 0 || down > size.h) return null;
    return { x: fromPixel(xaxis, across / size.w), y: fromPixel(yaxis, 1 - down / size.h) };
  }

  /**
   * The figure as it is shown, with its title and a legend, as a picture made here.
   * @param {"png" | "svg"} format
   * @returns {Promise<string>} a data address
   */
  async image(format, title) {
    const { layout, data } = this.#element;
    const { xaxis, yaxis } = this.#element._fullLayout;
    const ground = getComputedStyle(this.#element).getPropertyValue("--card").trim();
    const figure = {
      data: data.map((trace) => ({ ...trace, uid: undefined, showlegend: Boolean(trace.meta?.named) })),
      layout: {
        ...layout,
        xaxis: { ...layout.xaxis, autorange: false, range: xaxis.range, title: { text: layout.meta.xTitle } },
        yaxis: { ...layout.yaxis, autorange: false, range: yaxis.range },
        margin: { l: 60, r: 20, t: 48, b: 48 },
        title: { text: title, x: 0.02, font: { size: 16 } },
        paper_bgcolor: ground,
        plot_bgcolor: ground,
        showlegend: true,
      },
    };
    return Plotly.toImage(figure, { format, width: 960, height: 540, scale: format === "png" ? 2 : 1 });
  }

  /** Show a stretch of x, or all of it (null). */
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

  #trace(trace) {
    const { uid, meta, name, color, width, dash, points, marks, area } = trace;
    if (area) return { type: "scatter", mode: "lines", uid, meta, name, ...area, fill: "toself", fillcolor: color, line: { width: 0 } };
    if (marks) {
      const { x, y, symbol, colors } = marks;
      const marker = { symbol, color: colors, size: 9, line: { width: 1.5, color: colors } };
      return { type: "scatter", mode: "markers", uid, meta, name, x, y, marker, cliponaxis: false };
    }
    trace.settled = points.settled;
    trace.drawn = points.count;
    // A curve without a point is drawn as a hole, so that its first points need no new figure.
    const empty = !points.x.length;
    return {
      type: "scatter",
      mode: points.x.length === 1 ? "markers" : "lines",
      uid,
      name,
      meta,
      x: empty ? [0] : points.x,
      y: empty ? [null] : points.y,
      line: { color, dash, width },
      marker: { color, size: 5 },
    };
  }

  /**
   * @param {{logX: boolean, logY: boolean, percent: boolean, whole: boolean, start: number, end: number,
   *   ticks: "count" | "number" | "clock", marks?: {values: number[], texts: string[]}, xTitle: string, empty: boolean,
   *   scales: string}} look `start`, `end`: x shows these in any case, 0 and 0 if no run is shown; `whole`: y shows 0 to
   *   100 %; `scales`: as long as it stays the same, what the viewer did stays
   */
  #layout({ logX, logY, percent, whole, start, end, ticks, marks, xTitle, empty, scales }) {
    const styles = getComputedStyle(this.#element);
    const ink = (name) => styles.getPropertyValue(name).trim();
    const { width, height } = this.#size ?? this.#element.getBoundingClientRect();
    const axis = {
      gridcolor: ink("--line"),
      linecolor: ink("--line"),
      tickfont: { color: ink("--quiet"), size: 11 },
      zeroline: false,
      automargin: false,
      exponentformat: "power",
      // labels are known to fit; measuring them costs a seventh of a drawing
      ticklabeloverflow: "allow",
    };
    return {
      width: Math.max(width, 80),
      height: Math.max(height, 60),
      meta: { xTitle },
      uirevision: scales,
      margin: MARGIN,
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: styles.fontFamily, color: ink("--ink"), size: 12 },
      showlegend: false,
      hovermode: false, // hover.js shows all runs, the nearest first
      // on a touch screen a drag scrolls the page
      dragmode: matchMedia("(pointer: coarse)").matches ? false : "zoom",
      xaxis: {
        ...axis,
        type: logX ? "log" : "linear",
        // The planned length, not the newest point, ends the axis: it stands still while curves grow. Nor may a mark
        // at its end push it on: the charts stand one above the other.
        autorangeoptions: { include: logX ? (ticks === "count" ? [1, Math.max(end, 10)] : [end]) : [start, end], ...(logX ? {} : { maxallowed: end }) },
        ...(empty ? { range: logX ? [0, 3] : [start, end || 1000] } : { autorange: true }),
        rangemode: logX || start ? "normal" : "nonnegative",
        tickformat: ticks === "count" ? ",d" : "~g",
        dtick: logX ? 1 : undefined,
        ...(marks ? { tickmode: "array", tickvals: marks.values, ticktext: marks.texts } : { tickmode: "auto" }),
      },
      yaxis: {
        ...axis,
        type: logY ? "log" : "linear",
        rangemode: logY ? "normal" : "tozero",
        autorangeoptions: { include: whole && !logY ? [0, 1] : [] },
        ...(empty ? { range: logY ? [-2, 0.5] : percent ? [0, 1] : [0, 2.5] } : { autorange: true }),
        tickformat: percent ? (whole ? ".0%" : "~%") : undefined,
        nticks: 7,
        dtick: whole && !logY ? 0.2 : undefined,
      },
      separators: ".,",
    };
  }
}

/**
 * Draw a figure that does not live on, such as a sweep's, in the page's look.
 * @param {HTMLElement} element
 * @param {{traces: object[], layout: object}} figure Plotly's; an annotation's `bgcolor: "card"` is the ground's
 */
export async function drawFigure(element, { traces, layout }) {
  await bringPlotly();
  const styles = getComputedStyle(element);
  const ink = (name) => styles.getPropertyValue(name).trim();
  const axis = { gridcolor: ink("--line"), linecolor: ink("--line"), tickfont: { color: ink("--quiet") }, zeroline: false, automargin: true };
  const annotations = (layout.annotations ?? []).map((note) => ({ ...note, bgcolor: ink(`--${note.bgcolor}`), font: { color: ink("--quiet"), size: 11 } }));
  const whole = {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: styles.fontFamily, color: ink("--ink"), size: 12 },
    showlegend: false,
    hoverlabel: { bgcolor: ink("--card"), bordercolor: ink("--edge"), font: { color: ink("--ink") } },
    ...layout,
    margin: { l: 52, r: 20, t: 30, b: 44, ...layout.margin },
    annotations,
    xaxis: { ...axis, ...layout.xaxis },
    yaxis: { ...axis, ...layout.yaxis },
  };
  return Plotly.react(element, traces, whole, CONFIG);
}

/** A function from values to pixels, and `fits`: is the value on an axis that follows its data? */
function axisScale({ range, type, autorange }, from, to) {
  const [first, last] = range.map(Number);
  const slope = (to - from) / (last - first);
  const log = type === "log";
  const scale = (value) => from + slope * ((log ? Math.log10(value) : value) - first);
  scale.fits = (value) => {
    const at = log ? Math.log10(value) : value;
    return !autorange || !Number.isFinite(at) || (at >= first && at <= last);
  };
  return scale;
}

function fromPixel({ range, type }, share) {
  const [first, last] = range.map(Number);
  const value = first + share * (last - first);
  return type === "log" ? 10 ** value : value;
}
