/** The last accuracies of a run: from its rows or from its run object, whichever is newer. */

/** @import { Run } from "../types.js" */

/** @typedef {number | null | undefined} Accuracy */

/** Whether the accuracy on validation images was measured. @param {Pick<Run, "latest">} run */
export function hasValidationAccuracy({ latest }) {
  return Number.isFinite(latest.validation_accuracy);
}

/**
 * The page gets rows as long as a run is shown, and then the rows are newer than the run object. The rows of a hidden run end
 * anywhere: the page may have its last training row, but not the test accuracy at the same iteration.
 * @param {Pick<Run, "train" | "evaluation" | "iteration" | "latest">} run
 * @param {boolean} shown whether the run is shown
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
