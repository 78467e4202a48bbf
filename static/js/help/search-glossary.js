/** Search in the glossary. */

import { normalize } from "../words/normalize.js";

/** @import { GlossaryEntry } from "../types.js" */

/**
 * Entries that contain every search word. Those that have them all in the term itself come first. Terms are searched in
 * both languages, texts in the current one.
 * @param {GlossaryEntry[]} entries
 * @param {string} query
 * @param {string} language
 */
export function searchGlossary(entries, query, language) {
  const searchWords = normalize(query).split(/\s+/).filter(Boolean);
  /** @param {string[]} texts */
  const containsAll = (...texts) =>
    searchWords.every((word) => texts.some((text) => normalize(text).includes(word)));
  const matches = entries.filter(({ en, ja, ...entry }) => {
    const own = language === "ja" ? ja : en;
    return containsAll(en.word, ja.word, own.text, entry.formula ?? "");
  });
  return matches.toSorted(
    (a, b) => Number(containsAll(b.en.word, b.ja.word)) - Number(containsAll(a.en.word, a.ja.word)),
  );
}
