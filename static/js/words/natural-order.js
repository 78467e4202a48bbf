/** The order of texts with numbers in them: "lr 0.001" before "lr 0.01", "run 2" before "run 10", 1e-5 before 0.01. */

const collator = new Intl.Collator(undefined, { numeric: true });
/** A number; a hyphen between two is none's sign: 784-40-10 are three. */
const NUMBER = /((?:(?<!\S)-)?\d+(?:\.\d+)?(?:e[+-]?\d+)?)/i;

/**
 * @param {string} one
 * @param {string} other
 * @returns {number} below 0 where `one` comes first
 */
export function compareTexts(one, other) {
  const [parts, others] = [one, other].map((text) => text.split(NUMBER)); // numbers have the odd places
  for (let i = 0; i < Math.min(parts.length, others.length); i++) {
    const order = i % 2 ? Number(parts[i]) - Number(others[i]) : collator.compare(parts[i], others[i]);
    if (order) return order;
  }
  return parts.length - others.length || collator.compare(one, other);
}

/**
 * A text without its numbers: texts that have the same frame differ in their numbers only.
 * @param {string} text
 */
export function frameOf(text) {
  return text
    .split(NUMBER)
    .filter((_, i) => i % 2 === 0)
    .join("\0");
}
