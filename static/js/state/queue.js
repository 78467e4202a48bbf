/**
 * The queue of the lab: the place of each waiting run, and roughly when it starts and ends. A training
 * starts in the order of the queue, on the first free worker, and all runs that show it with it. The server estimates roughly how long a run takes; this file corrects the estimate
 * by the times that recent runs of this lab have taken. Pure functions.
 */

/** @import { Run } from "../types.js" */

/** The properties of a run that the queue uses. @typedef {Pick<Run, "id" | "number" | "status" | "iteration" | "iterations" | "started_at" | "seconds" | "expected_seconds" | "training">} QueuedRun */

/** The place of a waiting run, from 1, and the seconds until it starts; null: unknown. @typedef {{place: number, seconds: number | null}} Wait */

/**
 * The times of runs that would be launched now. `begin`: seconds until the first one starts; `end`: until the last one ends
 * (null: unknown); `alone`: until the last one ends if no other run trained or waited.
 * @typedef {{begin: number | null, end: number | null, alone: number}} Times
 */

/** A wait of fewer seconds is not shown. */
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
    /** Training → the runs that show it, the oldest first: it is trained once. */
    const shown = Map.groupBy(
      [...runs].sort((a, b) => a.number - b.number),
      ({ training }) => training,
    );
    const all = [...shown.values()].map(([first]) => first);
    this.#slowness = slownessOf(all);
    const running = all.filter(({ status }) => status === "running");
    this.#free = running.map((run) => this.#left(run));
    while (this.#free.length < Math.max(1, workers)) this.#free.push(0);
    const queued = all.filter(({ status }) => status === "queued").sort(inOrder);
    for (const [i, run] of queued.entries()) {
      const wait = { place: i + 1, seconds: occupyWorker(this.#free, this.#left(run)) };
      for (const { id } of shown.get(run.training) ?? []) this.waits.set(id, wait);
    }
  }

  /**
   * @param {number[]} expected the server's estimate in seconds for each run that would be launched; at least one
   * @returns {Times}
   */
  launching(expected) {
    const durations = expected.map((seconds) => this.#slowness * seconds);
    const alone = startAll(
      this.#free.map(() => 0),
      durations,
    );
    return { ...startAll([...this.#free], durations), alone: Number(alone.end) };
  }

  /** The seconds until a run ends, once it trains; null: unknown. @param {QueuedRun} run */
  #left({ iteration, iterations, seconds, expected_seconds: expected }) {
    if (iteration > 0 && seconds) return (seconds / iteration) * (iterations - iteration);
    return expected === null ? null : this.#slowness * expected;
  }
}

/** The order of the queue: first runs that have trained before, then the oldest. @type {(a: QueuedRun, b: QueuedRun) => number} */
function inOrder(a, b) {
  return Number(b.started_at !== null) - Number(a.started_at !== null) || a.number - b.number;
}

/**
 * Give a run to the worker that is free first.
 * @param {(number | null)[]} free seconds until each worker is free; changed by this function
 * @param {number | null} duration seconds that the run takes
 * @returns {number | null} seconds until the run starts; null: unknown
 */
function occupyWorker(free, duration) {
  if (free.every((seconds) => seconds === null)) return null;
  const known = free.map((seconds) => seconds ?? Infinity);
  const worker = known.indexOf(Math.min(...known));
  const begin = known[worker];
  free[worker] = duration === null ? null : begin + duration;
  return begin;
}

/**
 * Give runs to workers, in order. Returns the seconds until the first run starts and until the last one ends.
 * @param {(number | null)[]} free
 * @param {number[]} durations
 */
function startAll(free, durations) {
  const begins = durations.map((seconds) => occupyWorker(free, seconds));
  const ends = begins.map((begin, i) => (begin === null ? NaN : begin + durations[i]));
  const end = Math.max(...ends);
  return { begin: begins[0], end: Number.isNaN(end) ? null : end };
}

/** Whether a wait is too short to show. @param {number | null} seconds */
export function isSoon(seconds) {
  return seconds !== null && seconds < SOON;
}

/** The median, over recent runs, of the time a run took divided by the server's estimate. @param {QueuedRun[]} runs */
function slownessOf(runs) {
  const ratios = runs
    .filter(({ status, seconds, expected_seconds }) => status === "completed" && seconds && expected_seconds)
    .sort((a, b) => b.number - a.number)
    .slice(0, RECENT)
    .map(({ seconds, expected_seconds }) => Number(seconds) / Number(expected_seconds))
    .sort((a, b) => a - b);
  return ratios.length ? ratios[Math.floor(ratios.length / 2)] : 1;
}
