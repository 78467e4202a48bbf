/**
 * The teacher's view on a student's page: while something is shown to all, the page shows those runs and that moment. Afterwards
 * it shows again what it showed before, also if it was loaded again meanwhile, and what was launched meanwhile.
 */

import { showCurves } from "../page/parts.js";
import { urlState } from "../state/address.js";
import { writeMoment } from "../state/moment.js";

/**
 * @import { Store } from "../state/store.js"
 * @import { Shown } from "./types.js"
 */

/** What the page showed before: ids of runs, and the moment. @typedef {{runs: string[], moment: string}} Before */

/** The key of what the page showed before, in the browser's storage: for a page that is loaded while something is shown. */
const BEFORE = "before-shown";

export class ShownView {
  #store;
  /** What is shown to all and already on the page, as JSON. */
  #applied = "";
  /** The runs that are shown to all. @type {string[]} */
  #ids = [];
  /** Whether nothing was shown to all when the page was loaded, or since. */
  #wasFree = false;
  /** @type {Before | null} */
  #before = null;

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
    if (!this.#ids.length) showCurves(); // on a phone, they are below the form
    this.#before ??= (!this.#wasFree && readBefore()) || this.#now();
    window.kept.set(BEFORE, JSON.stringify(this.#before));
    this.#ids = ids;
    this.#store.showOnly(ids);
    const first = runs.get(ids[0]);
    if (shown.kind === "moment" && first)
      this.#pin(writeMoment({ run: first.number, iteration: shown.iteration }));
  }

  /** The ids of the runs in a view. @param {Shown} shown */
  #runsOf(shown) {
    if (shown.kind !== "lesson") return shown.runs;
    return [...this.#store.runs.values()].filter(({ lesson }) => lesson === shown.lesson).map(({ id }) => id);
  }

  /** @returns {Before} */
  #now() {
    return { runs: this.#store.shown().map(({ id }) => id), moment: urlState.get("moment") };
  }

  #restore() {
    const before = this.#before ?? (this.#wasFree ? null : readBefore());
    const launched = this.#ids.length ? this.#now().runs.filter((id) => !this.#ids.includes(id)) : [];
    this.#wasFree = true;
    this.#before = null;
    this.#ids = [];
    window.kept.set(BEFORE, "");
    if (!before) return;
    const { runs } = this.#store;
    this.#store.showOnly([...new Set([...before.runs, ...launched])].filter((id) => runs.has(id)));
    this.#pin(before.moment);
  }

  /** @param {string} moment */
  #pin(moment) {
    if (moment !== urlState.get("moment")) urlState.set({ moment });
  }
}

/** @returns {Before | null} */
function readBefore() {
  try {
    return JSON.parse(window.kept.get(BEFORE) || "null");
  } catch {
    return null;
  }
}
