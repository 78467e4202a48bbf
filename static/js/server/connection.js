/**
 * The connection: gets updates from the lab, and the rows of all shown runs.
 *
 * Usually they come through one socket. When a socket ends, the page opens a new one, after a wait that is longer each time
 * and partly random, so that the pages of a class do not reconnect in the same moment. The page subscribes to each run from
 * the rows that it has, so no row is lost and none comes twice.
 *
 * Some networks block sockets. If sockets fail before they have proved that they work (see socket.js), while the server
 * answers by HTTP, the page polls. Meanwhile it tries a socket now and then. It ignores the messages of such a trial; once
 * the trial has proved that sockets work, a new socket replaces polling.
 *
 * A tab that has been hidden for a while unsubscribes, and gets the missing rows when it is shown again.
 */

import { lazy } from "../page/lazy.js";
import { Inbox } from "./inbox.js";
import { Socket } from "./socket.js";

/**
 * @import { Store } from "../state/store.js"
 * @import { Receiver } from "./inbox.js"
 * @import { Polling } from "./polling.js"
 */

/** @typedef {Receiver & Pick<Store, "on" | "connection" | "setConnection" | "cursors"> & {shown(): {id: string}[], watched?: string[]}} Source */

/** After this many sockets have failed, while the server answers by HTTP, the page polls. */
const MAX_FAILURES = 2;
/** Milliseconds from the end of a socket until the next one is opened. */
const WAIT = { first: 250, longest: 8000 };
/** The same while the page polls. */
const TRIAL_WAIT = { first: 30_000, longest: 300_000 };
/** Milliseconds in which the first message of a socket must come. */
const PATIENCE = { first: 5000, longest: 20_000 };
/** A tab that is hidden for this many milliseconds unsubscribes from all runs. */
const REST_AFTER = 10_000;
/** Bins of a long stream's overview: about as many as a chart has pixels. */
const BINS = 512;
/**
 * Close codes of the server: it restarts, or it has its maximum of viewers.
 * @type {Record<number, string>}
 */
const CLOSED = { 1012: "restarting", 1013: "full" };

export class Connection {
  #store;
  #address;
  /** Loaded when the page is live, or a socket has failed. @type {Polling | null} */
  #polling = null;
  #loadPolling;
  /** @type {Socket | null} */
  #socket = null;
  /** Ids of the runs that the page has subscribed to; null before the first message. @type {Set<string> | null} */
  #subscribed = null;
  /** The views that the page watches through this socket, each as JSON. @type {string[]} */
  #watched = [];
  /** Sockets that failed unproved while the server answered by HTTP, since one last proved that it works. */
  #failures = 0;
  /** Ends of sockets since one last proved that it works, or polling began: decides the next wait. */
  #ends = 0;
  #timer = 0;
  #resting = false;
  #restTimer = 0;

  /**
   * @param {Source} store
   * @param {string} view "wall": the page shows the wall of a class, whose tiles are made only for it; "": the lab
   */
  constructor(store, view = "") {
    this.#store = store;
    this.#address = view ? `ws?view=${view}` : "ws";
    store.on("runs", () => this.#subscribe());
    store.on("watched", () => this.#watch());
    document.addEventListener("visibilitychange", () => this.#visibilityChanged(!document.hidden));
    this.#loadPolling = lazy(async () => {
      const { Polling } = await import("./polling.js");
      this.#polling = new Polling(
        store,
        view,
        () => this.#cursors(this.#runsToSubscribe()),
        (answered) => this.#polled(answered),
      );
      return this.#polling;
    });
    this.#open();
    if (document.hidden) this.#visibilityChanged(false); // a tab opened in the background: no event comes before it is shown
  }

  /** Open a socket. @param {boolean} trial whether this only tests if the network lets sockets through */
  #open(trial = this.#isPolling) {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const inbox = new Inbox(this.#store, (run) => this.#ask([run]));
    this.#subscribed = null;
    this.#watched = [];
    const socket = new Socket({
      address: this.#address,
      patience: growing(PATIENCE, trial ? Infinity : this.#failures),
      onMessage: (data) => {
        if (trial) return;
        if (!this.#subscribed) this.#onFirstMessage();
        inbox.receive(data);
      },
      onProved: () => {
        this.#failures = this.#ends = 0;
        if (!trial) return;
        this.#socket = null;
        socket.end();
        this.#open(false);
      },
      onEnd: (code) => socket === this.#socket && this.#onSocketEnd(code, socket.proved),
    });
    this.#socket = socket;
  }

  #onFirstMessage() {
    this.#polling?.stop();
    this.#subscribed = new Set();
    // while the server answers: some browsers try no module again that they could not load
    this.#loadPolling().catch(() => {});
    this.#store.setConnection("live");
    this.#subscribe();
  }

