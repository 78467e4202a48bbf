/**
 * The queue of the lab: each waiting run's place, and roughly when it starts and ends. Runs begin in their order, each on
 * the first worker that is free. How long one takes is the server's rough estimate, corrected by how long runs of this
 * lab have really taken. Pure functions.
 */

/** @import { Run } from "../types.js" */

/** What of a run is needed. @typedef {Pick<Run, "id" | "number" | "status" | "iteration" | "iterations" | "started_at" | "seconds" | "expected_seconds">} QueuedRun */

/** The place of a run that waits, from 1, and the seconds until it begins; null: not known. @typedef {{place: number, seconds: number | null}} Wait */

/**
 * When runs that would be launched now begin and end: seconds until the first start and the last end; null: not known.
 * `alone`: until the last end if nothing else ran or waited.
 * @typedef {{begin: number | null, end: number | null, alone: number}} Times
 */

/** Seconds of waiting that are too short to mention. */
const SOON = 0.5;
/** The lab's speed is estimated from this many of the newest runs. */
const RECENT = 20;

export class Queue {
  /** Seconds until each worker is free; null: unknown. @type {(number | null)[]} */
  #free;
  #slowness;
  /** By a run's id. @type {Map<string, Wait>} */
  waits = new Map();

  /**
   * @param {Iterable<QueuedRun>} runs all of the lab
   * @param {number} workers
   */
  constructor(runs, workers) {
    const all = [...runs];
    this.#slowness = slownessOf(all);
    const running = all.filter(({ status }) => status === "running");
    this.#free = running.map((run) => this.#left(run));
    while (this.#free.length < Math.max(1, workers)) this.#free.push(0);
    const queued = all.filter(({ status }) => status === "queued").sort(inOrder);
    for (const [i, run] of queued.entries())
      this.waits.set(run.id, { place: i + 1, seconds: take(this.#free, this.#left(run)) });
  }

  /**
   * @param {number[]} expected seconds of each run that would be launched, by the server's estimate; one at least
   * @returns {Times}
   */
  launching(expected) {
    const takes = expected.map((seconds) => this.#slowness * seconds);
    const alone = startAll(
      this.#free.map(() => 0),
      takes,
    );
    return { ...startAll([...this.#free], takes), alone: Number(alone.end) };
  }

  /** Seconds that a run still takes. @param {QueuedRun} run */
  #left({ iteration, iterations, seconds, expected_seconds: expected }) {
    if (iteration > 0 && seconds) return (seconds / iteration) * (iterations - iteration);
    return expected === null ? null : this.#slowness * expected;
  }
}

/** Those that have begun go on first, then the oldest. @type {(a: QueuedRun, b: QueuedRun) => number} */
function inOrder(a, b) {
  return Number(b.started_at !== null) - Number(a.started_at !== null) || a.number - b.number;
}

/**
 * Give the first free worker something to do; when it begins.
 * @param {(number | null)[]} free seconds until each worker is free
 * @param {number | null} takes
 */
function take(free, takes) {
  if (free.every((seconds) => seconds === null)) return null;
  const known = free.map((seconds) => seconds ?? Infinity);
  const worker = known.indexOf(Math.min(...known));
  const begin = known[worker];
  free[worker] = takes === null ? null : begin + takes;
  return begin;
}

/**
 * Give runs to workers, in order: when the first begins, and the last ends.
 * @param {(number | null)[]} free
 * @param {number[]} takes
 */
function startAll(free, takes) {
  const begins = takes.map((seconds) => take(free, seconds));
  const ends = begins.map((begin, i) => (begin === null ? NaN : begin + takes[i]));
  const end = Math.max(...ends);
  return { begin: begins[0], end: Number.isNaN(end) ? null : end };
}

/** Is a wait too short to mention? @param {number | null} seconds */
export function isSoon(seconds) {
  return seconds !== null && seconds < SOON;
}

/** How many times as long as estimated runs have taken lately: the middle one. @param {QueuedRun[]} runs */
function slownessOf(runs) {
  const shares = runs
    .filter(({ status, seconds, expected_seconds }) => status === "completed" && seconds && expected_seconds)
    .sort((a, b) => b.number - a.number)
    .slice(0, RECENT)
    .map(({ seconds, expected_seconds }) => Number(seconds) / Number(expected_seconds))
    .sort((a, b) => a - b);
  return shares.length ? shares[Math.floor(shares.length / 2)] : 1;
}
