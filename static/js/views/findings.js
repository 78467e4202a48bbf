/**
 * Findings: gets what the lab finds of the runs that one looks at, at the newest moment or at the pinned one. What was found at
 * a past moment never changes, so it is kept.
 */

import { ApiError, request } from "../server/api.js";
import { Emitter } from "../state/emitter.js";

/** @typedef {{part: string, images: number | null, rows: number}} Sample */
/** @typedef {{card: string, iteration: number, layer: string | null}} Evidence */
/** A run that tries a remedy; `helped`: null until both have ended. @typedef {{id: string, number: number, name: string, status: string, helped: boolean | null}} Tried */
/**
 * Something that may help; see `app/findings/answers.py`.
 * @typedef {{code: string, kind: "launch" | "fork", values: Record<string, any>, path: string, body: {name: string}, tried: number, helped: number, runs: Tried[]}} Remedy
 * @typedef {{code: string, iteration: number, values: Record<string, any>, kinds: Record<string, string>, sample: Sample, evidence: Evidence, remedies: Remedy[]}} Finding
 * @typedef {{run: string, iteration: number, findings: Finding[], evaluations: number, evaluations_needed: number}} Findings
 */
/** A run that one looks at, at an iteration; null: the newest. @typedef {{id: string, iteration: number | null, ended: boolean}} Asked */

/**
 * Milliseconds between two questions about a run that trains: at first, and at most, while the answer stays the same. A class
 * of three hundred asks a lot.
 */
const EVERY = { first: 2000, longest: 12_000, growth: 1.5 };
/** How often it looks whether a question is due. */
const LOOK_EVERY = 500;
/** The most answers that are kept. */
const MAX_KEPT = 100;

/** Emits "found" when an answer has come. */
export class FindingsOfRuns extends Emitter {
  /**
   * By run and iteration; `answer`: null if there was none yet; `due`: when it is asked again.
   * @type {Map<string, {answer: Findings | null, due: number, wait: number}>}
   */
  #kept = new Map();
  /** @type {Asked[]} */
  #asked = [];
  #asking = false;
  /** How often everything was to be asked again. */
  #renewals = 0;
  #timer = 0;

  /** Say at which runs one looks from now on. @param {Asked[]} asked */
  ask(asked) {
    this.#asked = asked;
    if (!this.#asking) this.#next();
  }

  /** What was found; while that is asked for again, or at a run's end for the first time, the last answer. @param {Asked} asked */
  get(asked) {
    const found = (/** @type {Asked} */ of) => this.#kept.get(keyOf(of))?.answer;
    return found(asked) ?? found({ ...asked, ended: false });
  }

  /** What was found of a run at all moments that were asked for; the newest is the last. @param {string} run */
  all(run) {
    return [...this.#kept.values()].flatMap(({ answer }) => (answer?.run === run ? answer.findings : []));
  }

  /** Ask again soon: a run was launched that may help, or has ended. */
  renew() {
    this.#renewals++;
    for (const kept of this.#kept.values()) Object.assign(kept, { due: 0, wait: EVERY.first });
    if (!this.#asking) this.#next();
  }

  async #next() {
    clearTimeout(this.#timer);
    const now = performance.now();
    const dueAt = (/** @type {Asked} */ asked) => this.#kept.get(keyOf(asked))?.due ?? now;
    const due = this.#asked.find((asked) => dueAt(asked) <= now);
    if (!due || document.hidden) {
      const isLast = this.#asked.every((asked) => dueAt(asked) === Infinity);
      if (!isLast) this.#timer = setTimeout(() => this.#next(), LOOK_EVERY);
      return;
    }
    this.#asking = true;
    const { id, iteration } = due;
    const key = keyOf(due);
    const renewals = this.#renewals;
    try {
      const answer = await request(
        "GET",
        `api/runs/${id}/findings${iteration === null ? "" : `?at=${iteration}`}`,
      );
      this.#take(key, answer, due.ended);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // refused, or lost on the way: what was found before stays, and the question is asked again after those about other runs
      const { answer = null, wait = EVERY.first } = this.#kept.get(key) ?? {};
      this.#keep(key, { answer, wait, due: performance.now() + EVERY.longest });
    } finally {
      this.#asking = false;
    }
    // a renewal came while it was under way, so the answer may be out of date: ask again
    if (renewals !== this.#renewals) Object.assign(this.#kept.get(key) ?? {}, { due: 0 });
    this.#next();
  }

  /**
   * @param {string} key
   * @param {Findings} answer
   * @param {boolean} isLast whether it stays so until a renewal
   */
  #take(key, answer, isLast) {
    const before = this.#kept.get(key);
    const isSame =
      before?.answer && JSON.stringify(before.answer.findings) === JSON.stringify(answer.findings);
    const wait = isSame ? Math.min(EVERY.longest, before.wait * EVERY.growth) : EVERY.first;
    this.#keep(key, { answer, due: isLast ? Infinity : performance.now() + wait, wait });
    this.emit("found");
  }

  /**
   * @param {string} key
   * @param {{answer: Findings | null, due: number, wait: number}} question
   */
  #keep(key, question) {
    this.#kept.delete(key);
    this.#kept.set(key, question);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_KEPT) this.#kept.delete(oldest);
  }
}

/** An ended run is asked about once more at its end. @param {Asked} asked */
function keyOf({ id, iteration, ended }) {
  return `${id} ${iteration ?? (ended ? "end" : "newest")}`;
}
