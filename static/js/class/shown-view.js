/**
 * The teacher's view on a student's page: while something is shown to all, the page shows those runs and that moment. Afterwards
 * it shows again what it showed before, also if it was loaded again meanwhile.
 */

import { urlState } from "../state/address.js";
import { writeMoment } from "../state/moment.js";

/**
 * @import { Store } from "../state/store.js"
 * @import { Shown } from "./types.js"
 */

/** What the page showed before, in the browser's storage. */
const BEFORE = "before-shown";

export class ShownView {
  #store;
  /** What is shown to all and already on the page, as JSON. */
  #applied = "null";

  /** @param {Store} store */
  constructor(store) {
    this.#store = store;
    store.on("class", () => this.#follow());
    store.on("runs", () => this.#follow()); // shown runs come after the message that they are shown
    store.whenComplete(() => this.#follow());
  }

  #follow() {
    const { messages, complete, runs } = this.#store;
    if (!messages.class || !complete) return;
    /** @type {Shown | null} */
    const shown = messages.class.shown ?? null;
    const ids = shown ? this.#runsOf(shown).filter((id) => runs.has(id)) : [];
    const state = JSON.stringify(shown && [shown, ids]);
    if (state === this.#applied || (shown && !ids.length)) return;
    this.#applied = state;
    if (!shown) return this.#restore();
    if (!window.kept.get(BEFORE)) {
      const before = this.#store.shown().map(({ id }) => id);
      window.kept.set(BEFORE, JSON.stringify({ runs: before, moment: urlState.get("moment") }));
    }
    this.#store.showOnly(ids);
    const first = runs.get(ids[0]);
    if (shown.kind === "moment" && first)
      this.#pin(writeMoment({ run: first.number, iteration: shown.iteration }));
  }

  /** The ids of the runs in a view. @param {Shown} shown */
  #runsOf(shown) {
    if (shown.kind === "lesson") {
      const runs = this.#store.list().filter(({ lesson }) => lesson === shown.lesson);
      return runs.map(({ id }) => id);
    }
    return shown.runs;
  }

  #restore() {
    const before = window.kept.get(BEFORE);
    if (!before) return;
    window.kept.set(BEFORE, "");
    const { runs, moment } = JSON.parse(before);
    this.#store.showOnly(runs.filter((/** @type {string} */ id) => this.#store.runs.has(id)));
    this.#pin(moment);
  }

  /** @param {string} moment */
  #pin(moment) {
    if (moment !== urlState.get("moment")) urlState.set({ moment });
  }
}
