/** The selected runs, to which the next command applies. They are selected like files: click, Ctrl-click, Shift-click. */

import { urlState } from "../state/address.js";
import { Emitter } from "../state/emitter.js";

/** @import { Store } from "../state/store.js" */

/** Emits "change". */
export class Selection extends Emitter {
  /** @type {Set<string>} */
  #ids = new Set();
  /** @type {string | null} */
  #anchor = null;
  get size() {
    return this.#ids.size;
  }

  /** @param {string} id */
  has(id) {
    return this.#ids.has(id);
  }

  list() {
    return [...this.#ids];
  }

  /** @param {string[]} ids */
  set(ids) {
    this.#ids = new Set(ids);
    this.#anchor = ids.at(-1) ?? null;
    this.emit("change");
  }

  clear() {
    if (this.#ids.size) this.set([]);
  }

  /**
   * Change the selection by a click on a run.
   * @param {string} id
   * @param {{shiftKey?: boolean, ctrlKey?: boolean}} keys
   * @param {string[]} order all ids in the order of the list
   */
  click(id, { shiftKey, ctrlKey }, order) {
    const anchor = order.indexOf(this.#anchor ?? "");
    if (shiftKey && anchor >= 0) {
      const [from, to] = [anchor, order.indexOf(id)].sort((a, b) => a - b);
      this.#ids = new Set([...(ctrlKey ? this.#ids : []), ...order.slice(from, to + 1)]);
    } else if (ctrlKey) {
      if (!this.#ids.delete(id)) this.#ids.add(id);
      this.#anchor = id;
    } else {
      // a click on the only selected run clears the selection
      this.#ids = this.#ids.has(id) && this.#ids.size === 1 ? new Set() : new Set([id]);
      this.#anchor = id;
    }
    this.emit("change");
  }

  /** Remove runs that do not exist any more from the selection. @param {(id: string) => boolean} exists */
  keep(exists) {
    const gone = this.list().filter((id) => !exists(id));
    for (const id of gone) this.#ids.delete(id);
    if (gone.length) this.emit("change");
  }
}

/**
 * From now on, keep the selection and the address in agreement; the address has the numbers of the runs.
 * @param {Selection} selection
 * @param {Store} store
 */
export function keepSelected(selection, store) {
  const numbers = () => selection.list().map((id) => String(store.runs.get(id)?.number));
  /**
   * Numbers from the address that are not selected yet, because the list of runs is not complete.
   * @type {string[] | null}
   */
  let requested = urlState.get("selected");
  const selectRequested = () => {
    if (!requested || !store.complete) return;
    const ids = new Map(store.list().map((run) => [String(run.number), run.id]));
    const selected = requested.flatMap((number) => ids.get(number) ?? []);
    requested = null;
    selection.set(selected);
  };
  selection.on("change", () => {
    requested = null; // the user's selection is newer than the address
    urlState.set({ selected: numbers() });
  });
  store.on("runs", selectRequested);
  urlState.on("selected", (selected) => {
    if (selected.join() === numbers().join()) return; // this module has written them itself
    requested = selected;
    selectRequested();
  });
  selectRequested();
}
