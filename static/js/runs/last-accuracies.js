/** A run's last accuracies, from its rows or from its state, whichever is newer. */

/** @import { Run } from "../types.js" */

/** @typedef {number | null | undefined} Accuracy */

/** Was the accuracy on validation images measured? @param {Pick<Run, "latest">} run */
export function hasValidationAccuracy({ latest }) {
  return Number.isFinite(latest.validation_accuracy);
}

/**
 * The rows are newer than the state while they come; they come as long as the run is shown. Those of a run that is hidden
 * end anywhere: its last training row may be here, and the test accuracy that belongs to it not.
 * @param {Pick<Run, "train" | "evaluation" | "iteration" | "latest">} run
 * @param {boolean} shown
 * @returns {{train: Accuracy, validation: Accuracy, test: Accuracy}} `validation` is of runs that have such images
 */
export function lastAccuracies({ train, evaluation, iteration, latest }, shown) {
  const areRowsNewer = shown && evaluation.length && train.last("iteration") >= iteration;
  const last = (/** @type {string} */ name) => (areRowsNewer ? evaluation.last(name) : latest[name]);
  return {
    train: last("train_accuracy"),
    validation: last("validation_accuracy"),
    test: last("test_accuracy"),
  };
}
