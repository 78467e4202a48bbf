/** The lab's present queue. Emits "change" when it may have changed, and at intervals while runs train. */

import { Emitter } from "./emitter.js";
import { Queue } from "./queue.js";

/** @import { Store } from "./store.js" */

/** Milliseconds between two changes: progress of runs comes more often. */
const REST = 500;

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
      }, REST);
    };
    store.on("runs", changed);
    store.on("lab", changed);
  }

  get now() {
    this.#queue ??= new Queue(this.#store.runs.values(), this.#store.lab?.workers ?? 1);
    return this.#queue;
  }
}
