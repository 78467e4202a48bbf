/** A run's last accuracies, from its rows or from its state, whichever is newer. */

/** @import { Run } from "../types.js" */

/** @typedef {number | null | undefined} Accuracy */

/**
 * The rows are newer than the state while they come; they come as long as the run is shown. Those of a run that is hidden
 * end anywhere: its last training row may be here, and the test accuracy that belongs to it not.
 * @param {Pick<Run, "train" | "evaluation" | "iteration" | "latest">} run
 * @param {boolean} shown
 * @returns {{train: Accuracy, test: Accuracy}}
 */
export function lastAccuracies({ train, evaluation, iteration, latest }, shown) {
  const areRowsNewer = shown && evaluation.length && train.last("iteration") >= iteration;
  const last = (/** @type {string} */ name) => (areRowsNewer ? evaluation.last(name) : latest[name]);
  return { train: last("train_accuracy"), test: last("test_accuracy") };
}
