/**
 * Figures: what a chart shows, as plain data for `plot.js`. Knows runs and series, not the page and not Plotly.
 *
 * A curve: {run, series, name, x, y, exact, color, dash, width, hover}. `exact` are the values that
 * hovering shows where `y` is smoothed.
 */

import { color, dash } from "../palette.js";
import { smooth, thin } from "../series.js";

/** The batch's loss of every iteration: faint as it is, and smoothed over it. */
export function lossCurves(runs, { smoothing }, range, dark) {
  return runs.flatMap((run) => {
    const x = run.train.column("iteration");
    const y = run.train.column("loss");
    if (!x) return [];
    const rows = thin(x, y, range);
    const raw = curve(run, "loss", pick(x, rows), pick(y, rows), dark);
    if (smoothing === 0) return [raw];
    const even = smooth(y, smoothing);
    const smoothRows = rows && thin(x, even, range);
    return [
      { ...raw, color: faint(raw.color, dark), width: 1, hover: false },
      { ...curve(run, "loss-smoothed", pick(x, smoothRows), pick(even, smoothRows), dark), exact: pick(y, smoothRows) },
    ];
  });
}

/** Accuracies on test images (solid) and on training images (dotted), or the gap between the two. */
export function accuracyCurves(runs, { gap }, range, dark) {
  return runs.flatMap((run) => {
    const x = run.evaluation.column("iteration");
    const test = run.evaluation.column("test_accuracy");
    const train = run.evaluation.column("train_accuracy");
    if (!x) return [];
    if (gap) {
      const difference = train.map((value, i) => value - test[i]);
      return [thinned(run, "gap", x, difference, range, dark)];
    }
    return [
      { ...thinned(run, "train_accuracy", x, train, range, dark), dash: "dot", width: 1.3, part: "train" },
      { ...thinned(run, "test_accuracy", x, test, range, dark), part: "test" },
    ];
  });
}

function thinned(run, series, x, y, range, dark) {
  const rows = thin(x, y, range);
  return curve(run, series, pick(x, rows), pick(y, rows), dark);
}

function curve(run, series, x, y, dark) {
  return {
    run: run.id,
    series,
    name: run.name,
    x,
    y,
    color: color(run.color, dark),
    dash: dash(run.color),
    width: 2,
    hover: true,
  };
}

/** A colour that lets the ground through. (A see-through trace would be painted apart, at several times the cost.) */
function faint(hex, dark) {
  return `${hex}${dark ? "48" : "40"}`;
}

/** Rows of a column, as an array of its own: the series grows under a view. */
function pick(values, rows) {
  return rows ? Float32Array.from(rows, (row) => values[row]) : values.slice();
}
