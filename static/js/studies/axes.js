/** The axes of a study's pictures. They follow from its space, so they stay while results come. Pure functions. */

import { resultScaleOf, scaleBetween, scaleOf } from "../runs/sweep-scale.js";

/**
 * @import { Metric, SweepField, SweepPoint } from "../runs/sweep-figures.js"
 * @import { FieldScale, NumberScale } from "../runs/sweep-scale.js"
 * @import { Configuration, StudyMetric, Values } from "./types.js"
 */

/** If a range has at most this many whole numbers, each has a tick. */
const FEW = 10;

/** The parts of a metric that do not depend on words. @type {Record<StudyMetric, Omit<Metric, "title">>} */
export const METRICS = {
  validation_accuracy: { percent: true, format: ".1%" },
  validation_loss: { format: ".3g", smallerIsBetter: true },
};

/**
 * A value as it stands on an axis. An object, such as an optimizer with its settings, is replaced by its text.
 * @param {Pick<SweepField, "word">} field
 * @param {any} value
 */
export function onAxis({ word }, value) {
  return typeof value === "object" && value !== null ? word(value) : value;
}

/**
 * The scale of a field from the values that it may have.
 * @param {SweepField} field
 * @param {Values | undefined} values undefined: the study does not vary the field
 * @returns {FieldScale | undefined} undefined: the chart makes the scale from the values of the points
 */
export function fieldScale(field, values) {
  if (!values) return undefined;
  if ("choices" in values) return scaleOf(values.choices.map((value) => onAxis(field, value)));
  const { low, high, scale } = values;
  if (scale === "integer" && high - low + 1 <= FEW)
    return scaleOf(Array.from({ length: high - low + 1 }, (_, i) => low + i));
  return low < high ? scaleBetween(low, high, scale === "log" && low > 0) : scaleOf([low]);
}

/**
 * The scale of the results so far. It has round ends, and while results come it only grows.
 * @param {StudyMetric} metric
 * @param {number[]} results
 * @param {NumberScale | null} before
 * @returns {NumberScale | null} null: there is no result yet
 */
export function resultScale(metric, results, before) {
  return results.length ? resultScaleOf(results, before, !METRICS[metric].percent) : before;
}

/**
 * The configurations with a result, as lines across the axes.
 * @param {Configuration[]} configurations
 * @param {SweepField[]} fields
 * @param {(configuration: Configuration) => string} nameOf
 * @returns {SweepPoint[]}
 */
export function pointsOf(configurations, fields, nameOf) {
  return configurations.flatMap((configuration) => {
    const { number, values, mean } = configuration;
    if (mean === null) return [];
    return {
      run: String(number), // in the chart of a sweep a line is a run; here it is a configuration
      name: nameOf(configuration),
      color: "",
      fields: Object.fromEntries(fields.map((field) => [field.path, onAxis(field, values[field.path])])),
      value: mean,
    };
  });
}
