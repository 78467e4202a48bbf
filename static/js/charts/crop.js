/**
 * Crop: the part of y where most points are, as TensorBoard ignores outliers: from the 5th to the 95th percentile of all
 * drawn points, and a little more. So the curves of other runs stay readable beside one that diverges.
 */

/** @import { Trace } from "./traces.js" */

/** The lowest and the highest y that is shown. @typedef {{low: number, high: number}} Crop */

const [LOW, HIGH] = [0.05, 0.95];
const MARGIN = 0.08;
/** Points that are looked at, about; more would not change the picture. */
const SAMPLE = 4000;

/**
 * @param {Trace[]} traces
 * @param {boolean} log
 * @returns {{low: number, high: number} | null}
 */
export function cropOf(traces, log) {
  const curves = traces.flatMap(({ line, points }) => (line && points ? [points.y] : []));
  const every = Math.max(1, Math.floor(curves.reduce((sum, ys) => sum + ys.length, 0) / SAMPLE));
  /** @type {number[]} */
  const sample = [];
  for (const ys of curves)
    for (let i = 0; i < ys.length; i += every)
      if (Number.isFinite(ys[i]) && !(log && ys[i] <= 0)) sample.push(ys[i]);
  sample.sort((a, b) => a - b);
  const [low, high] = [LOW, HIGH].map((share) => sample[Math.round(share * (sample.length - 1))]);
  if (!(high > low)) return null;
  if (!log) return { low: low - MARGIN * (high - low), high: high + MARGIN * (high - low) };
  const room = (high / low) ** MARGIN;
  return { low: low / room, high: high * room };
}

/**
 * A value, or the end of the crop that it is beyond.
 * @param {{low: number, high: number} | null} crop
 * @param {number} y
 */
export function within(crop, y) {
  return crop ? Math.min(Math.max(y, crop.low), crop.high) : y;
}
