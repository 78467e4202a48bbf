/**
 * Drafts: what was typed at runs and the server did not have when the page was left, kept in this browser for the next
 * visit. Another tab of the lab keeps its own beside them.
 */

/** A run's drafts by the texts' names. @typedef {Record<string, TextDraft>} RunDrafts */

/** @import { TextDraft } from "./run-text.js" */

const KEY = "drafts";

export class Drafts {
  /** Ids of the runs whose drafts are this page's. @type {Set<string>} */
  #mine = new Set();
  #written = "{}";
  #isStored = true;

  /**
   * Run id → text's name → `{text, base}`, from an earlier visit; from now on they are this page's. What cannot be read is
   * as good as nothing.
   * @returns {Record<string, RunDrafts>}
   */
  take() {
    const drafts = this.#read();
    this.#mine = new Set(Object.keys(drafts));
    return drafts;
  }

  /**
   * Keep these, and no others of this page.
   * @param {Record<string, RunDrafts>} drafts
   * @returns {boolean}
   */
  keep(drafts) {
    const others = Object.entries(this.#read()).filter(([id]) => !this.#mine.has(id));
    this.#mine = new Set(Object.keys(drafts));
    const text = JSON.stringify({ ...Object.fromEntries(others), ...drafts });
    if (text !== this.#written) this.#isStored = window.kept.set(KEY, text);
    this.#written = text;
    return this.#isStored;
  }

  /** @returns {Record<string, RunDrafts>} */
  #read() {
    try {
      return Object(JSON.parse(window.kept.get(KEY) ?? "null"));
    } catch {
      return {};
    }
  }
}
