/**
 * The geometry of "mean and spread": a line for each configuration with a dot for each seed, its mean and the interval of the
 * mean, on a scale that all share with the luck line. Pure functions.
 */

import { differGreatly, resultScaleOf } from "../runs/sweep-scale.js";
import { METRICS } from "./axes.js";

/**
 * @import { Tick, NumberScale } from "../runs/sweep-scale.js"
 * @import { Configuration, Luck, StudyMetric } from "./types.js"
 */

/** A line; places go from 0, on the left, to 1. @typedef {{configuration: Configuration, dots: number[], mean: number, interval: [number, number] | null}} SpreadLine */

/**
 * @typedef {object} Spread
 * @property {SpreadLine[]} lines of configurations with a result, in their order
 * @property {Tick[]} ticks of the scale
 * @property {number | null} luck the place of the luck line
 * @property {NumberScale} scale
 */

/**
 * @param {Configuration[]} configurations in the order in which they are drawn
 * @param {StudyMetric} metric
 * @param {Luck | null} luck
 * @param {NumberScale | null} before the scale so far: it only grows
 * @returns {Spread | null} null: there is no result
 */
export function spreadOf(configurations, metric, luck, before) {
  const measured = configurations.filter(({ mean }) => mean !== null);
  if (!measured.length) return null;
  const isShare = METRICS[metric].percent;
  // an interval may reach beyond what can be: an accuracy above 100%, a loss below 0
  const within = (/** @type {number} */ value) => Math.max(0, isShare ? Math.min(1, value) : value);
  const numbersIn = (/** @type {(number | null)[]} */ values) =>
    values.flatMap((value) => (value === null ? [] : within(value)));
  const results = measured.flatMap(({ mean, scores }) => numbersIn([mean, ...scores]));
  const around = numbersIn([...measured.flatMap(({ low, high }) => [low, high]), luck?.line ?? null]);
  const isLog = !isShare && differGreatly(results);
  const scale = resultScaleOf(isLog ? results : [...results, ...around], before, !isShare);
  const place = (/** @type {number} */ value) =>
    scale.place(Math.min(scale.high, Math.max(scale.low, within(value))));
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
    ticks: scale.values.map((value) => ({ place: scale.place(value), value })),
    luck: luck ? place(luck.line) : null,
    scale,
  };
}
