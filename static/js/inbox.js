/** What the server says, taken into the store: the same messages, whichever way they come. */

import { decodeFrame } from "./frames.js";

export class Inbox {
  #store;
  #whole;
  #onGap;

  /**
   * @param {boolean} whole the first list of runs is all of them, and not what has changed
   * @param {(run: string) => void} onGap rows of the run came before those that they follow
   */
  constructor(store, whole, onGap = () => {}) {
    this.#store = store;
    this.#whole = whole;
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
        if (this.#whole) {
          this.#whole = false;
          this.#store.replaceRuns(message.runs);
        } else {
          this.#store.removeRuns(message.deleted);
          this.#store.putRuns(message.runs);
        }
        break;
      case "lab":
        this.#store.putLab(message);
        // An empty lab has no list of runs to send.
        if (this.#whole) this.#store.replaceRuns([]);
        this.#whole = false;
        break;
      case "dataset":
        this.#store.putDataset(message.dataset);
        break;
      case "error":
        console.error("the server did not understand:", message.error.message);
        break;
    }
  }
}
