/** A run's last test accuracy, of its rows or of its state: whichever is newer. */

/** @import { Run } from "../types.js" */

/**
 * The rows are newer than the state while they come; they come as long as the run is shown. Those of a run that is hidden
 * end anywhere: its last training row may be here, and the test accuracy that belongs to it not.
 * @param {Pick<Run, "train" | "evaluation" | "iteration" | "latest">} run
 * @param {boolean} shown
 * @returns {number | null | undefined}
 */
export function lastAccuracy({ train, evaluation, iteration, latest }, shown) {
  const areRowsNewer = shown && evaluation.length && train.last("iteration") >= iteration;
  return areRowsNewer ? evaluation.last("test_accuracy") : latest.test_accuracy;
}
