/**
 * Crop: where y ends, so that one curve that diverges does not flatten all others. A curve far above the rest is cut
 * off, and the chart says so. A logarithmic axis has room for much more.
 */

import { roundAbove } from "../scale.js";

/**
 * @import { Points } from "./curve.js"
 * @import { Trace } from "./traces.js"
 */

/** The highest y that is shown, and how many runs go beyond it. @typedef {{high: number, runs: number}} Crop */

/** A curve is above this share of its points for no more than a moment. */
const USUAL = 0.9;
/** Points of a curve that are looked at, about; more would not change the picture. */
const SAMPLE = 300;
/**
 * How many times as high as the rest something is that leaves the picture: if the rest is at least half of all, and if
 * it is less.
 */
const FAR = { linear: [10, 1e4], log: [1e6, 1e12] };
/** Ends of y. */
const ENDS = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8];

/**
 * Where y is to end. Of each run two heights are compared: its usual one and its highest one, so that a run that diverges
 * late leaves its own picture too.
 * @param {Trace[]} traces
 * @param {boolean} log
 * @returns {Crop | null} null: where the highest curve ends
 */
export function cropOf(traces, log) {
  const runs = [...heightsByRun(traces).values()].filter(({ highest }) => highest > 0);
  const heights = runs.flatMap(({ usual, highest }) => [usual, highest]).sort((a, b) => a - b);
  // where half of the runs begin is shown in any case: a loss that falls at once is no exception
  const start = runs.map(({ first }) => first).sort((a, b) => a - b)[Math.floor(runs.length / 2)];
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

/** @param {Trace[]} traces */
function heightsByRun(traces) {
  /** @type {Map<string, {first: number, usual: number, highest: number}>} */
  const heights = new Map();
  for (const { points, meta } of traces) {
    if (!points) continue;
    const { first, usual, highest } = heights.get(meta.run) ?? { first: 0, usual: 0, highest: 0 };
    heights.set(meta.run, {
      first: Math.max(first, points.y.find(Number.isFinite) ?? 0),
      usual: Math.max(usual, usualOf(points)),
      highest: Math.max(highest, points.highest),
    });
  }
  return heights;
}

/**
 * What a curve exceeds for a tenth of its points only; its highest point if it is mostly 0.
 * @param {Points} points
 */
function usualOf({ y, highest }) {
  const step = Math.max(1, Math.floor(y.length / SAMPLE));
  /** @type {number[]} */
  const sample = [];
  for (let i = 0; i < y.length; i += step) if (Number.isFinite(y[i])) sample.push(y[i]);
  sample.sort((a, b) => a - b);
  return sample[Math.floor(USUAL * (sample.length - 1))] || highest;
}

/**
 * A value, or the end of the crop that it is beyond.
 * @param {Crop | null} crop
 * @param {number} y
 */
export function within(crop, y) {
  return crop ? Math.min(y, crop.high) : y;
}
