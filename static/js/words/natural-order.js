/** The order of texts with numbers in them: "lr 0.001" before "lr 0.01", "run 2" before "run 10", 1e-5 before 0.01. */

const collator = new Intl.Collator(undefined, { numeric: true });
/** A number. A hyphen between two numbers is not a minus sign: 784-40-10 has three numbers. */
const NUMBER = /((?:(?<!\S)-)?\d+(?:\.\d+)?(?:e[+-]?\d+)?)/i;

/** At most this many texts are remembered with their parts: a long list compares the same ones again and again. */
const MAX_KNOWN = 20_000;

/** A text's parts, of which those with odd indices are numbers; and the text without its numbers. @typedef {{parts: string[], frame: string}} Parted */

/** @type {Map<string, Parted>} */
const known = new Map();

/** @param {string} text */
function parted(text) {
  const found = known.get(text);
  if (found) return found;
  const parts = text.split(NUMBER);
  const made = { parts, frame: parts.filter((_, i) => i % 2 === 0).join("\0") };
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(text, made);
  return made;
}

/**
 * @param {string} a
 * @param {string} b
 * @returns {number} below 0 if `a` comes first
 */
export function compareTexts(a, b) {
  const [partsA, partsB] = [parted(a).parts, parted(b).parts];
  for (let i = 0; i < Math.min(partsA.length, partsB.length); i++) {
    if (partsA[i] === partsB[i]) continue;
    const order = i % 2 ? Number(partsA[i]) - Number(partsB[i]) : collator.compare(partsA[i], partsB[i]);
    if (order) return order;
  }
  return partsA.length - partsB.length || collator.compare(a, b);
}

/**
 * A text without its numbers. Texts with the same frame differ only in their numbers.
 * @param {string} text
 */
export function frameOf(text) {
  return parted(text).frame;
}
