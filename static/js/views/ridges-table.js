/** The numbers of the card of histograms: which moments, which range, and how high each bin is. No document, no state. */

/** A histogram: counts of numbers between edges, of which there is one more. @typedef {{counts: ArrayLike<number>, edges: ArrayLike<number>}} Histogram */

/** At most this many past moments, and the start. */
const MAX_PAST = 5;
/** At each end of the axis, at most this share of a histogram's numbers may lie outside. */
const BEYOND = 0.002;

/**
 * Past moments to show with one: the start, and the last ones of 1, 3, 10, 30, 100 … before it. They are the same for later
 * moments, so what was seen of them can be kept.
 * @param {number} iteration
 */
export function pastMoments(iteration) {
  /** @type {number[]} */
  const past = [];
  for (let power = 1; power < iteration; power *= 10)
    for (const moment of [power, 3 * power]) if (moment <= iteration / 1.5) past.push(moment);
  return iteration > 0 ? [0, ...past.slice(-MAX_PAST)] : [];
}

/**
 * The range that holds nearly all numbers of some histograms; null if there is none. What is all equal only widens it a little.
 * @param {Histogram[]} histograms
 * @returns {{low: number, high: number} | null}
 */
export function rangeOf(histograms) {
  let [low, high] = [Infinity, -Infinity];
  for (const histogram of histograms) {
    const inner = innerRange(histogram);
    if (!inner) continue;
    low = Math.min(low, inner.low);
    high = Math.max(high, inner.high);
  }
  if (low > high) return null;
  const spare = 0.02 * (high - low) || Math.max(1e-6, 0.1 * Math.abs(low));
  return { low: low - spare, high: high + spare };
}

/** @param {Histogram} histogram */
function innerRange({ counts, edges }) {
  const total = Array.from(counts).reduce((sum, count) => sum + count, 0);
  if (!total) return null;
  const value = onlyValue({ counts, edges });
  if (value !== null) return { low: value, high: value };
  let first = 0;
  for (let left = counts[0]; left <= BEYOND * total; left += counts[++first]);
  let last = counts.length - 1;
  for (let right = counts[last]; right <= BEYOND * total; right += counts[--last]);
  return { low: edges[first], high: edges[last + 1] };
}

/**
 * How high each bin is: the square root of how densely the numbers lie in it, as a share of the highest bin's. So tails can be
 * seen too.
 * @param {Histogram} histogram its bins have the same width
 */
export function heights({ counts }) {
  const highest = Math.max(...Array.from(counts));
  return Array.from(counts, (count) => (highest ? Math.sqrt(count / highest) : 0));
}

/**
 * The value of numbers that are all equal; null if they differ. Equal numbers lie in the middle of the edges, others also in
 * the first and in the last bin.
 * @param {Histogram} histogram
 */
export function onlyValue({ counts, edges }) {
  const filled = Array.from(counts).filter((count) => count > 0).length;
  return filled === 1 ? (edges[0] + edges[counts.length]) / 2 : null;
}
