/** The current queue of the lab. Emits "change" when it may have changed, and at intervals while runs train. */

import { Emitter } from "./emitter.js";
import { Queue } from "./queue.js";

/** @import { Store } from "./store.js" */

/** At least this many milliseconds between two "change" events: the server reports the progress of runs more often. */
const PAUSE = 500;

export class LabQueue extends Emitter {
  #store;
  /** @type {Queue | null} */
  #queue = null;
  #timer = 0;

  /** @param {Store} store */
  constructor(store) {
    super();
    this.#store = store;
    const changed = () => {
      this.#queue = null;
      this.#timer ||= setTimeout(() => {
        this.#timer = 0;
        this.emit("change");
      }, PAUSE);
    };
    store.on("runs", changed);
    store.on("lab", changed);
  }

  get now() {
    this.#queue ??= new Queue(this.#store.runs.values(), this.#store.lab);
    return this.#queue;
  }
}
