/**
 * The geometry of "mean and spread": a line for each configuration with a dot for each seed, its mean and the interval of the
 * mean, on a scale that all share with the luck line. Pure functions.
 */

import { roundEnds, scaleBetween } from "../runs/sweep-scale.js";

/**
 * @import { Mark } from "../runs/sweep-scale.js"
 * @import { Configuration, Luck } from "./types.js"
 */

/** A line; places go from 0, on the left, to 1. @typedef {{configuration: Configuration, dots: number[], mean: number, interval: [number, number] | null}} SpreadLine */

/**
 * @typedef {object} Spread
 * @property {SpreadLine[]} lines of configurations with a result, in their order
 * @property {Mark[]} marks of the scale
 * @property {number | null} luck the place of the luck line
 * @property {[low: number, high: number]} ends of the scale
 */

/**
 * @param {Configuration[]} configurations in the order in which they are drawn
 * @param {Luck | null} luck
 * @param {[low: number, high: number] | null} before the ends of the scale so far: it only grows
 * @param {boolean} percent whether the values are shares, of which none is beyond 0 and 1
 * @returns {Spread | null} null: there is no result
 */
export function spreadOf(configurations, luck, before, percent) {
  const measured = configurations.filter(({ mean }) => mean !== null);
  if (!measured.length) return null;
  const within = (/** @type {number} */ value) => (percent ? Math.min(1, Math.max(0, value)) : value);
  const values = measured.flatMap(({ mean, low, high, scores }) =>
    [mean, low, high, ...scores].flatMap((value) => (value === null ? [] : within(value))),
  );
  const ends = roundEnds([...values, ...(luck ? [within(luck.line)] : [])], before);
  const scale = scaleBetween(...ends, false);
  const place = (/** @type {number} */ value) => scale.place(within(value));
  const lines = measured.map((configuration) => {
    const { mean, low, high, scores } = configuration;
    return {
      configuration,
      dots: scores.flatMap((score) => (score === null ? [] : place(score))),
      mean: place(Number(mean)),
      interval:
        low === null || high === null ? null : /** @type {[number, number]} */ ([place(low), place(high)]),
    };
  });
  return {
    lines,
    marks: scale.values.map((value) => ({ place: scale.place(value), value })),
    luck: luck ? place(luck.line) : null,
    ends,
  };
}
