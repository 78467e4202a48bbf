/** What is found in the glossary. */

import { fold } from "../words/fold.js";

/** @import { GlossaryEntry } from "../types.js" */

/**
 * Entries with all the parts of what is searched for, in either language; those whose word has it come first.
 * @param {GlossaryEntry[]} entries
 * @param {string} wanted
 * @param {string} language
 */
export function found(entries, wanted, language) {
  const parts = fold(wanted).split(/\s+/).filter(Boolean);
  /** @param {string[]} texts */
  const has = (...texts) => parts.every((part) => texts.some((text) => fold(text).includes(part)));
  const fit = entries.filter(({ en, ja, ...entry }) => {
    const own = language === "ja" ? ja : en;
    return has(en.word, ja.word, own.text, entry.formula ?? "");
  });
  return fit.toSorted((a, b) => Number(has(b.en.word, b.ja.word)) - Number(has(a.en.word, a.ja.word)));
}
