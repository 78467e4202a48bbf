/**
 * Watching: gets the views of networks that cards show, of the newest moment by the socket and of past ones by request.
 *
 * A card says what it needs now; nothing else is asked for. A past view never changes, so the newest ones are kept. Only one
 * is asked for at a time: what is not needed any more when its turn comes is not asked for at all.
 */

import { ApiError, api } from "../server/api.js";
import { Emitter } from "../state/emitter.js";
import { decodeView } from "./view.js";

/**
 * @import { RefusedView, ViewFrame } from "../types.js"
 * @import { Store } from "../state/store.js"
 * @import { View } from "./view.js"
 */

/**
 * A view of a run with its options, at an iteration, or of the newest moment (null).
 * @typedef {{run: string, view: string, options: Record<string, string | number>, iteration: number | null}} Wanted
 */
/** What came: a view, or why it cannot be made. @typedef {View | ApiError} Found */

/** The most past views that are kept. */
const MAX_KEPT = 200;
/** Milliseconds until a view that could not be had, as the lab was busy or away, is asked for again. */
const PAUSE = 1000;

/** Emits "found" when a view has come that some card needs. */
export class Watching extends Emitter {
  #store;
  /** What each card needs. @type {Map<object, Wanted[]>} */
  #needed = new Map();
  /** The newest live views. @type {Map<string, Found>} */
  #live = new Map();
  /** Past views, in the order in which they were last needed. @type {Map<string, Found>} */
  #past = new Map();
  /** What is asked for now. @type {{key: string, control: AbortController} | null} */
  #asking = null;

  /** @param {Pick<Store, "on" | "watch">} store */
  constructor(store) {
    super();
    this.#store = store;
    store.on("view", (/** @type {ViewFrame | RefusedView} */ message) => this.#receive(message));
  }

  /**
   * Say what a card needs from now on, in place of what it needed before.
   * @param {object} card
   * @param {Wanted[]} wanted
   */
  need(card, wanted) {
    if (wanted.length) this.#needed.set(card, wanted);
    else this.#needed.delete(card);
    const live = this.#all().filter(({ iteration }) => iteration === null);
    const watched = [...new Set(live.map(watchText))];
    const keys = new Set(live.map(keyOf));
    for (const key of this.#live.keys()) if (!keys.has(key)) this.#live.delete(key);
    this.#store.watch(watched);
    if (this.#asking && !this.#all().some((wanted) => keyOf(wanted) === this.#asking?.key))
      this.#asking.control.abort();
    this.#askNext();
  }

  /** The view, if it has come; undefined if not yet. @param {Wanted} wanted */
  get(wanted) {
    return (wanted.iteration === null ? this.#live : this.#past).get(keyOf(wanted));
  }

  #all() {
    return [...this.#needed.values()].flat();
  }

  /** @param {ViewFrame | RefusedView} message */
  #receive(message) {
    const key = `${message.run} ${message.view} ${message.options} live`;
    if (!this.#all().some((wanted) => keyOf(wanted) === key)) return; // it was on its way when the card did not need it any more
    this.#live.set(
      key,
      "error" in message ? new ApiError(message.error, 409) : decodeView(message.buffer, message.offset),
    );
    this.emit("found");
  }

  async #askNext() {
    if (this.#asking) return;
    const next = this.#all().find((wanted) => wanted.iteration !== null && !this.#past.has(keyOf(wanted)));
    if (!next || next.iteration === null) return;
    const key = keyOf(next);
    const asking = { key, control: new AbortController() };
    this.#asking = asking;
    let pause = 0;
    try {
      const { run, iteration, view } = next;
      const bytes = await api.view(run, iteration, view, optionsText(next), asking.control.signal);
      this.#keep(key, decodeView(bytes));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const isTransient = error.status === 0 || error.status === 429 || error.status === 503;
      if (!isTransient) this.#keep(key, error);
      else if (!asking.control.signal.aborted) pause = PAUSE;
    }
    setTimeout(() => {
      this.#asking = null;
      this.#askNext();
    }, pause);
  }

  /**
   * @param {string} key
   * @param {Found} answer
   */
  #keep(key, answer) {
    this.#past.set(key, answer);
    const [oldest] = this.#past.keys();
    if (this.#past.size > MAX_KEPT) this.#past.delete(oldest);
    this.emit("found");
  }
}

/** The options as the server writes them: JSON with sorted names. @param {Pick<Wanted, "options">} wanted */
function optionsText({ options }) {
  return JSON.stringify(Object.fromEntries(Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** @param {Wanted} wanted */
function keyOf(wanted) {
  return `${wanted.run} ${wanted.view} ${optionsText(wanted)} ${wanted.iteration ?? "live"}`;
}

/** What the page sends to the server. @param {Wanted} wanted */
function watchText(wanted) {
  return JSON.stringify({ run: wanted.run, view: wanted.view, options: JSON.parse(optionsText(wanted)) });
}
