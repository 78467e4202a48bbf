/**
 * What the page shows while a lesson is open: its cards, and the runs of the attempt. Afterwards the page shows what it showed
 * before, also if it was loaded again meanwhile.
 */

import { urlState } from "../state/address.js";
import { PROPERTIES } from "../state/url-state.js";

/** @import { Store } from "../state/store.js" */

/** What the page showed before the lesson. @typedef {{slug: string, charts: string[], axis: string, runs: string[]}} Before */

/** The key of `Before` in the browser's storage. */
const BEFORE_KEY = "before-lesson";
/** A lesson's name for a card → the page's name, where they differ. @type {Record<string, string>} */
const CARD_NAMES = { test_accuracy: "accuracy", train_accuracy: "accuracy" };

/** The name of a card on the page. @param {string} name */
export function cardName(name) {
  return CARD_NAMES[name] ?? name;
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
   * Open a lesson's cards, and remember what the page showed. If the page was loaded again in the same lesson, cards and axis
   * stay as the reader has chosen them; the lesson's cards are opened only if the address names no others.
   * @param {string} slug
   * @param {string[]} cards
   */
  begin(slug, cards) {
    const stored = readBefore();
    const isReloaded = stored?.slug === slug;
    if (isReloaded) this.#before = stored;
    else this.#remember(slug);
    const isDefault = urlState.get("charts").join() === PROPERTIES.charts.default.join();
    if (cards.length && (!isReloaded || isDefault))
      urlState.set({ charts: [...new Set(cards.map(cardName))] });
    if (!isReloaded) urlState.set({ axis: "iteration" });
  }

  /** Remember the cards and the axis, and the shown runs as soon as the page has the list of runs. @param {string} slug */
  #remember(slug) {
    /** @type {Before} */
    const before = { slug, charts: urlState.get("charts"), axis: urlState.get("axis"), runs: [] };
    this.#before = before;
    this.#store.whenComplete(() => {
      if (this.#before !== before) return; // the lesson was left before
      before.runs = this.#store.shown().map(({ id }) => id);
      window.kept.set(BEFORE_KEY, JSON.stringify(before));
    });
  }

  /** Show these runs and no others. @param {string[]} ids */
  show(ids) {
    this.#store.whenComplete(() => this.#store.showOnly(ids));
  }

  /**
   * Show the cards and the axis from before. With `keepsRuns`, the lesson's runs and the moment stay; otherwise the runs from
   * before are shown again, without a moment.
   * @param {{keepsRuns: boolean}} options
   */
  end({ keepsRuns }) {
    const before = this.#before;
    this.#before = null;
    window.kept.set(BEFORE_KEY, "");
    if (!before) return;
    urlState.set({ charts: before.charts, axis: before.axis, ...(keepsRuns ? {} : { moment: "" }) });
    if (!keepsRuns)
      this.#store.whenComplete(() =>
        this.#store.showOnly(before.runs.filter((id) => this.#store.runs.has(id))),
      );
  }
}

/** @returns {Before | null} */
function readBefore() {
  try {
    return JSON.parse(window.kept.get(BEFORE_KEY) || "null");
  } catch {
    return null;
  }
}
