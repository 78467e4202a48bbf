/**
 * The socket: one for the tab, for all runs that it shows.
 *
 * It always wants what the store shows. When the connection breaks it comes back by itself, waiting longer each
 * time with a random part (so that a class does not come back in one instant), and asks for each run from the
 * rows that are here: nothing is lost, nothing comes twice.
 */

import { decodeFrame } from "./frames.js";

const FIRST_WAIT = 250;
const LONGEST_WAIT = 8000;

export class Socket {
  #store;
  #socket = null;
  #subscribed = new Set();
  #wait = FIRST_WAIT;
  #complete = false;

  constructor(store) {
    this.#store = store;
    store.on("runs", () => this.#subscribe());
  }

  open() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/ws`);
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = () => this.#retry();
    this.#socket = socket;
    this.#complete = false;
    this.#subscribed.clear();
  }

  #receive(data) {
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

  #retry() {
    this.#store.setConnection("offline");
    setTimeout(() => this.open(), this.#wait * (0.5 + Math.random()));
    this.#wait = Math.min(2 * this.#wait, LONGEST_WAIT);
  }

  /** Ask for the runs that are shown and not asked for yet; let go of those that are not shown any more. */
  #subscribe() {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    const wanted = new Set(this.#store.shown().map((run) => run.id));
    const unwanted = [...this.#subscribed].filter((id) => !wanted.has(id));
    const fresh = [...wanted].filter((id) => !this.#subscribed.has(id));
    if (unwanted.length) this.#send({ unsubscribe: unwanted });
    if (fresh.length) this.#ask(Object.fromEntries(fresh.map((id) => [id, this.#store.cursors(id)])));
    this.#subscribed = wanted;
  }

  #ask(runs) {
    this.#send({ subscribe: runs });
  }

  #send(message) {
    this.#socket.send(JSON.stringify(message));
  }
}
