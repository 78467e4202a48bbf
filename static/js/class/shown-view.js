/**
 * The teacher's view on a student's page: while something is shown to all, the page shows those runs and that moment. Afterwards
 * it shows again what it showed before, also if it was loaded again meanwhile, and what was launched meanwhile. The same while
 * nothing that is shown to all is on the page. A lesson that is shown to all is opened (see lesson-follow.js); a student may leave
 * it and come back to it: it is a task, and not a picture that all look at.
 */

import { showCurves } from "../page/parts.js";
import { urlState } from "../state/address.js";
import { Emitter } from "../state/emitter.js";
import { writeMoment } from "../state/moment.js";
import { PROPERTIES } from "../state/url-state.js";

/**
 * @import { Store } from "../state/store.js"
 * @import { Shown } from "./types.js"
 */

/** What the page showed before: ids of runs, and the moment. @typedef {{runs: string[], moment: string}} Before */

/** The key of what the page showed before, in the browser's storage: for a page that is loaded while something is shown. */
const BEFORE = "before-shown";

/** Emits "change" when another lesson is open on the page, or none. */
export class ShownView extends Emitter {
  #store;
  /** What is shown to all and already on the page, as JSON. */
  #applied = "";
  /** The lesson that the student has left, as JSON of what is shown; empty: none. */
  #left = "";
  /** What the last "change" was about. */
  #announced = "";
  /** The runs that are shown to all. @type {string[]} */
  #ids = [];
  /** Whether the page has shown its own runs since it was loaded. */
  #wasFree = false;
  /** @type {Before | null} */
  #before = null;

  /** @param {Store} store */
  constructor(store) {
    super();
    this.#store = store;
    // the address of a page that is loaded again has the runs that were shown to all, which may be gone; see `keepShown`
    if (readBefore()) urlState.set({ runs: PROPERTIES.runs.default });
    store.on("class", () => this.#follow());
    store.on("runs", () => this.#follow()); // shown runs come after the message that they are shown
    store.whenComplete(() => this.#follow());
  }

  /** What the teacher shows to all. @returns {Shown | null} */
  get #shown() {
    return this.#store.messages.class?.shown ?? null;
  }

  /** Whether the student has left the lesson that is shown to all. */
  get isLeft() {
    return this.#left !== "" && this.#left === JSON.stringify(this.#shown);
  }

  /** The lesson that is open on this page; null: none. */
  get lesson() {
    const shown = this.#shown;
    return shown?.kind === "lesson" && !this.isLeft ? shown.lesson : null;
  }

  /** The lesson that is shown to all, if the student has left it; null: none. */
  get left() {
    const shown = this.#shown;
    return shown?.kind === "lesson" && this.isLeft ? shown.lesson : null;
  }

  /** Leave the lesson that is shown to all, or come back to it. @param {boolean} isLeft */
  leave(isLeft) {
    this.#left = isLeft ? JSON.stringify(this.#shown) : "";
    this.#follow();
  }

  #follow() {
    const { messages, complete, runs } = this.#store;
    if (!messages.class || !complete) return;
    const announced = JSON.stringify([this.lesson, this.isLeft]);
    if (announced !== this.#announced) {
      this.#announced = announced;
      this.emit("change");
    }
    const shown = this.#shown?.kind === "lesson" ? null : this.#shown; // the lesson's player shows its runs
    const ids = (shown?.runs ?? []).filter((id) => runs.has(id));
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
