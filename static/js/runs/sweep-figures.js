/** Figures of a sweep: final results over settings, as plain data for `charts/plotly.js`. Pure functions. */

import { plain } from "../charts/picture.js";
import { kindsOf, meanOf, namesOf } from "./sweep-kinds.js";
import { brief, label, marksOf, scaleOf } from "./sweep-scale.js";

/**
 * A run with its result, and its values of the fields that vary, by their paths.
 * @typedef {{run: string, name: string, color: string, fields: Record<string, any>, value: number}} SweepPoint
 */

/** A field that varies: what it is called, and each of its values. @typedef {{path: string, label: string, word: (value: any) => string}} SweepField */

/** @typedef {{title: string, format: string, percent?: boolean, smallerIsBetter?: boolean}} Metric */

/** The most kinds of runs that get lines of their own: more colours look alike. */
const MAX_KINDS = 8;
/** Cells beyond these have no room for their numbers. */
const MAX_NUMBERS = 100;

/**
 * Each run a point over one field. Means are of runs that only repeat each other: a line over numbers, for each kind of run
 * by itself; a mark where the field has no order. A few kinds have colours of their own, and a legend.
 * @param {SweepPoint[]} points
 * @param {SweepField} field
 * @param {Metric} metric
 * @param {{fields: SweepField[], color: (number: number) => string}} kindsBy the fields that name a kind of run, and the colour of each kind by its number
 */
export function scatter(points, { path, label: title, word }, metric, { fields, color }) {
  const scale = scaleOf(points.map(({ fields }) => fields[path]));
  const isCategory = scale.kind === "category";
  const x = (/** @type {SweepPoint} */ { fields }) => (isCategory ? label(fields[path]) : fields[path]);
  const kinds = kindsOf(points, [path]);
  const areFew = kinds.length > 1 && kinds.length <= MAX_KINDS;
  const names = namesOf(
    kinds,
    fields.filter((field) => field.path !== path),
  );
  const colors = new Map(kinds.flatMap((kind, i) => kind.map(({ run }) => [run, color(i)])));
  const dots = {
    type: "scatter",
    mode: "markers",
    x: points.map(x),
    y: points.map((point) => point.value),
    text: points.map((point) => plain(point.name)),
    customdata: points.map((point) => point.run),
    marker: {
      color: points.map((point) => (areFew ? colors.get(point.run) : point.color)),
      size: 10,
      line: { width: 1 },
    },
    showlegend: false,
    hovertemplate: `%{text}<br>${title} %{x}<br>${metric.title} %{y:${metric.format}}<extra></extra>`,
  };
  const means = kinds.flatMap((kind, i) => {
    const groups = [...Map.groupBy(kind, x)].toSorted(([a], [b]) => (a < b ? -1 : 1));
    const repeated = groups.filter(([, group]) => group.length > 1);
    const drawn = isCategory ? repeated : groups.length > 1 ? groups : [];
    const hue = areFew ? color(i) : kind[0].color;
    return drawn.length ? [meanTrace(drawn, isCategory, { name: plain(names[i]), color: hue })] : [];
  });
  const marks = marksOf(scale);
  const xaxis = {
    type: scale.kind,
    title: { text: title },
    tickvals: marks.map(({ value }) => (isCategory ? label(value) : value)),
    ticktext: marks.map(({ value }) => brief(word(value))),
    ...(isCategory ? { categoryarray: scale.categories, categoryorder: "array" } : {}),
  };
  const legend = { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" };
  const layout = { hovermode: "closest", showlegend: areFew, legend, xaxis, yaxis: metricAxis(metric) };
  return { traces: [...means, dots], layout };
}

/**
 * @param {[x: any, group: SweepPoint[]][]} groups
 * @param {boolean} isCategory
 * @param {{name: string, color: string}} kind
 */
function meanTrace(groups, isCategory, { name, color }) {
  return {
    name,
    type: "scatter",
    mode: isCategory ? "markers" : "lines",
    x: groups.map(([x]) => x),
    y: groups.map(([, group]) => meanOf(group)),
    line: { width: 1.5, dash: "dot", color },
    marker: { symbol: "line-ew-open", size: 26, color, line: { width: 2 } },
    hoverinfo: "skip",
  };
}

/**
 * The result over two fields. A cell is the mean of runs that only repeat each other; of several kinds of runs in it, the
 * best, as a mean over them would be of nothing.
 * @param {SweepPoint[]} points
 * @param {[x: SweepField, y: SweepField]} fields
 * @param {Metric} metric
 */
export function heatMap(points, [first, second], metric) {
  const [xs, ys] = [first, second].map(
    ({ path }) => scaleOf(points.map(({ fields }) => fields[path])).values,
  );
  /** @param {SweepPoint} point @param {SweepField} field @param {any} value */
  const has = ({ fields }, { path }, value) => label(fields[path]) === label(value);
  const cells = ys.map((y) =>
    xs.map((x) => points.filter((point) => has(point, first, x) && has(point, second, y))),
  );
  const kinds = cells.map((row) => row.map((cell) => kindsOf(cell)));
  const best = metric.smallerIsBetter ? Math.min : Math.max;
  const trace = {
    type: "heatmap",
    x: xs.map(label),
    y: ys.map(label),
    z: kinds.map((row) => row.map((cell) => (cell.length ? best(...cell.map(meanOf)) : null))),
    text: cells.map((row) => row.map((cell) => cell.map((point) => plain(point.name)).join("<br>"))),
    customdata: cells.map((row) => row.map((cell) => cell.map(({ run }) => run))),
    texttemplate: xs.length * ys.length <= MAX_NUMBERS ? `%{z:${metric.format}}` : undefined,
    colorscale: "Viridis",
    reversescale: metric.smallerIsBetter,
    xgap: 1,
    ygap: 1,
    colorbar: { thickness: 12, tickformat: metric.format, outlinewidth: 0 },
    hovertemplate: `${first.label} %{x}<br>${second.label} %{y}<br>${metric.title} %{z:${metric.format}}<br>%{text}<extra></extra>`,
  };
  return {
    traces: [trace],
    layout: {
      xaxis: categoryAxis(first, xs),
      yaxis: { automargin: true, ...categoryAxis(second, ys) },
    },
    /** Whether some cell has several kinds of runs. */
    isBest: kinds.flat().some((cell) => cell.length > 1),
  };
}

/**
 * An axis of words, with a mark for each.
 * @param {SweepField} field
 * @param {any[]} values
 */
function categoryAxis({ label: title, word }, values) {
  return {
    type: "category",
    title: { text: title, standoff: 12 },
    tickvals: values.map(label),
    ticktext: values.map((value) => brief(word(value))),
  };
}

/** @param {Metric} metric */
function metricAxis(metric) {
  return { title: { text: metric.title }, tickformat: metric.percent ? ".0%" : undefined, automargin: true };
}
