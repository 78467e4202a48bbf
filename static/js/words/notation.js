/**
 * How numbers are written. A point begins decimals, a comma separates values; what a keyboard gives for these signs in
 * another width or script is read as they are. A comma between digits without a space may also begin decimals (0,1) or
 * group thousands (1,250): where it could be either, it is unclear, and the page asks. Whole numbers have a rule of their
 * own: 32,128 is two of them, and 1,200 or 60,000, which are round, are one.
 */

/** Full and half width; not all of Unicode's compatible signs, among which 10² is 102. */
const WIDTHS = /[\uff01-\uff5e\uff61\uff64\uff65\uff70\u3000]/g;
const MINUS = /[\u2010-\u2015\u2212\u30fc\u2500\ufe63]/g;
const NUMBER = String.raw`(?:\d+(?:\.(?!\.)\d*)?|(?<![.\d])\.\d+)(?:e[+-]?\d+)?`;
const ONE = new RegExp(`^[+-]?${NUMBER}$`, "i");
/** Numbers with commas between them, without a space. */
const TOGETHER = new RegExp(`${NUMBER}(?:,${NUMBER})+`, "gi");

const GROUPED = /^[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?$/;
/** Whole numbers that are one, and those of which one cannot say. */
const ROUND = /^(?:[1-9]\d{0,2}(?:,\d{3})*,000|[1-9],\d00)$/;
const ROUND_PERHAPS = /^(?:[1-9](?:,\d{3})+|[1-9]\d,\d00)$/;

/**
 * A text with the signs of one width and script.
 * @param {string} text
 */
export function plain(text) {
  return text
    .replace(WIDTHS, (sign) => sign.normalize("NFKC"))
    .replace(MINUS, "-")
    .replaceAll("。", ".")
    .replace(/[、・]/g, ",")
    .replace(/[〜~]|…|‥/g, "..")
    .trim();
}

/**
 * The number that a plain text is, or undefined.
 * @param {string} text
 */
export function numberOf(text) {
  const value = ONE.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) ? value : undefined;
}

/**
 * What a plain text says about its commas.
 * @param {string} text
 * @param {boolean} whole of a field of whole numbers
 * @returns {{settled: string | null, readings: string[]}} the text in which every comma separates; or null, where some
 *   comma is unclear, and how the text could be meant
 */
export function settle(text, whole = false) {
  if (![...text.matchAll(TOGETHER)].some(([numbers]) => isUnclear(numbers, whole))) {
    return { settled: text.replace(TOGETHER, (numbers) => clear(numbers, whole)), readings: [] };
  }
  const readings = [asDecimal, asThousands, asSeveral].map((way) => {
    let fits = true;
    const reading = text.replace(TOGETHER, (numbers) => {
      if (!isUnclear(numbers, whole)) return clear(numbers, whole);
      const said = way(numbers, whole);
      fits &&= said !== null;
      return said ?? "";
    });
    return fits ? reading : null;
  });
  return { settled: null, readings: [...new Set(readings.filter((reading) => reading !== null))] };
}

/**
 * A comma between whole digits and digits.
 * @param {string} numbers
 */
function isAmbiguous(numbers) {
  const parts = numbers.split(",");
  return parts.some((part, i) => i > 0 && /^\d+$/.test(parts[i - 1]) && /^\d/.test(part));
}

/**
 * @param {string} numbers
 * @param {boolean} whole
 */
function isUnclear(numbers, whole) {
  if (!isAmbiguous(numbers)) return false;
  return !whole || /[.e]/i.test(numbers) || (ROUND_PERHAPS.test(numbers) && !ROUND.test(numbers));
}

/**
 * @param {string} numbers
 * @param {boolean} whole
 */
function clear(numbers, whole) {
  return (whole && ROUND.test(numbers) && asThousands(numbers)) || numbers.replaceAll(",", ", ");
}

/**
 * @param {string} numbers
 * @param {boolean} whole
 */
function asDecimal(numbers, whole) {
  return !whole && /^\d+,\d+(?:e.*)?$/i.test(numbers) ? numbers.replace(",", ".") : null;
}

/** @param {string} numbers */
function asThousands(numbers) {
  return GROUPED.test(numbers) ? numbers.replaceAll(",", "") : null;
}

/** @param {string} numbers */
function asSeveral(numbers) {
  const parts = numbers.split(",");
  return parts.some((part) => /^0\d/.test(part)) ? null : parts.join(", ");
}
