/**
 * Polling: if a network blocks sockets, the page asks for the same messages by HTTP. It is slower, but complete: a request
 * says which rows and which state of the lab the page has, and the answer has everything newer.
 */

import { ApiError, api } from "./api.js";
import { unpack } from "./frames.js";
import { Inbox } from "./inbox.js";

/** @import { Receiver } from "./inbox.js" */

/** Milliseconds from an answer to the next request. */
const PAUSE = 1000;
/** The same for a hidden page. */
const HIDDEN_PAUSE = 10_000;
/**
 * After a request that failed or was refused the pause doubles, up to this; then it is multiplied by 0.5 to 1.5, so that pages
 * do not ask together.
 */
const MAX_PAUSE = 8000;
/** A request is aborted after this many milliseconds without an answer. */
const PATIENCE = 20_000;

export class Polling {
  running = false;
  /**
   * The lab's error, if it refused the last request.
   * @type {ApiError | null}
   */
  refusal = null;
  #store;
  #view;
  #cursors;
  #onAnswer;
  /** @type {Promise<boolean | null> | null} */
  #asking = null;
  #control = new AbortController();
  #timer = 0;
  #unanswered = 0;
  /** From the last answer: the id of the server process, and the version of the states that it had. */
  #server = "";
  #state = 0;
  /** From the last answer: where the list of runs continues, if it was not complete. @type {string | null} */
  #rest = null;
  /** From the last answer: whether more rows are waiting. */
  #more = false;
  #inbox;

  /**
   * @param {Receiver} store
   * @param {string} view which page this is, if it shows more than runs; see connection.js
   * @param {() => object} cursors for each run whose rows the page needs: run id → how many rows the page has
   * @param {(answered: boolean | null) => void} onAnswer called after each request while polling runs; null: it was aborted
   */
  constructor(store, view, cursors, onAnswer) {
    this.#store = store;
    this.#view = view;
    this.#inbox = new Inbox(store);
    this.#cursors = cursors;
    this.#onAnswer = onAnswer;
    document.addEventListener("visibilitychange", () => !document.hidden && this.running && this.#poll());
  }

  start() {
    if (this.running) return;
    this.running = true;
    this.#poll();
  }

  /** Stop, because a socket works; this aborts the current request. */
  stop() {
    this.running = false;
    if (this.#rest) this.#server = ""; // the socket has sent its own list meanwhile, so the unfinished list must start again
    clearTimeout(this.#timer);
    this.#control.abort();
  }

  /**
   * Send one request, or wait for the current one if there is one.
   * @returns {Promise<boolean | null>} whether the server answered, and the page could take the answer; null: the request was
   *   aborted
   */
  ask() {
    const failed = (/** @type {unknown} */ error) => {
      console.error(error); // as if there was no answer, so that the page asks again
      return false;
    };
    const asking =
      this.#asking ??
      this.#ask()
        .catch(failed)
        .finally(() => (this.#asking = null));
    this.#asking = asking;
    return asking;
  }

  async #ask() {
    const control = new AbortController();
    this.#control = control;
    const limit = setTimeout(() => control.abort("late"), PATIENCE);
    const failure = () => (control.signal.aborted && control.signal.reason !== "late" ? null : false);
    let body;
    this.refusal = null;
    try {
      const position = { server: this.#server, state: this.#state, rest: this.#rest };
      body = await api.poll({ subscribe: this.#cursors(), view: this.#view, ...position }, control.signal);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.code !== "offline" && error.code !== "bad_answer") this.refusal = error;
      return failure();
    } finally {
      clearTimeout(limit);
    }
    if (control.signal.aborted) return failure();
    const [hello, ...messages] = unpack(body);
    const { server, state, whole, rest, more } = JSON.parse(String(hello));
    if (whole) this.#inbox = new Inbox(this.#store);
    for (const message of [hello, ...messages]) this.#inbox.receive(message);
    this.#server = server;
    this.#state = state;
    this.#rest = rest;
    this.#more = more;
    return true;
  }

  /** Send a request now, and the next one after a pause. */
  async #poll() {
    clearTimeout(this.#timer);
    const answered = await this.ask();
    if (!this.running) return;
    this.#unanswered = answered ? 0 : this.#unanswered + 1;
    clearTimeout(this.#timer); // another call of this method may have waited for the same answer
    this.#timer = setTimeout(() => this.#poll(), this.#pause());
    this.#onAnswer(answered);
  }

  #pause() {
    if (this.#unanswered) return Math.min(PAUSE * 2 ** this.#unanswered, MAX_PAUSE) * (0.5 + Math.random());
    if (this.#more) return 0;
    return document.hidden ? HIDDEN_PAUSE : PAUSE;
  }
}
