/**
 * The values that a user types in a field: none, one number, or several numbers, which make several runs.
 *
 *     0.1              one value
 *     0.01, 0.1        a list
 *     0.001..1         a range: about one value per power of ten, in equal ratios, if the field has a log scale; otherwise
 *                      whole steps, or five values. Its ends are always values.
 *     16..256          a range: every power of two if the field has a log scale and both ends are powers of two
 *     0.001..1:7       a range with seven values
 *
 * `notation.js` reads numbers, and decides what a comma means.
 */

import { numberOf, plain, settle } from "../words/notation.js";

/** The most experiments that the server accepts in one launch. One value more is kept, so that it refuses them. */
const MAX_COUNT = 100;
/** At most this many values of a range are computed: only computed values can be counted as different ones. */
const MAX_RANGE = 10_000;
const RANGE = /^(.+?)\.{2,3}(.+?)(?::(\d+))?$/;
/** A range of at most MAX_STEPS whole numbers means all of them; any other one means FEW_VALUES values. */
const MAX_STEPS = 20;
const FEW_VALUES = 5;

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
    distinct.size +
    ranges.reduce((sum, parsed) => sum + (parsed ? parsed.count - parsed.values.length : 0), 0);
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
 * A list of alternatives as the draft's document has it: one by itself, several as `{sweep, values}`. `names` are their names,
 * for the text of `sweep`.
 * @template T
 * @param {T[]} several
 * @param {string[]} names
 * @returns {OneOrSeveral<T>}
 */
export function oneOrSeveral(several, names) {
  return several.length === 1 ? several[0] : { sweep: names.join(", "), values: several };
}

/** The text that an input field shows for a value. @param {Value | undefined} value */
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
  const isLog = field.scale === "log" && low > 0;
  const wanted = typedCount ? Number(typedCount) : defaultCount(low, high, isLog);
  const count = isWhole(field) && !isLog ? Math.min(wanted, Math.floor(high - low) + 1) : wanted;
  if (count < 2) return null;
  const length = Math.min(count, MAX_RANGE);
  const values = Array.from({ length }, (_, i) => {
    if (i === 0) return low;
    if (i === length - 1) return high;
    const share = i / (length - 1);
    const value = isLog ? low * (high / low) ** share : low + (high - low) * share;
    return isWhole(field) ? Math.round(value) : Math.min(high, Math.max(low, rounded(value)));
  });
  return { values, count };
}

/** A value as one would type it: whole if it is that but for rounding, and otherwise with three digits. @param {number} value */
function rounded(value) {
  const whole = Math.round(value);
  return Math.abs(value - whole) < 1e-9 * Math.abs(value) ? whole : Number(value.toPrecision(3));
}

/**
 * How many values a range has if the text does not say it.
 * @param {number} low
 * @param {number} high
 * @param {boolean} isLog
 */
function defaultCount(low, high, isLog) {
  if (isLog) {
    const base = [low, high].every((end) => Number.isInteger(Math.log2(end)) && end >= 1) ? 2 : 10;
    return Math.max(2, Math.round(Math.log(high / low) / Math.log(base)) + 1);
  }
  const areWhole = Number.isInteger(low) && Number.isInteger(high);
  return areWhole && high - low < MAX_STEPS ? high - low + 1 : FEW_VALUES;
}