  /**
   * @param {number | undefined} code
   * @param {boolean} proved
   */
  #onSocketEnd(code, proved) {
    const { connection } = this.#store;
    const polling = this.#isPolling;
    this.#timer = setTimeout(
      () => this.#open(),
      growing(polling ? TRIAL_WAIT : WAIT, this.#ends) * (0.5 + Math.random()),
    );
    this.#ends += 1;
    if (polling) return;
    const isExplained = connection === "restarting" || connection === "refused";
    const announced = CLOSED[code ?? 0];
    this.#store.setConnection(announced ?? (isExplained ? connection : "offline"));
    if (!proved && !announced) this.#onSocketFailure();
  }

  /** A socket has failed before it has proved that it works: ask by HTTP, and poll if only sockets fail. */
  async #onSocketFailure() {
    const failed = this.#socket;
    const polling = await this.#loadPolling().catch(() => null); // null: the server does not answer
    if (this.#socket !== failed && this.#subscribed) return; // the next socket already works
    const answered = polling && (await polling.ask());
    if (polling && answered === null) return; // the same
    this.#failures = answered ? this.#failures + 1 : 0;
    const refusal = polling?.refusal;
    if (refusal) this.#store.setConnection("refused", refusal);
    else if (this.#store.connection === "refused") this.#store.setConnection("offline");
    if (this.#failures < MAX_FAILURES) return;
    this.#ends = 0;
    polling?.start();
  }

  get #isPolling() {
    return this.#polling?.running ?? false;
  }

  /** @param {boolean | null} answered */
  #polled(answered) {
    const refusal = this.#polling?.refusal;
    if (!answered && refusal) return this.#store.setConnection("refused", refusal);
    const isBack = answered && this.#store.connection === "offline";
    this.#store.setConnection(answered ? "polling" : "offline");
    if (isBack && this.#timer) this.#open(); // try a socket now: the computer may be in another network
  }

  /** @param {boolean} visible */
  #visibilityChanged(visible) {
    clearTimeout(this.#restTimer);
    /** @param {boolean} resting */
    const rest = (resting) => {
      this.#resting = resting;
      this.#subscribe();
    };
    if (visible) rest(false);
    else this.#restTimer = setTimeout(rest, REST_AFTER, true);
  }

  /** Ids of the runs whose rows the page needs now. */
  #runsToSubscribe() {
    return this.#resting ? [] : this.#store.shown().map((run) => run.id);
  }

  /** Subscribe to the runs that are shown now, and unsubscribe from those that are not shown any more. */
  #subscribe() {
    const subscribed = this.#subscribed;
    if (!subscribed || !this.#socket?.isOpen) return;
    const needed = new Set(this.#runsToSubscribe());
    const removed = [...subscribed].filter((id) => !needed.has(id));
    const added = [...needed].filter((id) => !subscribed.has(id));
    if (removed.length) this.#socket.send({ unsubscribe: removed });
    if (added.length) this.#ask(added);
    this.#subscribed = needed;
    this.#watch();
  }

  /** Watch the views that the page needs now. They come while a page shows them; see views/watching.js. */
  #watch() {
    if (!this.#subscribed || !this.#socket?.isOpen) return;
    const needed = this.#resting ? [] : (this.#store.watched ?? []);
    const removed = this.#watched.filter((view) => !needed.includes(view));
    const added = needed.filter((view) => !this.#watched.includes(view));
    this.#watched = needed;
    const parsed = (/** @type {string[]} */ views) => views.map((view) => JSON.parse(view));
    if (removed.length) this.#socket.send({ unwatch: parsed(removed) });
    if (added.length) this.#socket.send({ watch: parsed(added) });
  }

  /** Ask for rows of runs, from those that the page has. @param {string[]} ids */
  #ask(ids) {
    this.#socket?.send({ subscribe: this.#cursors(ids), overview: BINS });
  }

  /**
   * Run id → how many rows of it the page has.
   * @param {string[]} ids
   */
  #cursors(ids) {
    return Object.fromEntries(ids.map((id) => [id, this.#store.cursors(id)]));
  }
}

/**
 * The first wait, doubled `times` times, but at most the longest.
 * @param {{first: number, longest: number}} wait
 * @param {number} times
 */
function growing({ first, longest }, times) {
  return Math.min(first * 2 ** times, longest);
}
