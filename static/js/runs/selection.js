/** The selection: runs that the next command is for. They are selected as files are: click, Ctrl-click, Shift-click. */

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
   * A click on a run.
   * @param {string} id
   * @param {{shiftKey?: boolean, ctrlKey?: boolean}} keys
   * @param {string[]} order all ids as they are listed
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
      // a click on the one selected run lets go of it
      this.#ids = this.#ids.has(id) && this.#ids.size === 1 ? new Set() : new Set([id]);
      this.#anchor = id;
    }
    this.emit("change");
  }

  /** Let go of what is not there any more. @param {(id: string) => boolean} isThere */
  keep(isThere) {
    const gone = this.list().filter((id) => !isThere(id));
    for (const id of gone) this.#ids.delete(id);
    if (gone.length) this.emit("change");
  }
}

/**
 * From now on, let the selection and the address say the same; the address has the runs' numbers.
 * @param {Selection} selection
 * @param {Store} store
 */
export function keepSelected(selection, store) {
  const numbers = () => selection.list().map((id) => String(store.runs.get(id)?.number));
  /**
   * What the address says and the selection does not have yet: the runs may still be on their way.
   * @type {string[] | null}
   */
  let wanted = urlState.get("selected");
  const take = () => {
    const ids = new Map(store.list().map((run) => [String(run.number), run.id]));
    if (!wanted || !store.complete) return;
    const there = wanted.flatMap((number) => ids.get(number) ?? []);
    wanted = null;
    selection.set(there);
  };
  selection.on("change", () => {
    wanted = null; // whatever the address said, this is newer
    urlState.set({ selected: numbers() });
  });
  store.on("runs", take);
  urlState.on("selected", (said) => {
    if (said.join() === numbers().join()) return; // our own
    wanted = said;
    take();
  });
  take();
}
