/**
 * What is typed into a field: nothing, a number, or several of them, which make several runs.
 *
 *     0.1              one
 *     0.01, 0.1        a list
 *     0.001..1         a range: each power of ten where the field counts in powers, else in whole steps or five
 *     16..256          each power of two, where the field counts in powers and both ends are some
 *     0.001..1:7       a range of seven
 *
 * `notation.js` says how numbers are written, and what a comma means.
 */

import { numberOf, plain, settle } from "../words/notation.js";

/** At most this many values of a field are kept; the server takes no longer list of experiments either. */
const MAX_COUNT = 100;
/** At most this many values of a range are made, to count those that differ. */
const MAX_RANGE = 10_000;
const RANGE = /^(.+?)\.{2,3}(.+?)(?::(\d+))?$/;
/** A range of whole numbers stands for each of them where there are at most this many, else for a few of them. */
const EACH = 20;
const FEW = 5;

/**
 * Several values of one field, or several alternatives of one section; `sweep` is how they are typed.
 * @template T
 * @typedef {{sweep: string, values: T[], count?: number}} Several
 */
/**
 * @template T
 * @typedef {T | Several<T>} OneOrSeveral
 */
/** What a field of the form holds. @typedef {OneOrSeveral<string | number | boolean | null>} Value */
/** What of a field's description says how its text is read. @typedef {{kind?: string, scale?: string}} TypedField */

/** @param {TypedField} field */
const isWhole = ({ kind }) => kind === "integer" || kind === "integers";

/**
 * The value of a typed text: a number where it is one, `{ sweep, values }` where it is several, null for nothing, else the
 * text as it is: the server judges it. Of more values than can be launched some are kept, and `count` says of how many.
 *
 * @param {string} text
 * @param {TypedField} field as the server describes it
 * @returns {OneOrSeveral<string | number> | null}
 */
export function typed(text, field = {}) {
  const said = plain(text);
  if (said === "") return null;
  const { settled } = settle(said, isWhole(field));
  if (settled === null) return text.trim();
  const items = settled
    .split(/[;,]/)
    .map((item) => item.trim())
    .filter(Boolean);
  const ranges = items.map((item) => range(item, field));
  const found = new Set(items.flatMap((item, i) => ranges[i]?.values ?? [numberOf(item) ?? item]));
  const values = [...found].slice(0, MAX_COUNT + 1);
  if (!values.length || (values.length === 1 && typeof values[0] === "string")) return text.trim();
  if (values.length === 1) return values[0];
  const count = found.size + ranges.reduce((sum, one) => sum + (one ? one.count - one.values.length : 0), 0);
  return { sweep: text.trim(), values, ...(count > MAX_COUNT ? { count } : {}) };
}

/**
 * How a text could be meant of which one cannot say whether a comma separates; none where that is clear.
 * @param {string} text
 * @param {TypedField} field
 */
export function readings(text, field = {}) {
  return settle(plain(text), isWhole(field)).readings;
}

/**
 * Is it several values?
 * @param {any} value
 * @returns {value is Several<any>}
 */
export function isSweep(value) {
  return Array.isArray(value?.values) && typeof value.sweep === "string";
}

/**
 * What a part of the document may be: the one that it is, or each of several.
 * @template T
 * @param {OneOrSeveral<T>} part
 * @returns {T[]}
 */
export function alternatives(part) {
  return isSweep(part) ? part.values : [part];
}

/**
 * One alternative or several, as the document holds them; `names` say which.
 * @template T
 * @param {T[]} several
 * @param {string[]} names
 * @returns {OneOrSeveral<T>}
 */
export function oneOrSeveral(several, names) {
  return several.length === 1 ? several[0] : { sweep: names.join(", "), values: several };
}

/** A value as it is typed. @param {Value | undefined} value */
export function asTyped(value) {
  if (value === null || value === undefined) return "";
  if (isSweep(value)) return value.sweep;
  if (typeof value === "number" && value !== 0 && Math.abs(value) < 1e-4) return value.toExponential();
  return String(value);
}

/**
 * A range, or null where the text is none.
 * @param {string} text
 * @param {TypedField} field
 * @returns {{values: number[], count: number} | null} `count` is more where it has more values than are made
 */
function range(text, field) {
  const [, from, to, asked] = RANGE.exec(text) ?? [];
  const [low, high] = [numberOf(from?.trim() ?? ""), numberOf(to?.trim() ?? "")];
  if (low === undefined || high === undefined || !(low < high)) return null;
  const powers = field.scale === "log" && low > 0;
  const whole = isWhole(field);
  const wanted = asked ? Number(asked) : usual(low, high, powers);
  const count = whole && !powers ? Math.min(wanted, Math.floor(high - low) + 1) : wanted;
  if (count < 2) return null;
  const made = Math.min(count, MAX_RANGE);
  const values = Array.from({ length: made }, (_, i) => {
    const share = i / (made - 1);
    const value = powers ? low * (high / low) ** share : low + (high - low) * share;
    return whole ? Math.round(value) : Number(value.toPrecision(3));
  });
  return { values, count };
}

/**
 * @param {number} low
 * @param {number} high
 * @param {boolean} powers
 */
function usual(low, high, powers) {
  if (powers) {
    const base = [low, high].every((end) => Number.isInteger(Math.log2(end)) && end >= 1) ? 2 : 10;
    return Math.max(2, Math.round(Math.log(high / low) / Math.log(base)) + 1);
  }
  const whole = Number.isInteger(low) && Number.isInteger(high);
  return whole && high - low < EACH ? high - low + 1 : FEW;
}
