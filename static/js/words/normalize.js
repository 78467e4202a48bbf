/** Normalizes texts for comparison: case, width, composition and the kind of kana make no difference then. */

/** From the code of a katakana to the code of its hiragana. */
const KANA = 0x60;

/** @param {string} text */
export function normalize(text) {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[ァ-ヶヽヾ]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - KANA));
}
