/**
 * Same curves: runs that have the same losses as an earlier run, so that one curve hides the other. They show one training,
 * or their rows are equal, as those of an import or of an experiment that was trained again.
 */

import { hasEnded } from "./run-status.js";

/** @import { Run } from "../types.js" */

/** The properties of a run that are compared. @typedef {Pick<Run, "id" | "number" | "status" | "iterations" | "train" | "training">} TrainedRun */

/** Runs are compared only if both have at least this many rows. */
const MIN_ROWS = 10;

/**
 * The first run of each training: what was measured once counts once in a mean and its spread.
 * @template {Pick<Run, "training">} Trained
 * @param {Trained[]} runs
 */
export function eachTraining(runs) {
  const seen = new Set();
  return runs.filter(({ training }) => !seen.has(training) && seen.add(training));
}

/**
 * Find runs that have the same losses as an earlier run. While one of the two trains, only the rows that both have are
 * compared.
 * @template {TrainedRun} Trained
 * @param {Trained[]} runs
 * @returns {Map<string, Trained>} id of the later run → the earliest run with the same losses
 */
export function sameCurves(runs) {
  /** @type {Trained[]} */
  const different = [];
  /** @type {Map<string, Trained>} */
  const same = new Map();
  for (const run of runs.toSorted((a, b) => a.number - b.number)) {
    const earlier = different.find((other) => haveSameLosses(other, run));
    if (earlier) same.set(run.id, earlier);
    else different.push(run);
  }
  return same;
}

/**
 * @param {TrainedRun} a
 * @param {TrainedRun} b
 */
function haveSameLosses(a, b) {
  if (a.training === b.training) return true;
  const [lossesA, lossesB] = [a, b].map(({ train }) => train.column("loss"));
  if (a.iterations !== b.iterations || !lossesA || !lossesB) return false;
  const rows = Math.min(lossesA.length, lossesB.length);
  if (rows < MIN_ROWS || (hasEnded(a) && hasEnded(b) && lossesA.length !== lossesB.length)) return false;
  for (let row = 0; row < rows; row++) if (!Object.is(lossesA[row], lossesB[row])) return false;
  return true;
}
