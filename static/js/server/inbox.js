/** The inbox: puts the server's messages into the store, both from a socket and from polling. */

import { decodeFrame } from "./frames.js";

/**
 * @import { Store } from "../state/store.js"
 * @import { RunView } from "../types.js"
 */

/**
 * What takes the messages. It emits those of a class under their type: "class", "person", "tile" …
 * @typedef {Pick<Store, "putRows" | "putLab" | "putDataset" | "putRuns" | "removeRuns" | "beginList" | "listRuns"
 *   | "endList" | "emit">} Receiver
 */

export class Inbox {
  #store;
  /** Whether the list of all runs, which comes first, is still coming. */
  #listing = true;
  /** Whether a part of the list has come. */
  #begun = false;
  #onGap;

  /**
   * @param {Receiver} store
   * @param {(run: string) => void} onGap called with a run's id if rows of it are missing before those that have come
   */
  constructor(store, onGap = () => {}) {
    this.#store = store;
    this.#onGap = onGap;
  }

  /** A message has come: JSON, or a frame with rows or a view. @param {string | ArrayBuffer} data */
  receive(data) {
    if (typeof data !== "string") {
      const frame = decodeFrame(data);
      if ("view" in frame) return void this.#store.emit("view", frame);
      if (!this.#store.putRows(frame)) this.#onGap(frame.run);
      return;
    }
    const message = JSON.parse(data);
    switch (message.type) {
      case "runs":
        this.#receiveRuns(message);
        break;
      case "lab":
        this.#store.putLab(message);
        break;
      case "dataset":
        this.#store.putDataset(message.dataset);
        break;
      case "error":
        console.error("the server did not understand:", message.error.message);
        break;
      default:
        this.#store.emit(message.type, message);
    }
  }

  /**
   * Receive a part of the list, whose `more` says whether more parts follow; or runs that have changed, also between two parts.
   * @param {{runs: RunView[], deleted: string[], more?: boolean}} message
   */
  #receiveRuns({ runs, deleted, more }) {
    if (this.#listing && !this.#begun) this.#store.beginList();
    this.#begun = true;
    this.#store.removeRuns(deleted);
    if (this.#listing) this.#store.listRuns(runs);
    else this.#store.putRuns(runs);
    if (!this.#listing || more !== false) return;
    this.#listing = false;
    this.#store.endList();
  }
}
