/**
 * Normalizes texts for comparison: two texts that differ only in upper and lower case, in full and half width, in how their
 * accents are encoded, or in katakana and hiragana become equal.
 */

/** The code of a katakana minus that of the same hiragana. */
const KATAKANA_OFFSET = 0x60;

/** @param {string} text @returns {string} equal for texts that count as the same; not for display */
export function normalize(text) {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[ァ-ヶヽヾ]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - KATAKANA_OFFSET));
}
