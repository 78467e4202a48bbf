/** The settings of the shown runs, for the parts of the page that compare or group by them. */

import { setChoices } from "../page/dom.js";
import { Emitter } from "../state/emitter.js";

/**
 * @import { FlatConfigs } from "../state/flat-configs.js"
 * @import { Store } from "../state/store.js"
 */

/**
 * Fetches settings, as flat fields, only while a part of the page needs them. Emits "change" when settings have been fetched,
 * or when other runs are shown.
 */
export class ShownFields extends Emitter {
  #store;
  #configs;
  /** Functions that say whether settings are needed now. @type {Set<() => boolean>} */
  #conditions = new Set();
  #fetching = false;
  /** Ids of the runs that were shown at the last change. @type {string | null} */
  #shown = null;

  /**
   * @param {Store} store
   * @param {FlatConfigs} configs those of the run list too
   */
  constructor(store, configs) {
    super();
    this.#store = store;
    this.#configs = configs;
    store.on("runs", () => {
      if (![...this.#conditions].some((isNeeded) => isNeeded())) return;
      this.fetch();
      const shown = store
        .shown()
        .map((run) => run.id)
        .join();
      if (shown === this.#shown) return;
      this.#shown = shown;
      this.emit("change"); // because other fields may differ now
    });
  }

  /** While `isNeeded()` is true, the settings of newly shown runs are fetched. @param {() => boolean} isNeeded */
  fetchWhile(isNeeded) {
    this.#conditions.add(isNeeded);
  }

  /** The fields of a run, or undefined if they are not fetched yet. @param {string} id */
  get(id) {
    return this.#configs.get(id);
  }

  /** The names of the fields in which the shown runs differ, as far as they are fetched. */
  differing() {
    const ids = this.#store.shown().map((run) => run.id);
    return [...this.#configs.difference(ids.filter((id) => this.#configs.get(id))).keys()];
  }

  /** Fetch the fields of the shown runs that are missing. */
  async fetch() {
    const missing = this.#store.shown().filter((run) => !this.#configs.get(run.id));
    if (this.#fetching || !missing.length) return;
    this.#fetching = true;
    try {
      await this.#configs.fetch(missing.map((run) => run.id));
    } catch {
      this.#shown = null; // offline: the next change of runs tries again, and what depends on it is drawn again
      return;
    } finally {
      this.#fetching = false;
    }
    this.emit("change");
    this.fetch(); // for runs that were shown meanwhile
  }
}

/**
 * Fill a list from which a field is chosen, or none (""). The chosen field is always in the list, because an address may
 * name a field in which the runs do not differ.
 * @param {HTMLSelectElement} select
 * @param {string[]} names
 * @param {string} chosen
 * @param {(name: string) => string} text what the list shows for a field, or for none
 */
export function fillFields(select, names, chosen, text) {
  const offered = ["", ...new Set(chosen ? [...names, chosen] : names)];
  setChoices(
    select,
    offered.map((name) => [name, text(name)]),
    chosen,
  );
}
