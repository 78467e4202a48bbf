/** Needs: which students may need the teacher, and why. */

/** @import { Tile } from "./tile.js" */

/** A student who has launched nothing for this many seconds after joining may need help. */
export const IDLE_SECONDS = 180;
/** A student who is away for this many seconds may need help. */
export const AWAY_SECONDS = 120;

/** Students who may need the teacher for the same reason. `since`: when it began for the first of them, in Unix seconds. @typedef {{kind: "hand" | "failed" | "idle" | "away", tiles: Tile[], since: number | null}} Need */

/**
 * Who needs the teacher: each raised hand alone, the longest first; then those whose runs failed, those who have launched
 * nothing yet, and those who are away.
 * @param {Tile[]} tiles
 * @param {number} now in Unix seconds, by the server's clock
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
 * A need of these students; none if there are no students.
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
