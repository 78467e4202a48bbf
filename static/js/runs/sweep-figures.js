/** The figures of a sweep, as plain data for `charts/plotly.js`: final results over settings. Pure functions. */

import { plain } from "../charts/picture.js";
import { valueText } from "../state/flat-configs.js";
import { kindsOf, meanOf, namesOf } from "./sweep-kinds.js";
import { brief, scaleOf, ticksOf } from "./sweep-scale.js";

/** @import { FieldScale } from "./sweep-scale.js" */

/**
 * A run with its result, and with its values of the fields that vary, by path.
 * @typedef {{run: string, name: string, color: string, fields: Record<string, any>, value: number}} SweepPoint
 */

/**
 * A field that varies: its path, its label, and a function for the label of a value. `scale`: that of its axis, if it does not
 * follow from the values.
 * @typedef {{path: string, label: string, word: (value: any) => string, scale?: FieldScale}} SweepField
 */

/** @typedef {{title: string, format: string, percent?: boolean, smallerIsBetter?: boolean, scale?: FieldScale}} Metric */

/** At most this many kinds of runs get their own colours, because more colours look alike. */
const MAX_KINDS = 8;
/** If a heat map has more cells than this, they are too small for numbers. */
const MAX_NUMBERS = 100;

/**
 * A scatter plot: each run is a point over one field. Means are taken over runs that only repeat each other. If the field has
 * numbers, each kind of run has a line through its means; otherwise each mean is a mark. If there are few kinds, they have
 * their own colours and a legend.
 * @param {SweepPoint[]} points
 * @param {SweepField} field
 * @param {Metric} metric
 * @param {{fields: SweepField[], color: (number: number) => string}} kindsBy the fields from which a kind of run gets its
 *   name, and the colour of each kind by its number
 */
export function scatter(points, { path, label: title, word }, metric, { fields, color }) {
  const scale = scaleOf(points.map(({ fields }) => fields[path]));
  const isCategory = scale.kind === "category";
  const x = (/** @type {SweepPoint} */ { fields }) => (isCategory ? valueText(fields[path]) : fields[path]);
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
  const ticks = ticksOf(scale);
  const xaxis = {
    type: scale.kind,
    title: { text: title },
    tickvals: ticks.map(({ value }) => (isCategory ? valueText(value) : value)),
    ticktext: ticks.map(({ value }) => brief(word(value))),
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
 * A heat map: the result over two fields. A cell shows the mean of runs that only repeat each other. If a cell has several
 * kinds of runs, it shows the best mean, because a mean over different kinds has no meaning.
 * @param {SweepPoint[]} points
 * @param {[x: SweepField, y: SweepField]} fields
 * @param {Metric} metric
 */
export function heatMap(points, [first, second], metric) {
  const [xs, ys] = [first, second].map(
    ({ path }) => scaleOf(points.map(({ fields }) => fields[path])).values,
  );
  /** @param {any} x @param {any} y */
  const place = (x, y) => JSON.stringify([valueText(x), valueText(y)]);
  const placed = Map.groupBy(points, ({ fields }) => place(fields[first.path], fields[second.path]));
  const cells = ys.map((y) => xs.map((x) => placed.get(place(x, y)) ?? []));
  const kinds = cells.map((row) => row.map((cell) => kindsOf(cell)));
  const best = metric.smallerIsBetter ? Math.min : Math.max;
  const trace = {
    type: "heatmap",
    x: xs.map(valueText),
    y: ys.map(valueText),
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
    /** Whether a cell has several kinds of runs, so that it shows the best of them. */
    isBest: kinds.flat().some((cell) => cell.length > 1),
  };
}

/**
 * An axis of categories, with a tick for each.
 * @param {SweepField} field
 * @param {any[]} values
 */
function categoryAxis({ label: title, word }, values) {
  return {
    type: "category",
    title: { text: title, standoff: 12 },
    tickvals: values.map(valueText),
    ticktext: values.map((value) => brief(word(value))),
  };
}

/** @param {Metric} metric */
function metricAxis(metric) {
  return { title: { text: metric.title }, tickformat: metric.percent ? ".0%" : undefined, automargin: true };
}
