/**
 * Unsent texts: names, notes and tags that were typed but that the server did not have when the page was left. They are kept in this
 * browser for the next visit. Another tab of the lab keeps its own beside them.
 */

/** @import { UnsentText } from "./run-text.js" */

/** The unsent texts of a run, by their names. @typedef {Record<string, UnsentText>} UnsentOfRun */

export class UnsentTexts {
  #key;
  /** Ids of the runs whose texts here are this page's. @type {Set<string>} */
  #mine = new Set();
  #written = "{}";
  #isStored = true;

  /** @param {"drafts" | "names"} key what they are kept by */
  constructor(key) {
    this.#key = key;
  }

  /**
   * Run id → text's name → `{text, base}`, from an earlier visit; from now on they are this page's. What cannot be read is
   * ignored.
   * @returns {Record<string, UnsentOfRun>}
   */
  take() {
    const texts = this.#read();
    this.#mine = new Set(Object.keys(texts));
    return texts;
  }

  /**
   * Keep these, and no others of this page.
   * @param {Record<string, UnsentOfRun>} texts
   * @returns {boolean}
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
