/** Same curves: runs whose every row is that of an earlier run, so that one curve lies on the other. */

import { hasEnded } from "./run-status.js";

/** @import { Run } from "../types.js" */

/** What of a run is needed. @typedef {Pick<Run, "id" | "number" | "status" | "iterations" | "train">} TrainedRun */

/** Fewer equal rows than these say nothing yet. */
const MIN_ROWS = 10;

/**
 * Of each run whose losses are those of an earlier one, the earliest; while one of the two trains, as far as both have come.
 * @template {TrainedRun} One
 * @param {One[]} runs
 * @returns {Map<string, One>} by id
 */
export function sameCurves(runs) {
  /** @type {One[]} */
  const different = [];
  /** @type {Map<string, One>} */
  const same = new Map();
  for (const run of runs.toSorted((a, b) => a.number - b.number)) {
    const earlier = different.find((other) => haveSameLosses(other, run));
    if (earlier) same.set(run.id, earlier);
    else different.push(run);
  }
  return same;
}

/**
 * @param {TrainedRun} one
 * @param {TrainedRun} other
 */
function haveSameLosses(one, other) {
  const [losses, others] = [one, other].map(({ train }) => train.column("loss"));
  if (one.iterations !== other.iterations || !losses || !others) return false;
  const rows = Math.min(losses.length, others.length);
  if (rows < MIN_ROWS || (hasEnded(one) && hasEnded(other) && losses.length !== others.length)) return false;
  for (let row = 0; row < rows; row++) if (!Object.is(losses[row], others[row])) return false;
  return true;
}
