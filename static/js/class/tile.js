/** A tile: what the wall knows of one student, and what follows from it. It uses no document. */

/**
 * A tile as the server makes it, with what only the teacher gets: the nickname, which is null where names are not shown,
 * and since when the hand is up. Times are Unix seconds.
 * @typedef {object} TileView
 * @property {string} person
 * @property {number | null} number null: the teacher, whose runs can be shown to all
 * @property {string | null} nickname
 * @property {number | null} hand_at
 * @property {number | null} away_since
 * @property {number} joined_at
 * @property {boolean} removed from the class
 * @property {number} launched how many runs the person has launched
 * @property {{id: string, number: number, name: string, training: string}[]} runs the newest ones that were launched together
 */

/**
 * The curve of a training as the server makes it. `metric`: "validation_accuracy" where the training has it, else
 * "test_accuracy". `chance` is the accuracy of guessing.
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
 * The trainings that wait, in the order in which they will start, with seconds until then; and those that run. Of both some
 * persons who have them, and how many others do.
 * @typedef {[training: string, seconds: number | null, people: string[], others: number][]} Waiting
 * @typedef {[training: string, iteration: number, iterations: number, people: string[], others: number][]} Running
 */

/** @typedef {"joined" | "queued" | "running" | "paused" | "finished" | "diverged" | "failed" | "cancelled"} TileState */

/**
 * A tile with what its curves say. `ahead`: how many trainings start before its next one.
 * @typedef {TileView & {state: TileState, progress: number, best: number | null, curves: CurveView[],
 *   ahead: number | null, seconds: number | null}} Tile
 */

/** A student who has not launched for this many seconds may need help. */
export const IDLE_SECONDS = 180;
/** A student who is away for this many seconds is worth a look. */
export const AWAY_SECONDS = 120;

const OVER = new Set(["completed", "diverged", "cancelled", "failed"]);

/** Whether no point of a curve will follow. @param {{status: string}} curve */
export const isOver = ({ status }) => OVER.has(status);

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
    progress: own.length ? own.reduce((sum, one) => sum + shareOf(one), 0) / own.length : 0,
    best: bests.length ? Math.max(...bests) : null,
    ahead: ahead < 0 ? null : ahead,
    seconds: ahead < 0 ? null : waiting[ahead][1],
  };
}

/** @param {CurveView} curve */
function shareOf(curve) {
  return isOver(curve) ? 1 : Math.min(1, curve.iteration / Math.max(1, curve.iterations));
}

/**
 * What a student's newest runs do, in one word: what is under way comes before what is over.
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

/** Under way or in need first, then those who have finished, those who are away last. @type {TileState[]} */
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
 * How many students there are, and how many have done what.
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

/** Students who may need the teacher for one reason; `since` is when it began for the first of them. @typedef {{kind: "hand" | "failed" | "idle" | "away", tiles: Tile[], since: number | null}} Need */

/**
 * Who needs the teacher: each raised hand alone, the longest first; then those whose runs failed, those who have launched
 * nothing yet, and those who are away.
 * @param {Tile[]} tiles
 * @param {number} now in Unix seconds
 * @returns {Need[]}
 */
export function needsOf(tiles, now) {
  const hands = tiles
    .filter(({ hand_at }) => hand_at !== null)
    .sort((a, b) => (a.hand_at ?? 0) - (b.hand_at ?? 0))
    .map((tile) => /** @type {Need} */ ({ kind: "hand", tiles: [tile], since: tile.hand_at }));
  const others = tiles.filter(({ hand_at }) => hand_at === null);
  const here = others.filter(({ away_since }) => away_since === null);
  return [
    ...hands,
    ...need(
      "failed",
      here.filter(({ state }) => state === "failed" || state === "diverged"),
      () => null,
    ),
    ...need(
      "idle",
      here.filter(({ launched, joined_at }) => !launched && now - joined_at >= IDLE_SECONDS),
      ({ joined_at }) => joined_at,
    ),
    ...need(
      "away",
      others.filter(({ away_since }) => away_since !== null && now - away_since >= AWAY_SECONDS),
      ({ away_since }) => away_since,
    ),
  ];
}

/**
 * @param {Need["kind"]} kind
 * @param {Tile[]} tiles
 * @param {(tile: Tile) => number | null} since
 * @returns {Need[]}
 */
function need(kind, tiles, since) {
  if (!tiles.length) return [];
  const times = tiles.map(since).filter((time) => time !== null);
  return [{ kind, tiles, since: times.length ? Math.min(...times) : null }];
}
