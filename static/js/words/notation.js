/**
 * How typed numbers are read. A point begins decimals, and a comma separates values. Signs in another width or script, such
 * as a Japanese keyboard types, are read in the same way. A comma between digits without a space may also begin decimals
 * (0,1) or group thousands (1,250). Then the text is unclear, and the page asks. In fields of whole numbers fewer texts are
 * unclear: 32,128 is two numbers, and round numbers such as 1,200 or 60,000 are one.
 */

/** Full-width and half-width signs. Normalizing all of Unicode's compatible signs would read 10² as 102. */
const WIDTHS = /[\uff01-\uff5e\uff61\uff64\uff65\uff70\u3000]/g;
const MINUS = /[\u2010-\u2015\u2212\u30fc\u2500\ufe63]/g;
const NUMBER = String.raw`(?:\d+(?:\.(?!\.)\d*)?|(?<![.\d])\.\d+)(?:e[+-]?\d+)?`;
const ONE = new RegExp(`^[+-]?${NUMBER}$`, "i");
/** Numbers with commas between them, without a space. */
const TOGETHER = new RegExp(`${NUMBER}(?:,${NUMBER})+`, "gi");

/** One number with grouped thousands. */
export const GROUPED = /^[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?$/;
/** In a field of whole numbers: one round number with grouped thousands. */
const ROUND = /^(?:[1-9]\d{0,2}(?:,\d{3})*,000|[1-9],\d00)$/;
/** In a field of whole numbers: unclear, one number with grouped thousands or several numbers. */
const ROUND_PERHAPS = /^(?:[1-9](?:,\d{3})+|[1-9]\d,\d00)$/;

/**
 * The same text with ASCII signs for digits, points, commas, minus signs and ranges.
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
 * The number in a plain text, or undefined if the text is not a number.
 * @param {string} text
 */
export function numberOf(text) {
  const value = ONE.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) ? value : undefined;
}

/**
 * Decide what the commas in a plain text mean.
 * @param {string} text
 * @param {boolean} whole whether the field has whole numbers
 * @returns {{settled: string | null, readings: string[]}} `settled`: the text in which every comma separates two values;
 *   null if a comma is unclear. `readings`: the possible meanings of an unclear text.
 */
export function settle(text, whole = false) {
  if (![...text.matchAll(TOGETHER)].some(([numbers]) => isUnclear(numbers, whole))) {
    return { settled: text.replace(TOGETHER, (numbers) => writeSettled(numbers, whole)), readings: [] };
  }
  const readings = [asDecimal, asThousands, asSeveral].map((read) => {
    let fits = true;
    const reading = text.replace(TOGETHER, (numbers) => {
      if (!isUnclear(numbers, whole)) return writeSettled(numbers, whole);
      const result = read(numbers, whole);
      fits &&= result !== null;
      return result ?? "";
    });
    return fits ? reading : null;
  });
  return { settled: null, readings: [...new Set(readings.filter((reading) => reading !== null))] };
}

/**
 * Whether a comma has a whole number before it and a digit after it.
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
 * Write each comma as what it means: ", " between two values, nothing within a grouped number.
 * @param {string} numbers
 * @param {boolean} whole
 */
function writeSettled(numbers, whole) {
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
