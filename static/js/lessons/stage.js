/**
 * What the page shows while a lesson is open: its cards, and the runs of the attempt. Afterwards the page shows what it showed
 * before, also if it was loaded again meanwhile.
 */

import { urlState } from "../state/address.js";
import { PROPERTIES } from "../state/url-state.js";

/** @import { Store } from "../state/store.js" */

/** What the page showed before the lesson. @typedef {{slug: string, charts: string[], axis: string, runs: string[]}} Before */

/** Its key in the browser's storage. */
const BEFORE = "before-lesson";
/** Cards as lessons call them, where the page has another name. @type {Record<string, string>} */
const NAMES = { test_accuracy: "accuracy", train_accuracy: "accuracy" };

/** The name of a card on the page. @param {string} name */
export function cardName(name) {
  return NAMES[name] ?? name;
}

export class Stage {
  #store;
  /** @type {Before | null} */
  #before = null;

  /** @param {Store} store */
  constructor(store) {
    this.#store = store;
  }

  /**
   * Open a lesson's cards, and remember what the page showed. If the page was
   * loaded again in the same lesson, the cards stay as the reader has arranged them.
   * @param {string} slug
   * @param {string[]} cards
   */
  begin(slug, cards) {
    const stored = readBefore();
    const isAgain = stored?.slug === slug;
    this.#before = isAgain ? stored : { slug, ...this.#now() };
    window.kept.set(BEFORE, JSON.stringify(this.#before));
    const isDefault = urlState.get("charts").join() === PROPERTIES.charts.default.join();
    if (cards.length && (!isAgain || isDefault)) urlState.set({ charts: [...new Set(cards.map(cardName))] });
    urlState.set({ axis: "iteration" });
  }

  #now() {
    return {
      charts: urlState.get("charts"),
      axis: urlState.get("axis"),
      runs: this.#store.shown().map(({ id }) => id),
    };
  }

  /** Show these runs and no others. @param {string[]} ids */
  show(ids) {
    this.#store.whenComplete(() => this.#store.showOnly(ids));
  }

  /** Show again what the page showed before; runs that the lesson has launched stay. @param {{keepsRuns: boolean}} options */
  end({ keepsRuns }) {
    const before = this.#before;
    this.#before = null;
    window.kept.set(BEFORE, "");
    if (!before) return;
    urlState.set({ charts: before.charts, axis: before.axis, ...(keepsRuns ? {} : { moment: "" }) });
    if (!keepsRuns) this.show(before.runs.filter((id) => this.#store.runs.has(id)));
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
