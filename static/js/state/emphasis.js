/** Emphasis: the runs that stand out in the charts: the runs that are pointed at, or otherwise the selected runs. */

import { Emitter } from "./emitter.js";

/** @import { Selection } from "../runs/selection.js" */

/** Emits "change". */
export class Emphasis extends Emitter {
  #selection;
  /** @type {string[]} */
  #pointed = [];

  /** @param {Selection} selection */
  constructor(selection) {
    super();
    this.#selection = selection;
    selection.on("change", () => this.emit("change"));
  }

  /** Ids of the runs that stand out; if there are none, all curves look alike. */
  get ids() {
    return new Set(this.#pointed.length ? this.#pointed : this.#selection.list());
  }

  /** Ids of the selected runs. */
  get selected() {
    return new Set(this.#selection.list());
  }

  /** Ids of the runs that are pointed at. */
  get pointed() {
    return new Set(this.#pointed);
  }

  /** The mouse or the keyboard points at runs, in a chart or in the list. @param {string[]} ids empty: at no run */
  point(ids) {
    if (ids.join() === this.#pointed.join()) return;
    this.#pointed = ids;
    this.emit("change");
  }
}
