/** The metrics of a sweep: what the results of several runs are compared by. */

import { hasValidationAccuracy } from "./last-accuracies.js";

/**
 * @import { Run } from "../types.js"
 * @import { Metric } from "./sweep-figures.js"
 */

/** @type {Record<string, Omit<Metric, "title">>} */
export const METRICS = {
  validation_accuracy: { percent: true, format: ".1%" },
  test_accuracy: { percent: true, format: ".1%" },
  train_accuracy: { percent: true, format: ".1%" },
  validation_loss: { format: ".3g", smallerIsBetter: true },
  test_loss: { format: ".3g", smallerIsBetter: true },
  train_loss: { format: ".3g", smallerIsBetter: true },
  loss: { format: ".3g", smallerIsBetter: true },
  seconds: { format: ".3g", smallerIsBetter: true },
};

/**
 * Which metrics there are, and by which the runs are compared at first. Whoever compares chooses: by validation images, where
 * all runs have some, so that the test accuracy of the chosen run is an honest one.
 * @param {(Pick<Run, "latest"> & Partial<Pick<Run, "summary">>)[]} runs
 */
export function metricsOf(runs) {
  const hasTest = runs.some(({ summary }) => summary?.test_size !== 0);
  const names = Object.keys(METRICS).filter((name) =>
    name.startsWith("validation_") ? runs.some(hasValidationAccuracy) : hasTest || !name.startsWith("test_"),
  );
  const other = hasTest ? "test_accuracy" : "train_accuracy";
  return { names, first: runs.every(hasValidationAccuracy) ? "validation_accuracy" : other };
}
