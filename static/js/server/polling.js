/**
 * Polling: asking by HTTP for the messages of a socket, where a network lets no socket through. It is slower but complete:
 * the page sends which rows and which state of the lab it has, and the answer is what follows.
 */

import { ApiError, api } from "./api.js";
import { unpack } from "./frames.js";
import { Inbox } from "./inbox.js";

/** @import { Store } from "../state/store.js" */

/** Milliseconds from an answer to the next question: of a page that is seen, and of a hidden one. */
const PAUSE = 1000;
const HIDDEN_PAUSE = 10_000;
/** From a question without an answer to the next one: longer each time, up to this. */
const MAX_PAUSE = 8000;
/** A question that has no answer after this long gets none. */
const PATIENCE = 20_000;

export class Polling {
  running = false;
  /**
   * What the lab itself said to the last question, if it refused it: an ApiError.
   * @type {ApiError | null}
   */
  refusal = null;
  #store;
  #wanted;
  #onAnswer;
  /** @type {Promise<boolean | null> | null} */
  #asking = null;
  #control = new AbortController();
  #timer = 0;
  #unanswered = 0;
  /** What the last answer said of itself. */
  #server = "";
  #state = 0;
  /** @type {string | null} */
  #rest = null;
  #more = false;
  #inbox;

  /**
   * @param {Store} store
   * @param {() => object} wanted run id → rows that are here, of the runs whose rows are wanted
   * @param {(answered: boolean | null) => void} onAnswer called after each question while it is running; null: left
   */
  constructor(store, wanted, onAnswer) {
    this.#store = store;
    this.#inbox = new Inbox(store, true);
    this.#wanted = wanted;
    this.#onAnswer = onAnswer;
    document.addEventListener("visibilitychange", () => !document.hidden && this.running && this.#goOn());
  }

  start() {
    if (this.running) return;
    this.running = true;
    this.#goOn();
  }

  /** Leave it to the socket; also leaves the question that is under way. */
  stop() {
    this.running = false;
    if (this.#rest) this.#server = ""; // the socket's list has come between, so half a list begins anew
    clearTimeout(this.#timer);
    this.#control.abort();
  }

  /**
   * Ask once; while a question is under way, it is that one.
   * @returns {Promise<boolean | null>} whether the server answered; null: left
   */
  ask() {
    const asking = this.#asking ?? this.#ask().finally(() => (this.#asking = null));
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
      const said = { server: this.#server, state: this.#state, rest: this.#rest };
      body = await api.poll({ subscribe: this.#wanted(), ...said }, control.signal);
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
    if (whole) this.#inbox = new Inbox(this.#store, true);
    for (const message of messages) this.#inbox.take(message);
    this.#server = server;
    this.#state = state;
    this.#rest = rest;
    this.#more = more;
    return true;
  }

  async #goOn() {
    clearTimeout(this.#timer);
    const answered = await this.ask();
    if (!this.running) return;
    this.#unanswered = answered ? 0 : this.#unanswered + 1;
    this.#onAnswer(answered);
    clearTimeout(this.#timer); // another one may have waited for the same answer
    this.#timer = setTimeout(() => this.#goOn(), this.#pause());
  }

  #pause() {
    if (this.#unanswered) return Math.min(PAUSE * 2 ** this.#unanswered, MAX_PAUSE) * (0.5 + Math.random());
    if (this.#more) return 0;
    return document.hidden ? HIDDEN_PAUSE : PAUSE;
  }
}
