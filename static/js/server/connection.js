/**
 * The connection: how the page gets updates from the lab, and the rows of all runs that it shows.
 *
 * Usually through one socket. When it ends, it comes back by itself, waiting longer each time with a random part (so that a
 * class does not come back in one instant), and asks for each run from the rows that are here: nothing is lost, nothing
 * comes twice. A socket that ends before it has proved itself, while the server answers by HTTP, is one that the network
 * does not let through: after some of them the page polls, and tries a socket now and then. Such a trial is not listened
 * to; when it has proved itself, a new socket takes over.
 *
 * A hidden tab asks for no rows after a while, and catches up when it is shown again.
 */

import { Inbox } from "./inbox.js";
import { Polling } from "./polling.js";
import { Socket } from "./socket.js";

/** @import { Store } from "../state/store.js" */

/** Sockets that may fail, while the server answers by HTTP, before the page polls. */
const MAX_FAILURES = 2;
/** Milliseconds from a socket's end to the next one; while the page polls; and how long a socket may take to greet. */
const WAIT = { first: 250, longest: 8000 };
const TRIAL_WAIT = { first: 30_000, longest: 300_000 };
const PATIENCE = { first: 5000, longest: 20_000 };
const REST_AFTER = 10_000;
/** Bins of a long stream's overview: a chart is about as many pixels wide. */
const BINS = 512;
/**
 * What the server's close codes say of it: it goes to come back, or shows as many pages as it may.
 * @type {Record<number, string>}
 */
const CLOSED = { 1012: "restarting", 1013: "full" };

export class Connection {
  #store;
  #polling;
  /** @type {Socket | null} */
  #socket = null;
  /** Runs that the socket was asked for; null where it is not to be asked. @type {Set<string> | null} */
  #subscribed = null;
  #failures = 0;
  #ends = 0;
  #timer = 0;
  #resting = false;
  #restTimer = 0;

  /** @param {Store} store */
  constructor(store) {
    this.#store = store;
    store.on("runs", () => this.#subscribe());
    document.addEventListener("visibilitychange", () => this.#seen(!document.hidden));
    this.#polling = new Polling(
      store,
      () => this.#cursors(this.#wanted()),
      (answered) => this.#polled(answered),
    );
    this.#open();
  }

  /** @param {boolean} trial it is only tried whether a socket gets through */
  #open(trial = this.#polling.running) {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const inbox = new Inbox(this.#store, true, (run) => this.#ask([run]));
    this.#subscribed = null;
    const socket = new Socket({
      patience: growing(PATIENCE, trial ? Infinity : this.#failures),
      onMessage: (data) => {
        if (trial) return;
        if (!this.#subscribed) this.#greeted();
        inbox.take(data);
      },
      onProved: () => {
        this.#failures = this.#ends = 0;
        if (!trial) return;
        this.#socket = null;
        socket.end();
        this.#open(false);
      },
      onEnd: (code) => socket === this.#socket && this.#ended(code, socket.proved),
    });
    this.#socket = socket;
  }

  #greeted() {
    this.#polling.stop();
    this.#subscribed = new Set();
    this.#store.setConnection("live");
    this.#subscribe();
  }

  /**
   * @param {number | undefined} code
   * @param {boolean} proved
   */
  #ended(code, proved) {
    const { connection } = this.#store;
    const polling = this.#polling.running;
    this.#timer = setTimeout(
      () => this.#open(),
      growing(polling ? TRIAL_WAIT : WAIT, this.#ends) * (0.5 + Math.random()),
    );
    this.#ends += 1;
    if (polling) return;
    const stays = connection === "restarting" || connection === "refused";
    const announced = CLOSED[code ?? 0];
    this.#store.setConnection(announced ?? (stays ? connection : "offline"));
    if (!proved && !announced) this.#polling.ask().then((answered) => this.#failed(answered));
  }

  /**
   * A socket has failed, while HTTP was answered or not.
   * @param {boolean | null} answered
   */
  #failed(answered) {
    if (answered === null) return; // the next socket has greeted before
    this.#failures = answered ? this.#failures + 1 : 0;
    const { refusal } = this.#polling;
    if (refusal) this.#store.setConnection("refused", refusal);
    else if (this.#store.connection === "refused") this.#store.setConnection("offline");
    if (this.#failures < MAX_FAILURES) return;
    this.#ends = 0;
    this.#polling.start();
  }

  /** @param {boolean | null} answered */
  #polled(answered) {
    const isBack = answered && this.#store.connection === "offline";
    this.#store.setConnection(answered ? "polling" : "offline");
    if (isBack && this.#timer) this.#open(); // perhaps the network is another one now
  }

  /** @param {boolean} visible */
  #seen(visible) {
    clearTimeout(this.#restTimer);
    /** @param {boolean} resting */
    const rest = (resting) => {
      this.#resting = resting;
      this.#subscribe();
    };
    if (visible) rest(false);
    else this.#restTimer = setTimeout(rest, REST_AFTER, true);
  }

  /** Ids of the runs whose rows are wanted. */
  #wanted() {
    return this.#resting ? [] : this.#store.shown().map((run) => run.id);
  }

  /** Subscribe to the runs that are shown now, and unsubscribe from those that are not shown any more. */
  #subscribe() {
    const subscribed = this.#subscribed;
    if (!subscribed || !this.#socket?.isOpen) return;
    const wanted = new Set(this.#wanted());
    const unwanted = [...subscribed].filter((id) => !wanted.has(id));
    const fresh = [...wanted].filter((id) => !subscribed.has(id));
    if (unwanted.length) this.#socket.send({ unsubscribe: unwanted });
    if (fresh.length) this.#ask(fresh);
    this.#subscribed = wanted;
  }

  /** @param {string[]} ids */
  #ask(ids) {
    this.#socket?.send({ subscribe: this.#cursors(ids), overview: BINS });
  }

  /**
   * Run id → the rows of it that are here.
   * @param {string[]} ids
   */
  #cursors(ids) {
    return Object.fromEntries(ids.map((id) => [id, this.#store.cursors(id)]));
  }
}

/**
 * Doubled `times` times, up to the longest.
 * @param {{first: number, longest: number}} wait
 * @param {number} times
 */
function growing({ first, longest }, times) {
  return Math.min(first * 2 ** times, longest);
}
