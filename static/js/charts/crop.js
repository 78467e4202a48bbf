/**
 * The crop of a chart: y ends below outliers, so that a diverging curve does not flatten all others. The chart says how many
 * curves are cut off. On a logarithmic axis, only much higher curves are outliers.
 */

import { roundAbove } from "../scale.js";

/**
 * @import { Points } from "./curve.js"
 * @import { Trace } from "./traces.js"
 */

/** The highest shown y, and how many runs have higher values. @typedef {{high: number, runs: number}} Crop */

/** The usual height of a curve is this quantile of its values. */
const USUAL_QUANTILE = 0.9;
/** About this many points of a curve are used for the quantile. */
const SAMPLE = 300;
/**
 * Heights are outliers if they are more than this many times the next lower height: the first number if the lower heights are
 * at least half of all, the second number if they are fewer.
 */
const FAR = { linear: [10, 1e4], log: [1e6, 1e12] };
/** Round numbers at which y may end. */
const ENDS = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8];

/**
 * Find the end of y. Each run has two heights, its usual one and its highest one, so that a single run that diverges late is
 * cropped too.
 * @param {Trace[]} traces
 * @param {boolean} log
 * @returns {Crop | null} null: there are no outliers
 */
export function cropOf(traces, log) {
  const runs = [...heightsByRun(traces).values()].filter(({ highest }) => highest > 0);
  const heights = runs.flatMap(({ usual, highest }) => [usual, highest]).sort((a, b) => a - b);
  // the first values of half of the runs are always shown: a loss that falls at once is not an outlier
  const start = runs.map(({ first }) => first).sort((a, b) => a - b)[Math.floor((runs.length - 1) / 2)];
  const [far, farther] = log ? FAR.log : FAR.linear;
  for (let last = runs.length > 1 ? 1 : 0; last < heights.length - 1; last++) {
    const isHalf = 2 * (last + 1) >= heights.length;
    const rest = Math.max(heights[last], start);
    if (heights[last + 1] <= (isHalf ? far : farther) * rest) continue;
    const high = roundAbove(rest, ENDS);
    return { high, runs: runs.filter(({ highest }) => highest > high).length };
  }
  return null;
}

/**
 * The heights of each run over all its curves. `first` is the value at the run's first x; the first evaluation comes later, and
 * may be huge already.
 * @param {Trace[]} traces
 */
function heightsByRun(traces) {
  /** @type {Map<string, {begin: number, first: number, usual: number, highest: number}>} */
  const heights = new Map();
  for (const { points, meta } of traces) {
    if (!points) continue;
    const soFar = heights.get(meta.run) ?? { begin: Infinity, first: 0, usual: 0, highest: 0 };
    const row = points.y.findIndex(Number.isFinite);
    const { begin, first } =
      row >= 0 && points.x[row] < soFar.begin ? { begin: points.x[row], first: points.y[row] } : soFar;
    heights.set(meta.run, {
      begin,
      first,
      usual: Math.max(soFar.usual, usualOf(points)),
      highest: Math.max(soFar.highest, points.highest),
    });
  }
  return heights;
}

/**
 * The value that only a tenth of a curve's points exceed; the highest value if that is 0.
 * @param {Points} points
 */
function usualOf({ y, highest }) {
  const step = Math.max(1, Math.floor(y.length / SAMPLE));
  /** @type {number[]} */
  const sample = [];
  for (let i = 0; i < y.length; i += step) if (Number.isFinite(y[i])) sample.push(y[i]);
  sample.sort((a, b) => a - b);
  return sample[Math.floor(USUAL_QUANTILE * (sample.length - 1))] || highest;
}

/**
 * A value, limited to the shown range.
 * @param {Crop | null} crop
 * @param {number} y
 */
export function within(crop, y) {
  return crop ? Math.min(y, crop.high) : y;
}
