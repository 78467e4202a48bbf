/** The steps of a lesson, and which one an attempt has reached. Nothing here uses the document. */

import { hasEnded } from "../state/run-status.js";

/**
 * @import { Run } from "../types.js"
 * @import { Attempt, Progress } from "./types.js"
 */

/** The step "transfer" is a part of "explain" on the page. @typedef {"predict" | "run" | "see" | "explain"} Step */

/** @type {Step[]} */
export const STEPS = ["predict", "run", "see", "explain"];

/** The statuses of runs that will end without help; a paused run may wait for ever. @type {ReadonlySet<string>} */
const WAITING = new Set(["queued", "running"]);

/** The step that an attempt is at. @param {Attempt | null} attempt null: nothing is sealed @returns {Step} */
export function stepOf(attempt) {
  if (!attempt) return "predict";
  if (!attempt.outcome) return "run";
  return attempt.explain ? "explain" : "see";
}

/** Whether a step is reached. @param {Step} step @param {Step} current */
export function isReached(step, current) {
  return STEPS.indexOf(step) <= STEPS.indexOf(current);
}

/**
 * How far a person has come in a lesson.
 * @param {Attempt | null} attempt the newest; null: there is none
 * @returns {Progress}
 */
export function progressOf(attempt) {
  if (!attempt) return "none";
  const { see, transfer } = attempt;
  if ((transfer?.question ? transfer : see)?.answer) return "done";
  return see?.answer ? "seen" : "predicted";
}

/**
 * The runs of an attempt as the page has them. `ended`: none of them trains, or waits for a place.
 * @param {Attempt} attempt
 * @param {{runs: Map<string, Run>, complete: boolean}} store
 */
export function runsOf(attempt, { runs, complete }) {
  const existing = attempt.runs.flatMap((id) => runs.get(id) ?? []);
  return { runs: existing, ended: complete && !existing.some(({ status }) => WAITING.has(status)) };
}

/** How much of all runs is trained, from 0 to 1. @param {Pick<Run, "iteration" | "iterations" | "status">[]} runs */
export function shareOf(runs) {
  const planned = runs.reduce((sum, { iterations }) => sum + iterations, 0);
  const done = runs.reduce((sum, run) => sum + (hasEnded(run) ? run.iterations : run.iteration), 0);
  return planned ? Math.min(1, done / planned) : 0;
}
