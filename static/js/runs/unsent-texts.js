/**
 * Unsent texts: names, notes and tags that were typed, but could not be sent before the page was closed. The browser keeps them
 * for the next visit. If several tabs are open, each tab changes only its own texts.
 */

/** @import { UnsentText } from "./run-text.js" */

/** The unsent texts of a run, by their names. @typedef {Record<string, UnsentText>} UnsentOfRun */

export class UnsentTexts {
  #key;
  /** Ids of the runs whose stored texts belong to this tab. @type {Set<string>} */
  #mine = new Set();
  #written = "{}";
  #isStored = true;

  /** @param {"drafts" | "names"} key the key in the browser's storage */
  constructor(key) {
    this.#key = key;
  }

  /** Are there no texts from an earlier visit, or from other tabs? */
  get isEmpty() {
    return !Object.keys(this.#read()).length;
  }

  /**
   * The texts from an earlier visit: run id → name of the text → `{text, base}`. From now on they belong to this tab. Texts
   * that cannot be read are ignored.
   * @returns {Record<string, UnsentOfRun>}
   */
  take() {
    const texts = this.#read();
    this.#mine = new Set(Object.keys(texts));
    return texts;
  }

  /**
   * Keep these texts in place of all earlier ones of this tab.
   * @param {Record<string, UnsentOfRun>} texts
   * @returns {boolean} whether the browser has stored them
   */
  keep(texts) {
    const others = Object.entries(this.#read()).filter(([id]) => !this.#mine.has(id));
    this.#mine = new Set(Object.keys(texts));
    const text = JSON.stringify({ ...Object.fromEntries(others), ...texts });
    if (text !== this.#written) this.#isStored = window.kept.set(this.#key, text);
    this.#written = text;
    return this.#isStored;
  }

  /** @returns {Record<string, UnsentOfRun>} */
  #read() {
    try {
      return Object(JSON.parse(window.kept.get(this.#key) ?? "null"));
    } catch {
      return {};
    }
  }
}
