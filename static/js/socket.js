/**
 * The socket: one for the tab, for all runs that it shows.
 *
 * It always wants what the store shows. When the connection breaks it comes back by itself, waiting longer each
 * time with a random part (so that a class does not come back in one instant), and asks for each run from the
 * rows that are here: nothing is lost, nothing comes twice.
 *
 * A tab that nobody looks at lets go of its rows after a while, and catches up when it is shown again. The server
 * says something at least every 15 seconds; when it does not, as after a laptop slept, the connection is dead
 * though no one said so, and a new one is made.
 */

import { decodeFrame } from "./frames.js";

const FIRST_WAIT = 250;
const LONGEST_WAIT = 8000;
const SILENCE = 40_000;
const REST_AFTER = 10_000;
/** Bins of a long stream's overview: a chart is about as many pixels wide. */
const BINS = 512;
/** What the server's close codes say of it: it goes to come back, or shows as many pages as it may. */
const CLOSED = { 1012: "restarting", 1013: "full" };

export class Socket {
  #store;
  #socket = null;
  #subscribed = new Set();
  #wait = FIRST_WAIT;
  #complete = false;
  #heard = performance.now();
  #resting = false;
  #restTimer = null;

  constructor(store) {
    this.#store = store;
    store.on("runs", () => this.#subscribe());
    setInterval(() => this.#checkSilence(), 5000);
    document.addEventListener("visibilitychange", () => this.#seen(!document.hidden));
  }

  open() {
    const address = new URL("ws", document.baseURI);
    address.protocol = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(address);
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = ({ code }) => this.#retry(code);
    this.#socket = socket;
    this.#heard = performance.now();
    this.#complete = false;
    this.#subscribed.clear();
  }

  #receive(data) {
    this.#heard = performance.now();
    if (typeof data !== "string") {
      const frame = decodeFrame(data);
      if (!this.#store.putRows(frame)) this.#ask({ [frame.run]: this.#store.cursors(frame.run) });
      return;
    }
    const message = JSON.parse(data);
    switch (message.type) {
      case "hello":
        this.#wait = FIRST_WAIT;
        this.#store.setConnection("live");
        break;
      case "runs":
        // The first list after a connection is the whole one.
        if (this.#complete) {
          this.#store.removeRuns(message.deleted);
          this.#store.putRuns(message.runs);
        } else {
          this.#complete = true;
          this.#store.replaceRuns(message.runs);
        }
        break;
      case "lab":
        this.#store.putLab(message);
        // An empty lab has no list of runs to send.
        if (!this.#complete) this.#store.replaceRuns([]);
        this.#complete = true;
        break;
      case "dataset":
        this.#store.putDataset(message.dataset);
        break;
      case "error":
        console.error("the server did not understand:", message.error.message);
        break;
    }
  }

  #retry(code) {
    const goesOn = this.#store.connection === "restarting" ? "restarting" : "offline";
    this.#store.setConnection(CLOSED[code] ?? goesOn);
    setTimeout(() => this.open(), this.#wait * (0.5 + Math.random()));
    this.#wait = Math.min(2 * this.#wait, LONGEST_WAIT);
  }

  #checkSilence() {
    if (this.#socket?.readyState !== WebSocket.OPEN || performance.now() - this.#heard < SILENCE) return;
    // Closing politely would wait for an answer that does not come.
    const dead = this.#socket;
    dead.onmessage = dead.onclose = null;
    dead.close();
    this.#retry();
  }

  #seen(visible) {
    clearTimeout(this.#restTimer);
    const rest = (resting) => {
      this.#resting = resting;
      this.#subscribe();
    };
    if (visible) rest(false);
    else this.#restTimer = setTimeout(rest, REST_AFTER, true);
  }

  /** Ask for the runs that are shown and not asked for yet; let go of those that are not shown any more. */
  #subscribe() {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    const wanted = new Set(this.#resting ? [] : this.#store.shown().map((run) => run.id));
    const unwanted = [...this.#subscribed].filter((id) => !wanted.has(id));
    const fresh = [...wanted].filter((id) => !this.#subscribed.has(id));
    if (unwanted.length) this.#send({ unsubscribe: unwanted });
    if (fresh.length) this.#ask(Object.fromEntries(fresh.map((id) => [id, this.#store.cursors(id)])));
    this.#subscribed = wanted;
  }

  #ask(runs) {
    this.#send({ subscribe: runs, overview: BINS });
  }

  #send(message) {
    this.#socket.send(JSON.stringify(message));
  }
}
