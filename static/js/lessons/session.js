/**
 * A lesson that is open, with all that the server knows of it: its questions, the newest attempt, and what is being sent. The
 * player draws it. Emits "change" when any of it changes.
 */

import { ApiError } from "../server/api.js";
import { lessonApi } from "../server/lesson-api.js";
import { Emitter } from "../state/emitter.js";
import { newestOnly } from "../state/newest.js";
import { language } from "../words/i18n.js";
import { Draft } from "./prediction.js";
import { stepOf } from "./steps.js";

/**
 * @import { Attempt, Play } from "./types.js"
 */

/** Something that was refused: at a question, or (with an empty id) as a whole. @typedef {{id: string, error: ApiError}} Refusal */

export class Session extends Emitter {
  /** @type {Play | null} */
  play = null;
  /** Why it could not be loaded. @type {ApiError | null} */
  problem = null;
  /** What is being sent: the id of a question, or "seal". */
  sending = "";
  /** @type {Refusal | null} */
  refusal = null;
  /** Whether one predicts again although there is an attempt. */
  isAgain = false;
  /** For the lesson in a language. */
  #dropOlderPlays = newestOnly();
  /** For the attempt. */
  #dropOlderAttempts = newestOnly();
  #closed = false;
  /** @type {Attempt | null} */
  #newest = null;

  /**
   * @param {string} slug
   * @param {string} person an id; empty: there are no persons
   */
  constructor(slug, person) {
    super();
    this.slug = slug;
    this.draft = new Draft(slug, person);
  }

  /** The attempt that is shown; null: one predicts. */
  get attempt() {
    return this.isAgain ? null : this.#newest;
  }

  /** The newest attempt, also while one predicts again. */
  get newest() {
    return this.#newest;
  }

  get step() {
    return stepOf(this.attempt);
  }

  /** The questions of the prediction. */
  get questions() {
    return this.play?.predict.questions ?? [];
  }

  /** What comes late is not drawn any more. */
  close() {
    this.#closed = true;
  }

  /** Load it in the page's language, with the newest attempt. */
  async load() {
    const isNewestAttempt = this.#dropOlderAttempts();
    await this.#get(this.#dropOlderPlays(), async () => {
      const play = await lessonApi.play(this.slug, language());
      return () => {
        this.play = play;
        if (isNewestAttempt()) this.#newest = play.attempt;
      };
    });
  }

  /** Load the newest attempt again: its runs have ended, or something was tried. */
  async renew() {
    await this.#get(this.#dropOlderAttempts(), async () => {
      const attempt = await lessonApi.attempt(this.slug, language());
      return () => {
        this.#newest = attempt;
      };
    });
  }

  /**
   * @param {() => boolean} isNewest whether no newer one was asked for meanwhile
   * @param {() => Promise<() => void>} get asks the server, and returns what takes over the answer
   */
  async #get(isNewest, get) {
    /** @type {ApiError | null} */
    let problem = null;
    try {
      const take = await get();
      if (!isNewest() || this.#closed) return;
      take();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!isNewest()) return;
      problem = error;
    }
    this.problem = problem;
    this.#changed();
  }

  /** Predict once more; the attempt before stays as it is. */
  again() {
    this.isAgain = true;
    this.refusal = null;
    this.#changed();
  }

  /**
   * Seal the prediction and launch its runs. It emits "launched" with them, before "change"; not if it was closed meanwhile.
   * @param {boolean} full whether in full size
   */
  async seal(full) {
    const sealed = { ...this.draft.sealed(this.questions), full, language: language() };
    await this.#send("seal", async () => {
      const { attempt, runs } = await lessonApi.seal(this.slug, sealed);
      if (!this.#closed) this.emit("launched", runs);
      this.draft.forget();
      this.isAgain = false;
      return attempt;
    });
  }

  /**
   * Answer a question.
   * @param {string} id
   * @param {any} value
   * @returns {Promise<boolean>} whether the answer was taken
   */
  async answer(id, value) {
    return this.#send(id, () => lessonApi.answer(this.slug, { id, value, language: language() }));
  }

  /**
   * Send something to which the answer is the attempt.
   * @param {string} what
   * @param {() => Promise<Attempt>} send
   */
  async #send(what, send) {
    if (this.sending) return false; // a held key or a double click must not send twice
    this.sending = what;
    this.refusal = null;
    this.#changed();
    const isNewest = this.#dropOlderAttempts();
    try {
      this.#newest = await send();
      // an attempt that was asked for meanwhile may be the one before this was sent; and the language may be another one
      if (!isNewest()) void this.renew();
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.refusal = { id: what, error };
      // it was answered elsewhere, as in another tab
      if (error.status === 409 && what !== "seal" && isNewest()) void this.renew();
      return false;
    } finally {
      this.sending = "";
      this.#changed();
    }
  }

  #changed() {
    if (!this.#closed) this.emit("change");
  }
}
