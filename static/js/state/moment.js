/**
 * A moment: an iteration of a run that the viewer has chosen, or always the newest one. The address has it as `12@500`, or
 * `12@live`. This file has no state: the page's moment is in `moment/playhead.js`.
 */

import { lowerBound } from "./series.js";

/** @import { Run } from "../types.js" */

/**
 * `run`: the number of the run; `iteration`: null means the newest, which moves while the run trains.
 * @typedef {{run: number, iteration: number | null}} Moment
 */

/** How the newest iteration is written in the address. */
const LIVE = "live";
/** Without evaluations, Shift and an arrow key move by this many iterations. */
const FAR = 10;

/**
 * The moment in a text; null if there is none.
 * @param {string} text
 * @returns {Moment | null}
 */
export function readMoment(text) {
  const [, run, iteration] = /^(\d{1,15})@(\d{1,15}|live)$/.exec(text) ?? [];
  return run ? { run: Number(run), iteration: iteration === LIVE ? null : Number(iteration) } : null;
}

/** @param {Moment | null} moment */
export function writeMoment(moment) {
  return moment ? `${moment.run}@${moment.iteration ?? LIVE}` : "";
}

/**
 * The iteration of a moment; never after the newest one of its run.
 * @param {Moment} moment
 * @param {number} newest
 */
export function iterationAt({ iteration }, newest) {
  return Math.min(iteration ?? Infinity, newest);
}

/** The iteration that a run has reached, by what the server said and by the rows that have come. @param {Pick<Run, "iteration" | "train">} run */
export function newestOf({ iteration, train }) {
  return Math.max(iteration, train.length ? train.last("iteration") : 0);
}

/**
 * The moment after a key: an arrow moves it by one iteration, and with Shift to the next evaluation; Home is the start, and End
 * the newest iteration. Null: the key does not move it.
 * @param {Moment} moment
 * @param {{key: string, shiftKey?: boolean}} event
 * @param {{newest: number, trains: boolean, evaluated: ArrayLike<number>}} run `trains`: it may get more iterations;
 *   `evaluated`: the iterations at which it was evaluated
 * @returns {Moment | null}
 */
export function moved(moment, { key, shiftKey = false }, { newest, trains, evaluated }) {
  const now = iterationAt(moment, newest);
  const end = trains ? null : newest;
  /** @param {number} iteration @returns {Moment} */
  const momentAt = (iteration) => ({ run: moment.run, iteration: Math.max(0, Math.min(iteration, newest)) });
  switch (key) {
    case "ArrowLeft":
      return momentAt(shiftKey ? (before(evaluated, now) ?? now - FAR) : now - 1);
    case "ArrowRight":
      if (moment.iteration === null) return moment;
      return momentAt(shiftKey ? (after(evaluated, now) ?? now + FAR) : now + 1);
    case "Home":
      return momentAt(0);
    case "End":
      return { run: moment.run, iteration: end };
    default:
      return null;
  }
}

/**
 * The last evaluation before an iteration, or the start; undefined if there are no evaluations.
 * @param {ArrayLike<number>} evaluated
 * @param {number} iteration
 */
function before(evaluated, iteration) {
  if (evaluated.length) return evaluated[lowerBound(evaluated, iteration) - 1] ?? 0;
}

/**
 * The first evaluation after an iteration, or the end; undefined if there are no evaluations.
 * @param {ArrayLike<number>} evaluated
 * @param {number} iteration
 */
function after(evaluated, iteration) {
  if (evaluated.length) return evaluated[lowerBound(evaluated, iteration + 1)] ?? Infinity;
}
