/** The inbox: takes the server's messages into the store, whether they come through a socket or by polling. */

import { decodeFrame } from "./frames.js";

/**
 * @import { Store } from "../state/store.js"
 * @import { RunView } from "../types.js"
 */

export class Inbox {
  #store;
  /** Whether the list of all runs is on its way, and whether it has begun. */
  #listing;
  #begun = false;
  #onGap;

  /**
   * @param {Store} store
   * @param {boolean} whole the list of all runs comes first, in parts; or else only what has changed comes
   * @param {(run: string) => void} onGap rows of the run came before those that they follow
   */
  constructor(store, whole, onGap = () => {}) {
    this.#store = store;
    this.#listing = whole;
    this.#onGap = onGap;
  }

  /** @param {string | ArrayBuffer} data */
  take(data) {
    if (typeof data !== "string") {
      const frame = decodeFrame(data);
      if (!this.#store.putRows(frame)) this.#onGap(frame.run);
      return;
    }
    const message = JSON.parse(data);
    switch (message.type) {
      case "runs":
        this.#takeRuns(message);
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
    }
  }

  /**
   * A part of the list, which says whether more follows; or, also between two parts, what has changed.
   * @param {{runs: RunView[], deleted: string[], more?: boolean}} message
   */
  #takeRuns({ runs, deleted, more }) {
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
