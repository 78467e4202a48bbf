/**
 * The values that a user types in a field: none, one number, or several numbers, which make several runs.
 *
 *     0.1              one value
 *     0.01, 0.1        a list
 *     0.001..1         a range: every power of ten if the field has a log scale; otherwise whole steps, or five values
 *     16..256          a range: every power of two if the field has a log scale and both ends are powers of two
 *     0.001..1:7       a range with seven values
 *
 * `notation.js` reads numbers, and decides what a comma means.
 */

import { numberOf, plain, settle } from "../words/notation.js";

/** At most this many values of a field are kept; the server accepts as many experiments in one launch. */
const MAX_COUNT = 100;
/** At most this many values of a range are computed, to count the different ones. */
const MAX_RANGE = 10_000;
const RANGE = /^(.+?)\.{2,3}(.+?)(?::(\d+))?$/;
/** A range with at most EACH whole numbers means all of them; a longer range means FEW values. */
const EACH = 20;
const FEW = 5;

/**
 * Several values of one field, or several alternatives of one section; `sweep` is the typed text.
 * @template T
 * @typedef {{sweep: string, values: T[], count?: number}} Several
 */
/**
 * @template T
 * @typedef {T | Several<T>} OneOrSeveral
 */
/** The value of a field in the form. @typedef {OneOrSeveral<string | number | boolean | null>} Value */
/** The properties of a field that decide how its text is read. @typedef {{kind?: string, scale?: string}} TypedField */

/** @param {TypedField} field */
const isWhole = ({ kind }) => kind === "integer" || kind === "integers";

/**
 * The value of a typed text: a number, `{ sweep, values }` for several numbers, null for an empty text. Any other text is
 * returned unchanged, and the server will refuse it. If there are more values than can be launched, only some are kept, and
 * `count` is the number of all.
 *
 * @param {string} text
 * @param {TypedField} field
 * @returns {OneOrSeveral<string | number> | null}
 */
export function typed(text, field = {}) {
  const plainText = plain(text);
  if (plainText === "") return null;
  const { settled } = settle(plainText, isWhole(field));
  if (settled === null) return text.trim();
  const items = settled
    .split(/[;,]/)
    .map((item) => item.trim())
    .filter(Boolean);
  const ranges = items.map((item) => range(item, field));
  const distinct = new Set(items.flatMap((item, i) => ranges[i]?.values ?? [numberOf(item) ?? item]));
  const values = [...distinct].slice(0, MAX_COUNT + 1);
  if (!values.length || (values.length === 1 && typeof values[0] === "string")) return text.trim();
  if (values.length === 1) return values[0];
  const count =
    distinct.size + ranges.reduce((sum, made) => sum + (made ? made.count - made.values.length : 0), 0);
  return { sweep: text.trim(), values, ...(count > MAX_COUNT ? { count } : {}) };
}

/**
 * The possible meanings of a text whose commas are unclear; empty if they are clear.
 * @param {string} text
 * @param {TypedField} field
 */
export function readings(text, field = {}) {
  return settle(plain(text), isWhole(field)).readings;
}

/**
 * Whether a value is several values.
 * @param {any} value
 * @returns {value is Several<any>}
 */
export function isSweep(value) {
  return Array.isArray(value?.values) && typeof value.sweep === "string";
}

/**
 * All values of a field, or all alternatives of a section, as a list.
 * @template T
 * @param {OneOrSeveral<T>} part
 * @returns {T[]}
 */
export function alternatives(part) {
  return isSweep(part) ? part.values : [part];
}

/**
 * One alternative or several in the form of the draft's document; `names` are their names.
 * @template T
 * @param {T[]} several
 * @param {string[]} names
 * @returns {OneOrSeveral<T>}
 */
export function oneOrSeveral(several, names) {
  return several.length === 1 ? several[0] : { sweep: names.join(", "), values: several };
}

/** The text for a value in a box. @param {Value | undefined} value */
export function asTyped(value) {
  if (value === null || value === undefined) return "";
  if (isSweep(value)) return value.sweep;
  if (typeof value === "number" && value !== 0 && Math.abs(value) < 1e-4) return value.toExponential();
  return String(value);
}

/**
 * The values of a range, or null if the text is not a range.
 * @param {string} text
 * @param {TypedField} field
 * @returns {{values: number[], count: number} | null} `count` is higher than the number of values if not all are computed
 */
function range(text, field) {
  const [, from, to, typedCount] = RANGE.exec(text) ?? [];
  const [low, high] = [numberOf(from?.trim() ?? ""), numberOf(to?.trim() ?? "")];
  if (low === undefined || high === undefined || !(low < high)) return null;
  const powers = field.scale === "log" && low > 0;
  const whole = isWhole(field);
  const steps = typedCount ? Number(typedCount) : defaultCount(low, high, powers);
  const count = whole && !powers ? Math.min(steps, Math.floor(high - low) + 1) : steps;
  if (count < 2) return null;
  const length = Math.min(count, MAX_RANGE);
  const values = Array.from({ length }, (_, i) => {
    const share = i / (length - 1);
    const value = powers ? low * (high / low) ** share : low + (high - low) * share;
    return whole ? Math.round(value) : Number(value.toPrecision(3));
  });
  return { values, count };
}

/**
 * How many values a range has if the text does not say it.
 * @param {number} low
 * @param {number} high
 * @param {boolean} powers
 */
function defaultCount(low, high, powers) {
  if (powers) {
    const base = [low, high].every((end) => Number.isInteger(Math.log2(end)) && end >= 1) ? 2 : 10;
    return Math.max(2, Math.round(Math.log(high / low) / Math.log(base)) + 1);
  }
  const whole = Number.isInteger(low) && Number.isInteger(high);
  return whole && high - low < EACH ? high - low + 1 : FEW;
}
