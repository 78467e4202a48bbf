/** The gradient map's numbers: the norms of each layer's gradient over a run, in bins, and at a moment. No document, no state. */

import { lowerBound } from "../state/series.js";

/**
 * The norms of a run's gradients: one array for each layer, the lowest first, and the iterations of their rows.
 * @typedef {{iterations: ArrayLike<number>, layers: ArrayLike<number>[]}} Norms
 */

/** The value beside the map is the median of the norms of this many last iterations. */
const MEDIAN_OF = 50;

/**
 * @param {{names: string[], column: (name: string) => ArrayLike<number> | null | undefined}} rows of a run, see state/series.js
 * @returns {Norms}
 */
export function normsOf(rows) {
  const names = rows.names.filter((name) => name.startsWith("gradient_norm/"));
  return {
    iterations: rows.column("iteration") ?? [],
    layers: names.map((name) => rows.column(name) ?? []),
  };
}

/**
 * The largest norm of a layer in each bin of iterations; NaN where a bin has no row.
 * @param {Norms} norms
 * @param {number} layer
 * @param {number} bins
 * @param {number} end the iteration at the right edge
 * @param {number} divisor of each norm
 */
export function binned({ iterations, layers }, layer, bins, end, divisor = 1) {
  const values = layers[layer];
  const highest = new Float32Array(bins).fill(NaN);
  const count = Math.min(iterations.length, values.length);
  for (let row = 0; row < count; row++) {
    const bin = Math.min(bins - 1, Math.floor((iterations[row] / end) * bins));
    const value = values[row] / divisor;
    if (value > highest[bin] || Number.isNaN(highest[bin])) highest[bin] = value;
  }
  return highest;
}

/**
 * The median norm of each layer over the last iterations up to one, without those where it was no number any more.
 * @param {Norms} norms
 * @param {number} iteration
 * @param {number[]} divisors of each layer's norms
 */
export function mediansAt({ iterations, layers }, iteration, divisors) {
  const end = lowerBound(iterations, iteration + 1);
  return layers.map((values, layer) => {
    const last = Array.from({ length: Math.min(MEDIAN_OF, end) }, (_, i) => values[end - 1 - i])
      .filter((value) => !Number.isNaN(value))
      .sort((a, b) => a - b);
    const middle = last.length >> 1;
    const median = last.length % 2 ? last[middle] : (last[middle - 1] + last[middle]) / 2;
    return last.length ? median / divisors[layer] : NaN;
  });
}

/**
 * The ends of the colour scale as exponents of ten: the highest norm, and below it at least two and at most twelve decades.
 * @param {number[]} values all norms
 */
export function decades(values) {
  let low = Infinity;
  let high = 0;
  for (const value of values) {
    if (!(value > 0) || value === Infinity) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (!high) return { low: -4, high: 0 };
  const top = Math.ceil(Math.log10(high) - 1e-9) || 0; // not −0
  return { low: Math.max(top - 12, Math.min(top - 2, Math.floor(Math.log10(low)))), high: top };
}

/**
 * The norm of the highest layer divided by that of the lowest. Above 1: the lowest has the smaller gradient. Infinity: it has none.
 * @param {number[]} medians the lowest layer first
 */
export function spread(medians) {
  const [lowest, highest] = [medians[0], medians.at(-1) ?? NaN];
  return lowest > 0 ? highest / lowest : lowest === 0 && highest > 0 ? Infinity : NaN;
}
