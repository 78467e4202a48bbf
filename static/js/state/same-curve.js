/**
 * Same curves: runs whose curves are those of an earlier run, so that one curve hides the other. They show one training, or
 * their rows are equal, as those of an import or of an experiment that was trained again.
 */

import { hasEnded } from "./run-status.js";

/** @import { Run, Stream } from "../types.js" */

/** The properties of a run that are compared. @typedef {Pick<Run, "id" | "number" | "status" | "iterations" | "train" | "evaluation" | "training">} TrainedRun */
/** Columns of a stream. @typedef {{stream: Stream, columns: string[]}} Compared */

/** @type {Compared} */
const NOTHING_ELSE = { stream: "train", columns: [] };

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
 * Find runs whose curves are those of an earlier run. Rows are compared when both runs have ended; runs of one training have the
 * same rows from the start.
 * @template {TrainedRun} Trained
 * @param {Trained[]} runs
 * @param {Compared} [compared] what the curves are drawn from; the losses are compared in any case
 * @returns {Map<string, Trained>} id of the later run → the earliest run with the same curve
 */
export function sameCurves(runs, compared = NOTHING_ELSE) {
  /** @type {Trained[]} */
  const different = [];
  /** @type {Map<string, Trained>} */
  const same = new Map();
  for (const run of runs.toSorted((a, b) => a.number - b.number)) {
    const earlier = different.find((other) => haveSameCurve(other, run, compared));
    if (earlier) same.set(run.id, earlier);
    else different.push(run);
  }
  return same;
}

/**
 * @param {TrainedRun} a
 * @param {TrainedRun} b
 * @param {Compared} compared
 */
function haveSameCurve(a, b, { stream, columns }) {
  if (a.training === b.training) return true;
  if (a.iterations !== b.iterations || !hasEnded(a) || !hasEnded(b)) return false;
  const pairs = columns.map((column) => [a[stream].column(column), b[stream].column(column)]);
  const drawn = pairs.filter((pair) => pair.some(Boolean));
  return areEqual(a.train.column("loss"), b.train.column("loss")) && drawn.every(([x, y]) => areEqual(x, y));
}

/**
 * @param {ArrayLike<number> | null} a
 * @param {ArrayLike<number> | null} b
 */
function areEqual(a, b) {
  if (!a?.length || a.length !== b?.length) return false;
  for (let row = 0; row < a.length; row++) if (!Object.is(a[row], b[row])) return false;
  return true;
}
