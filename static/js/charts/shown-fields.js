/** Shown fields: the settings of the runs that are shown, fetched when something depends on them. */

import { setChoices } from "../page/dom.js";
import { Emitter } from "../state/emitter.js";
import { FlatConfigs } from "../state/flat-configs.js";

/** @import { Store } from "../state/store.js" */

/** Emits "change" when settings are here, or others are shown. */
export class ShownFields extends Emitter {
  #store;
  #configs = new FlatConfigs();
  /** @type {Set<() => boolean>} */
  #wanted = new Set();
  #fetching = false;
  /** Ids of the runs that were shown at the last change. @type {string | null} */
  #shown = null;

  /** @param {Store} store */
  constructor(store) {
    super();
    this.#store = store;
    store.on("runs", () => {
      if (![...this.#wanted].some((isWanted) => isWanted())) return;
      this.fetch();
      const shown = store
        .shown()
        .map((run) => run.id)
        .join();
      if (shown === this.#shown) return;
      this.#shown = shown;
      this.emit("change"); // other fields differ now
    });
  }

  /** While `isWanted()`, the settings of runs that come are fetched. @param {() => boolean} isWanted */
  fetchWhile(isWanted) {
    this.#wanted.add(isWanted);
  }

  /** A run's fields, or undefined while they are not here. @param {string} id */
  get(id) {
    return this.#configs.get(id);
  }

  /** Names of the fields that are not the same in all shown runs. */
  differing() {
    return [...this.#configs.difference(this.#store.shown().map((run) => run.id)).keys()];
  }

  async fetch() {
    const missing = this.#store.shown().filter((run) => !this.#configs.get(run.id));
    if (this.#fetching || !missing.length) return;
    this.#fetching = true;
    try {
      await this.#configs.fetch(missing.map((run) => run.id));
    } catch {
      return; // offline: tried again when runs change
    } finally {
      this.#fetching = false;
    }
    this.emit("change");
    this.fetch(); // runs that have come meanwhile
  }
}

/**
 * Offer fields in a list, and none; one that an address names is offered although it does not differ.
 * @param {HTMLSelectElement} select
 * @param {string[]} names
 * @param {string} chosen
 * @param {(name: string) => string} text
 */
export function fillFields(select, names, chosen, text) {
  const offered = ["", ...new Set(chosen ? [...names, chosen] : names)];
  setChoices(
    select,
    offered.map((name) => [name, text(name)]),
    chosen,
  );
}
