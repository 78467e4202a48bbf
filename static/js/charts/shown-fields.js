/** Shown fields: the settings of the runs that are shown, fetched when something depends on them. */

import { h } from "../dom.js";
import { FlatConfigs } from "../flat-configs.js";

export class ShownFields {
  #store;
  #configs = new FlatConfigs();
  #wanted = [];
  #listeners = [];
  #fetching = false;

  constructor(store) {
    this.#store = store;
    store.on("runs", () => this.#wanted.some((isWanted) => isWanted()) && this.fetch());
  }

  /** While `isWanted()`, the settings of runs that come are fetched; `listener` hears when some are here. */
  follow(isWanted, listener) {
    this.#wanted.push(isWanted);
    this.#listeners.push(listener);
  }

  /** A run's fields, or undefined while they are not here. */
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
    for (const listener of this.#listeners) listener();
    this.fetch(); // runs that have come meanwhile
  }
}

/** Offer fields in a list, and none; one that an address names is offered although it does not differ. */
export function fillFields(select, names, chosen, text) {
  const offered = ["", ...new Set(chosen ? [...names, chosen] : names)];
  select.replaceChildren(...offered.map((name) => h("option", { value: name }, text(name))));
  select.value = chosen;
}
