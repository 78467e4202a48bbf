/**
 * Consequences: the server's answers about the draft: its costs, its first experiment in full, or what is wrong. The server is
 * asked when typing pauses or when an answer is needed; once for each state of the draft, and again where something was wrong.
 */

import { ApiError, api } from "../server/api.js";
import { newestOnly } from "../state/newest.js";

/**
 * @import { CostsTogether, Experiment, ExperimentSummary, FirstExperiment } from "../types.js"
 * @import { Draft } from "./draft.js"
 */

/** Milliseconds without a change after which the server is asked. */
const PAUSE = 120;

/**
 * What the server says of a draft: the one that was asked about, whatever has been changed since.
 * @typedef {object} Answer
 * @property {Draft} draft
 * @property {CostsTogether | null} costs of all experiments
 * @property {ExperimentSummary | null} summary of the first one
 * @property {FirstExperiment | null} first
 * @property {ApiError | null} problem
 */

export class Consequences {
  #draft;
  #onAnswer;
  #timer = 0;
  #touch = newestOnly();
  /** Whether nothing has been changed since; taken before waiting for an answer about the draft. */
  isCurrent = this.#touch();
  /** Of the draft as it stands; null: it has not been asked about. @type {Promise<Answer> | null} */
  #question = null;

  /**
   * @param {Draft} draft
   * @param {(answer: Answer) => void} onAnswer called with each answer about the draft as it stands
   */
  constructor(draft, onAnswer) {
    this.#draft = draft;
    this.#onAnswer = onAnswer;
  }

  /** The draft has been changed. */
  changed() {
    this.isCurrent = this.#touch();
    this.#question = null;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.ask(), PAUSE);
  }

  /** What the server says of the draft as it stands now. @returns {Promise<Answer>} */
  ask() {
    clearTimeout(this.#timer);
    const question = this.#question ?? this.#describe(this.#draft.copy(), this.isCurrent);
    this.#question = question;
    return question;
  }

  /**
   * The first experiment of the draft as it stands when the answer is here; null where it is none.
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
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      answer.problem = error;
    }
    if (!isCurrent()) return answer; // of another draft than the one in the form
    if (answer.problem) this.#question = null;
    this.#onAnswer(answer);
    return answer;
  }
}
