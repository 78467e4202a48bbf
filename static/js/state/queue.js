/**
 * The queue of the lab as one would join it now: roughly when new runs would start and end. Where the runs that wait stand,
 * the server says (`place`). It estimates roughly how long a run takes, and measures how much longer its machine takes
 * (`slowness`). Pure functions.
 */

/** @import { LabState, Run } from "../types.js" */

/** The properties of a run that the queue uses. @typedef {Pick<Run, "id" | "number" | "status" | "iteration" | "iterations" | "started_at" | "seconds" | "expected_seconds" | "place" | "training">} QueuedRun */

/**
 * The times of runs that would be launched now. `begin`: seconds until the first one starts; `end`: until the last one ends
 * (null: unknown); `alone`: until the last one ends if no other run trained or waited.
 * @typedef {{begin: number | null, end: number | null, alone: number}} Times
 */

/** A wait of fewer seconds is not shown. */
const SOON = 0.5;
const NO_LAB = { workers: 1, busy: 0, queued: 0, slowness: 1 };

export class Queue {
  /** Seconds until each worker is free; null: unknown. @type {(number | null)[]} */
  #free;
  #slowness;

  /**
   * @param {Iterable<QueuedRun>} runs all that the page may see
   * @param {Pick<LabState, "workers" | "busy" | "queued" | "slowness"> | null} lab
   */
  constructor(runs, lab) {
    const { workers, busy, queued: waiting, slowness } = lab ?? NO_LAB;
    // a training is trained once, whatever number of runs shows it
    const all = [...new Map([...runs].map((run) => [run.training, run])).values()];
    this.#slowness = slowness;
    this.#free = all.filter(({ status }) => status === "running").map((run) => this.#left(run));
    const queued = all.filter(({ status }) => status === "queued");
    // of what others train in a class, nothing is known
    const hidden = busy > this.#free.length || waiting > queued.length;
    while (this.#free.length < Math.max(1, workers)) this.#free.push(0);
    if (hidden) this.#free.fill(null);
    for (const run of queued.sort(inOrder)) occupyWorker(this.#free, this.#left(run));
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

/** @type {(a: QueuedRun, b: QueuedRun) => number} */
function inOrder(a, b) {
  return (a.place?.ahead ?? Infinity) - (b.place?.ahead ?? Infinity) || a.number - b.number;
}

/**
 * Give a run to the worker that is free first.
 * @param {(number | null)[]} free seconds until each worker is free; changed by this function
 * @param {number | null} duration seconds that the run takes
 * @returns {number | null} seconds until the run starts; null: unknown
 */
function occupyWorker(free, duration) {
  // written without new lists: it is called for each of the runs that wait, twice a second
  /** @type {number | null} */
  let begin = null;
  let worker = -1;
  for (let i = 0; i < free.length; i++) {
    const seconds = free[i];
    if (seconds !== null && (begin === null || seconds < begin)) [begin, worker] = [seconds, i];
  }
  if (begin !== null) free[worker] = duration === null ? null : begin + duration;
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
