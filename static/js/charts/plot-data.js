/** Converts traces to Plotly's data. */

import { isFilled } from "./marks.js";

/**
 * @import { Points } from "./curve.js"
 * @import { Trace } from "./traces.js"
 */

/**
 * Plotly's data for a trace. This also records in the trace how many of its points will be drawn, how many of them are
 * settled, and Plotly's mode.
 * @param {Trace} trace
 * @param {CSSStyleDeclaration} styles of the figure's element
 */
export function dataOf(trace, styles) {
  const {
    uid,
    meta,
    name,
    color,
    width,
    dash,
    points,
    marks,
    symbols,
    area,
    fill,
    ceiling = Infinity,
  } = trace;
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
    const { x, kinds, symbol, colors } = marks;
    const y = marks.y.map((value) => Math.min(value, ceiling));
    // a filled mark has an edge of the ground's colour, so that it is seen on its own curve
    const ground = styles.getPropertyValue("--card").trim();
    const edges = kinds.map((kind, i) => (isFilled(kind) ? ground : colors[i]));
    const size = Number(styles.getPropertyValue("--symbol"));
    const marker = { symbol, color: colors, size, line: { width: size / 14, color: edges } };
    return { type: "scatter", mode: "markers", uid, meta, name, x, y, marker, cliponaxis: false };
  }
  if (symbols) {
    const { x, y, shapes, colors } = symbols;
    trace.drawn = x.length;
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
    ...(fill ? { fill: "tozeroy", fillcolor: fill } : {}),
    marker: { color, size: 5 },
  };
}

/** Plotly's mode: a single point needs a marker, because it makes no line. @param {Points} points */
export function modeOf({ x }) {
  return x.length === 1 ? "markers" : "lines";
}

/**
 * A trace without points gets a hole, so that Plotly draws its elements and tails can be added to them later.
 * @param {ArrayLike<number>} x
 * @param {ArrayLike<number>} y
 */
function drawable(x, y) {
  return x.length ? { x, y } : { x: [0], y: [null] };
}
