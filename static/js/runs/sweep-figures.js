/** Figures of a sweep: final metrics over config fields, as plain data for `charts/plotly.js`. Pure functions. */

import { LINEAR, LOG, Scale } from "../scale.js";

/**
 * A run with its value of the metric.
 * @typedef {{run: string, name: string, color: string, fields: Record<string, any>, value: number}} SweepPoint
 */

/** @typedef {{title: string, format: string, percent?: boolean, smallerIsBetter?: boolean}} Metric */

/**
 * Where values stand: `place` of one is from 0 to 1.
 * @typedef {{kind: "category", categories: string[], place: (value: any) => number}} CategoryScale
 * @typedef {{kind: "linear" | "log", low: number, high: number, place: (value: any) => number}} NumberScale
 * @typedef {CategoryScale | NumberScale} FieldScale
 */

/** A mark of an axis has at most this many letters. */
const MAX_LETTERS = 16;

/**
 * Numbers as they are, log where they span decades; everything else as categories in the order they sort.
 * @param {any[]} values
 * @returns {FieldScale}
 */
export function scaleOf(values) {
  const numeric = values.every((value) => typeof value === "number");
  if (!numeric) {
    const categories = [...new Set(values.map(label))].toSorted((a, b) =>
      a.localeCompare(b, undefined, { numeric: true }),
    );
    return {
      kind: "category",
      categories,
      place: (value) => categories.indexOf(label(value)) / Math.max(1, categories.length - 1),
    };
  }
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const log = low > 0 && high / low >= 20;
  const scale = new Scale([low, high], [0, 1], log ? LOG : LINEAR);
  return { kind: log ? "log" : "linear", low, high, place: (value) => scale.place(value) };
}

/** @param {any} value */
export function label(value) {
  return value === null || value === undefined ? "–" : String(value);
}

/**
 * Each run a point over one field; where several share a value, their mean as a line.
 * @param {SweepPoint[]} points
 * @param {string} field
 * @param {Metric} metric
 */
export function scatter(points, field, metric) {
  const xs = points.map((point) => point.fields[field]);
  const scale = scaleOf(xs);
  const x = (/** @type {SweepPoint} */ point) =>
    scale.kind === "category" ? label(point.fields[field]) : point.fields[field];
  const dots = {
    type: "scatter",
    mode: "markers",
    x: points.map(x),
    y: points.map((point) => point.value),
    text: points.map((point) => point.name),
    customdata: points.map((point) => point.run),
    marker: { color: points.map((point) => point.color), size: 10, line: { width: 1 } },
    hovertemplate: `%{text}<br>${field} %{x}<br>${metric.title} %{y:${metric.format}}<extra></extra>`,
  };
  const groups = Map.groupBy(points, x);
  const order = scale.kind === "category" ? scale.categories : [...groups.keys()].toSorted((a, b) => a - b);
  const mean = {
    type: "scatter",
    mode: "lines",
    x: order,
    y: order.map((key) => average((groups.get(key) ?? []).map((point) => point.value))),
    line: { width: 1.5, dash: "dot" },
    hoverinfo: "skip",
  };
  const xaxis = {
    type: scale.kind,
    title: { text: field },
    ...(scale.kind === "category"
      ? { categoryarray: scale.categories, categoryorder: "array", ...briefTicks(scale.categories) }
      : {}),
  };
  return { traces: groups.size > 1 ? [mean, dots] : [dots], layout: { xaxis, yaxis: metricAxis(metric) } };
}

/**
 * The mean metric over two fields.
 * @param {SweepPoint[]} points
 * @param {[x: string, y: string]} fields
 * @param {Metric} metric
 */
