/**
 * The teacher's view on a student's page: while something is shown to all, the page shows those runs and that moment. Afterwards
 * it shows again what it showed before, also if it was loaded again meanwhile, and what was launched meanwhile. The same while
 * nothing that is shown to all is on the page, such as the runs of a lesson that this student has not begun.
 */

import { showCurves } from "../page/parts.js";
import { urlState } from "../state/address.js";
import { writeMoment } from "../state/moment.js";
import { PROPERTIES } from "../state/url-state.js";

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
  /** Whether the page has shown its own runs since it was loaded. */
  #wasFree = false;
  /** @type {Before | null} */
  #before = null;

  /** @param {Store} store */
  constructor(store) {
    this.#store = store;
    // the address of a page that is loaded again has the runs that were shown to all, which may be gone; see `keepShown`
    if (readBefore()) urlState.set({ runs: PROPERTIES.runs.default });
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
    const state = JSON.stringify(ids.length ? [shown, ids] : null);
    if (state === this.#applied) return;
    this.#applied = state;
    if (!shown || !ids.length) return this.#restore();
    if (!this.#ids.length) showCurves(); // on a phone, they are below the form
    this.#before ??= (!this.#wasFree && readBefore()) || this.#now();
    window.kept.set(BEFORE, JSON.stringify(this.#before));
    this.#ids = ids;
    this.#store.showOnly(ids);
    const first = runs.get(ids[0]);
    if (shown.kind === "moment" && first?.id === shown.runs[0])
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
