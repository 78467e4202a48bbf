/**
 * Reasons in the reader's language: why something was refused, or why a run ended. The server sends a code and its values
 * (`{ code, values }`, see `engine/reasons.py`). It also sends an English sentence, for programs, and for reasons without a
 * code, which older labs have stored.
 */

import { hasText, number, t } from "./i18n.js";
import { datasetTitle, isOwn } from "./labels.js";

/**
 * @import { ApiError } from "../server/api.js"
 * @import { Why } from "../types.js"
 */

/** Values with texts in the catalogs: name of the value → the beginning of the text's key. @type {Record<string, string>} */
const WORDS = { initializer: "initializer.", status: "status.", metric: "early_stopping.metric." };
/** Numbers from here on are shortened: 12,000,000 is 12M, in Japanese 1200万. */
const LONG = 1e7;
/** Bounds are written with all their digits; the longest is that of a seed, 4,294,967,295. */
const BOUND_DIGITS = 10;

/**
 * The sentence for a reason; `fallback` if there is no reason or this page does not know its code.
 * @param {Why | null | undefined} why
 * @param {string} fallback
 * @returns {string}
 */
export function reasonText(why, fallback = "") {
  const key = `why.${why?.code}`;
  if (!why || !hasText(key)) return fallback;
  return t(
    key,
    Object.fromEntries(Object.entries(why.values ?? {}).map(([name, value]) => [name, written(value, name)])),
  );
}

/**
 * Whether a reason, or the reason inside it, has this code.
 * @param {Why | null | undefined} why
 * @param {string} code
 * @returns {boolean}
 */
export function hasCode(why, code) {
  return why?.code === code || (!!why?.values?.why && hasCode(why.values.why, code));
}

/**
 * The message for an `ApiError`, to be shown beside the wrong field. For an invalid value, the message gives the bounds.
 * @param {Pick<ApiError, "why" | "message" | "bounds">} error
 */
export function explain({ why, message, bounds }) {
  const hasBounds = why.code === "invalid" && boundsText(bounds) !== "";
  return reasonText(hasBounds ? { code: "range", values: { bounds } } : why, message);
}

/**
 * The message for an `ApiError` that is not shown beside the wrong field, so it names the field.
 * @param {ApiError} error
 */
export function explainAll(error) {
  // the message for an invalid value without bounds names the field itself
  const namesField = error.why.code === "invalid" && !boundsText(error.bounds);
  return error.field && error.status === 422 && !namesField
    ? t("why.at", { field: error.field, why: explain(error) })
    : explain(error);
}

/**
 * Bounds in words, such as "more than 0 and at most 100"; "" if there are none.
 * @param {Record<string, any> | undefined} bounds
 */
export function boundsText(bounds) {
  if (!bounds) return "";
  const parts = ["minimum", "exclusive_minimum", "maximum"]
    .filter((name) => bounds[name] !== undefined && bounds[name] !== null)
    .map((name) => t(`bounds.${name}`, { n: exact(bounds[name]) }));
  return parts.join(t("bounds.and"));
}

/**
 * A bound or a default as it is written in the reader's language, with all its digits.
 * @param {number} value
 */
export function exact(value) {
  return number(value, { maximumSignificantDigits: BOUND_DIGITS });
}

/**
 * @param {any} value
 * @param {string} name
 * @returns {string}
 */
function written(value, name) {
  if (typeof value === "number")
    return number(
      value,
      Math.abs(value) < LONG
        ? { maximumSignificantDigits: 9 }
        : { notation: "compact", maximumSignificantDigits: 3 },
    );
  if (Array.isArray(value))
    return value
      .map((item) => written(item, name))
      .join(value.every((item) => typeof item === "number") ? " × " : t("why.and")); // numbers are a shape
  if (value?.code) return reasonText(value);
  if (name === "bounds") return boundsText(value);
  if (name === "dataset" && isOwn(value)) return datasetTitle(value);
  const word = WORDS[name] && `${WORDS[name]}${value}`;
  return word && hasText(word) ? t(word) : String(value);
}