export function heatMap(points, [first, second], metric) {
  /** @param {string} field */
  const keys = (field) => {
    const values = [...new Set(points.map((point) => point.fields[field]))];
    const numeric = values.every((value) => typeof value === "number");
    return values.toSorted((a, b) =>
      numeric ? a - b : label(a).localeCompare(label(b), undefined, { numeric: true }),
    );
  };
  const [xs, ys] = [keys(first), keys(second)];
  /**
   * @param {any} x
   * @param {any} y
   */
  const at = (x, y) => points.filter((point) => point.fields[first] === x && point.fields[second] === y);
  const cells = ys.map((y) => xs.map((x) => at(x, y)));
  const z = cells.map((row) =>
    row.map((cell) => (cell.length ? average(cell.map((point) => point.value)) : null)),
  );
  const trace = {
    type: "heatmap",
    x: xs.map(label),
    y: ys.map(label),
    z,
    text: cells.map((row) => row.map((cell) => cell.map((point) => point.name).join("<br>"))),
    texttemplate: xs.length * ys.length <= 100 ? `%{z:${metric.format}}` : undefined,
    colorscale: "Viridis",
    reversescale: metric.smallerIsBetter,
    xgap: 1,
    ygap: 1,
    colorbar: { thickness: 12, tickformat: metric.format, outlinewidth: 0 },
    hovertemplate: `${first} %{x}<br>${second} %{y}<br>${metric.title} %{z:${metric.format}}<br>%{text}<extra></extra>`,
  };
  return {
    traces: [trace],
    layout: {
      xaxis: { type: "category", title: { text: first }, ...briefTicks(xs.map(label)) },
      yaxis: { type: "category", title: { text: second }, automargin: true, ...briefTicks(ys.map(label)) },
    },
  };
}

/**
 * Each run a line across the fields, ending at the metric. (Drawn with ordinary lines: Plotly's own needs a WebGL
 * that compiles code, which the page's security policy forbids.)
 * @param {SweepPoint[]} points
 * @param {string[]} fields
 * @param {Metric} metric
 */
export function parallel(points, fields, metric) {
  /** @type {{title: string, of: (point: SweepPoint) => any, metric?: Metric}[]} */
  const axes = [
    ...fields.map((field) => ({
      title: field,
      of: (/** @type {SweepPoint} */ point) => point.fields[field],
    })),
    { title: metric.title, of: (point) => point.value, metric },
  ];
  const scales = axes.map((axis) => scaleOf(points.map(axis.of)));
  const traces = points.map((point) => ({
    type: "scatter",
    mode: "lines+markers",
    x: axes.map((_, i) => i),
    y: axes.map((axis, i) => scales[i].place(axis.of(point))),
    line: { color: point.color, width: 2 },
    marker: { color: point.color, size: 6 },
    name: point.name,
    customdata: axes.map((axis) => `${axis.title} ${shown(axis.of(point), axis.metric)}`),
    hovertemplate: `${point.name}<br>%{customdata}<extra></extra>`,
  }));
  const ticks = axes.flatMap((axis, i) =>
    marks(scales[i]).map(([y, value]) => ({
      x: i,
      y,
      text: brief(shown(value, axis.metric)),
      showarrow: false,
      xanchor: i ? "left" : "right",
      xshift: i ? 8 : -8,
      bgcolor: "card",
    })),
  );
  return {
    traces,
    layout: {
      hovermode: "closest",
      margin: { l: 90, r: 110 },
      xaxis: {
        tickvals: axes.map((_, i) => i),
        ticktext: axes.map((axis) => brief(axis.title)),
        range: [-0.1, axes.length - 0.9],
        gridwidth: 2,
        side: "top",
      },
      yaxis: { showticklabels: false, showgrid: false, range: [-0.06, 1.06] },
      annotations: ticks,
    },
  };
}

/** A text short enough for an axis; hovering shows the whole. @param {string} text */
const brief = (text) =>
  [...text].length > MAX_LETTERS ? `${[...text].slice(0, MAX_LETTERS - 1).join("")}…` : text;

/** An axis of words, with a mark for each. @param {string[]} categories */
function briefTicks(categories) {
  return { tickvals: categories, ticktext: categories.map(brief) };
}

/**
 * (place, value) of an axis's marks.
 * @param {FieldScale} scale
 * @returns {[place: number, value: any][]}
 */
function marks(scale) {
  if (scale.kind === "category")
    return scale.categories.slice(0, 12).map((value) => [scale.place(value), value]);
  return scale.high > scale.low
    ? [
        [0, scale.low],
        [1, scale.high],
      ]
    : [[0.5, scale.low]];
}

/**
 * @param {any} value
 * @param {Metric} [metric]
 */
function shown(value, metric) {
  if (typeof value !== "number") return label(value);
  if (metric?.percent) return `${(100 * value).toFixed(1)}%`;
  return String(Number(value.toPrecision(4)));
}

/** @param {Metric} metric */
function metricAxis(metric) {
  return { title: { text: metric.title }, tickformat: metric.percent ? ".0%" : undefined, automargin: true };
}

/** @param {number[]} values */
const average = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
