/**
 * Consequences: the server's answers about the draft: its costs, its complete first experiment, or its error. The page sends a
 * request when the user pauses typing, or when an answer is needed. Each state of the draft is sent once, but again after an
 * error.
 */

import { retried } from "../page/lazy.js";
import { ApiError, api } from "../server/api.js";
import { newestOnly } from "../state/newest.js";

/**
 * @import { CostsTogether, Experiment, ExperimentSummary, FirstExperiment } from "../types.js"
 * @import { Draft } from "./draft.js"
 */

/** A request is sent this many milliseconds after the last change. */
const PAUSE = 120;
/** If a request has reached no server, it is sent again after this many milliseconds. */
const AGAIN = 1000;

/**
 * The server's answer about a draft.
 * @typedef {object} Answer
 * @property {Draft} draft a copy of the draft as it was sent
 * @property {CostsTogether | null} costs of all experiments
 * @property {ExperimentSummary | null} summary of the first experiment
 * @property {FirstExperiment | null} first
 * @property {ApiError | null} problem
 */

export class Consequences {
  #draft;
  #onAnswer;
  #timer = 0;
  #dropOlder = newestOnly();
  /** A function that says whether the draft has not changed since; keep it before waiting for an answer. */
  isCurrent = this.#dropOlder();
  /** The request for the present state of the draft, if it was sent. @type {Promise<Answer> | null} */
  #request = null;

  /**
   * @param {Draft} draft
   * @param {(answer: Answer) => void} onAnswer called with each answer about the present state of the draft
   */
  constructor(draft, onAnswer) {
    this.#draft = draft;
    this.#onAnswer = onAnswer;
  }

  /** Call this when the draft has changed. */
  changed() {
    this.isCurrent = this.#dropOlder();
    this.#request = null;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.ask(), PAUSE);
  }

  /** Ask the server about the present state of the draft. @returns {Promise<Answer>} */
  ask() {
    clearTimeout(this.#timer);
    const request = this.#request ?? this.#describe(this.#draft.copy(), this.isCurrent);
    this.#request = request;
    return request;
  }

  /**
   * The first experiment of the draft, asked again until the draft no longer changes; null if the draft has an error.
   * @returns {Promise<Experiment | null>}
   */
  async settled() {
    for (;;) {
      const { isCurrent } = this;
      const { first } = await this.ask();
      if (isCurrent()) return first?.config ?? null;
    }
  }

  /**
   * @param {Draft} draft
   * @param {() => boolean} isCurrent
   */
  async #describe(draft, isCurrent) {
    /** @type {Answer} */
    const answer = { draft, costs: null, summary: null, first: null, problem: null };
    try {
      const costs = await api.summaryTogether(draft.experiments());
      const { experiments, seconds, first } = costs;
      Object.assign(answer, { costs, summary: { ...experiments[0], seconds, first }, first });
      if (draft.origin)
        Object.assign(answer, await (await retried(() => import("./fork.js"))).describeFork(draft, costs));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      answer.problem = error;
    }
    if (!isCurrent()) return answer; // the draft in the form has changed meanwhile
    if (answer.problem) this.#request = null;
    if (answer.problem?.status === 0) this.#timer = setTimeout(() => this.ask(), AGAIN);
    this.#onAnswer(answer);
    return answer;
  }
}
