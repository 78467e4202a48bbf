/** Texts for comparison: case, width, composition and the kind of kana make no difference. */

/** Katakana → hiragana: their places in Unicode are this far apart. */
const KANA = 0x60;

/** @param {string} text */
export function fold(text) {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[ァ-ヶヽヾ]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - KANA));
}
