/** The order of texts with numbers in them: "lr 0.001" before "lr 0.01", "run 2" before "run 10", 1e-5 before 0.01. */

const collator = new Intl.Collator(undefined, { numeric: true });
/** A number. A hyphen between two numbers is not a minus sign: 784-40-10 has three numbers. */
const NUMBER = /((?:(?<!\S)-)?\d+(?:\.\d+)?(?:e[+-]?\d+)?)/i;

/** The parts of at most this many texts are kept: sorting a long list compares the same texts many times. Then all are dropped. */
const MAX_KEPT = 20_000;

/**
 * `parts`: what is between numbers, and the numbers, in turns; those with odd indices are numbers. `rest`: what is between them,
 * joined by "\0".
 * @typedef {{parts: string[], rest: string}} SplitText
 */

/** @type {Map<string, SplitText>} */
const kept = new Map();

/** @param {string} text */
function split(text) {
  const before = kept.get(text);
  if (before) return before;
  const parts = text.split(NUMBER);
  const result = { parts, rest: parts.filter((_, i) => i % 2 === 0).join("\0") };
  if (kept.size >= MAX_KEPT) kept.clear();
  kept.set(text, result);
  return result;
}

/**
 * Compares texts for sorting: numbers in them by their values, what is between these as words.
 * @param {string} a
 * @param {string} b
 * @returns {number} below 0 if `a` comes first
 */
export function compareTexts(a, b) {
  const [partsA, partsB] = [split(a).parts, split(b).parts];
  for (let i = 0; i < Math.min(partsA.length, partsB.length); i++) {
    if (partsA[i] === partsB[i]) continue;
    const order = i % 2 ? Number(partsA[i]) - Number(partsB[i]) : collator.compare(partsA[i], partsB[i]);
    if (order) return order;
  }
  return partsA.length - partsB.length || collator.compare(a, b);
}

/**
 * What is between the numbers of a text, joined by "\0"; two texts for which it is equal differ only in their numbers.
 * @param {string} text
 */
export function withoutNumbers(text) {
  return split(text).rest;
}
