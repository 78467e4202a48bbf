/** A tile: what the wall shows of one student, computed from what the server sends. `tile-element.js` draws it. */

import { hasEnded } from "../state/run-status.js";

/**
 * A tile as the server makes it, with what only the teacher gets: the nickname, which is null where names are not shown,
 * and since when the hand is up. Times are Unix seconds.
 * @typedef {object} TileView
 * @property {string} person
 * @property {number | null} number null: the teacher, whose runs can be shown to all
 * @property {string | null} nickname
 * @property {number | null} hand_at since when the hand is up
 * @property {number | null} away_since since when no page of the student is open
 * @property {number} joined_at
 * @property {boolean} removed from the class
 * @property {number} launched how many runs the person has launched
 * @property {{id: string, number: number, name: string, training: string}[]} runs the newest ones that were launched together
 */

/**
 * The curve of a training as the server sends it. `metric`: "validation_accuracy" if the training has it, else "test_accuracy".
 * `chance`: the accuracy of guessing. `best`: the highest accuracy so far. `points`: of iteration and accuracy. Accuracies go from 0
 * to 1.
 * @typedef {object} CurveView
 * @property {string} training
 * @property {import("../types.js").Status} status
 * @property {number} iteration
 * @property {number} iterations
 * @property {string} metric
 * @property {number} chance
 * @property {number | null} best
 * @property {[number, number][]} points
 */

/**
 * The trainings that wait, in the order in which they will start, with the seconds until then; and those that run. `people`: the ids
 * of some people who have launched the training; `others`: how many more have.
 * @typedef {[training: string, seconds: number | null, people: string[], others: number][]} Waiting
 * @typedef {[training: string, iteration: number, iterations: number, people: string[], others: number][]} Running
 */

/** @typedef {"joined" | "queued" | "running" | "paused" | "finished" | "diverged" | "failed" | "cancelled"} TileState */

/**
 * A tile with what follows from its curves. `progress`: of its newest runs, from 0 to 1. `best`: their highest accuracy. `ahead`: how
 * many trainings start before its next one, and `seconds` until that one starts; null if none waits.
 * @typedef {TileView & {state: TileState, progress: number, best: number | null, curves: CurveView[],
 *   ahead: number | null, seconds: number | null}} Tile
 */

/**
 * @param {TileView} view
 * @param {Map<string, CurveView>} curves by training
 * @param {Waiting} waiting
 * @returns {Tile}
 */
export function tileOf(view, curves, waiting) {
  const own = view.runs.map((run) => curves.get(run.training)).filter((curve) => curve !== undefined);
  const bests = own.map(({ best }) => best).filter((best) => best !== null);
  const ahead = waiting.findIndex(([training]) => own.some((curve) => curve.training === training));
  return {
    ...view,
    curves: own,
    state: stateOf(view, own),
    progress: own.length ? own.reduce((sum, run) => sum + shareOf(run), 0) / own.length : 0,
    best: bests.length ? Math.max(...bests) : null,
    ahead: ahead < 0 ? null : ahead,
    seconds: ahead < 0 ? null : waiting[ahead][1],
  };
}

/** How far a training is, from 0 to 1. @param {CurveView} curve */
function shareOf(curve) {
  return hasEnded(curve) ? 1 : Math.min(1, curve.iteration / Math.max(1, curve.iterations));
}

/**
 * What a student's newest runs do, in one word. A run that still trains is more important than one that has ended.
 * @param {TileView} view
 * @param {CurveView[]} curves
 * @returns {TileState}
 */
function stateOf(view, curves) {
  if (!view.runs.length) return "joined";
  const statuses = new Set(curves.map(({ status }) => status));
  if (statuses.has("running")) return "running";
  if (statuses.has("queued") || !statuses.size) return "queued";
  if (statuses.has("paused")) return "paused";
  if (statuses.has("completed")) return "finished";
  for (const status of /** @type {const} */ (["diverged", "failed"])) if (statuses.has(status)) return status;
  return "cancelled";
}

/** The order of states on the wall. Raised hands come before all of them, and those who are away after. @type {TileState[]} */
const URGENCY = ["failed", "diverged", "joined", "running", "queued", "paused", "cancelled", "finished"];

/**
 * Orders of tiles; equal ones are in the order of their numbers.
 * @type {Record<string, (tile: Tile) => number>}
 */
const ORDERS = {
  number: () => 0,
  state: (tile) =>
    tile.hand_at !== null ? -1 : tile.away_since !== null ? URGENCY.length : URGENCY.indexOf(tile.state),
  accuracy: ({ best }) => (best === null ? 1 : -best),
};

/**
 * Tiles in an order: "number", "state" or "accuracy".
 * @param {Tile[]} tiles
 * @param {string} order
 */
export function sorted(tiles, order) {
  const rank = ORDERS[order] ?? ORDERS.number;
  return tiles.toSorted((a, b) => rank(a) - rank(b) || (a.number ?? 0) - (b.number ?? 0));
}

/**
 * How many students have joined, are here, have launched a run, and whose newest runs have finished.
 * @param {Tile[]} tiles
 */
export function countsOf(tiles) {
  return {
    joined: tiles.length,
    here: tiles.filter(({ away_since }) => away_since === null).length,
    launched: tiles.filter(({ launched }) => launched > 0).length,
    finished: tiles.filter(({ state }) => state === "finished").length,
  };
}
