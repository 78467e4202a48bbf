/**
 * Reasons in the reader's language: why something was refused, or why a run ended. The server sends a code and its values
 * (`{ code, values }`, see `engine/reasons.py`), and an English sentence for programs and for what an older lab has stored.
 */

import { hasText, number, t } from "./i18n.js";

/**
 * @import { ApiError } from "../server/api.js"
 * @import { Why } from "../types.js"
 */

/** Values that are words of the lab: their texts' keys begin so. @type {Record<string, string>} */
const WORDS = { initializer: "initializer.", status: "status.", metric: "early_stopping.metric." };
/** From here on a number is said in thousands, millions or 万, 億. */
const LONG = 1e7;
/** A bound is said to its last digit; the longest is a seed's, 4,294,967,295. */
const BOUND_DIGITS = 10;

/**
 * A reason in words, or `fallback` where there is none that this page knows.
 * @param {Why | null | undefined} why
 * @param {string} fallback
 * @returns {string}
 */
export function worded(why, fallback = "") {
  const key = `why.${why?.code}`;
  if (!why || !hasText(key)) return fallback;
  return t(
    key,
    Object.fromEntries(Object.entries(why.values ?? {}).map(([name, value]) => [name, written(value, name)])),
  );
}

/**
 * Whether a reason, or one that it quotes, has this code.
 * @param {Why | null | undefined} why
 * @param {string} code
 * @returns {boolean}
 */
export function hasCode(why, code) {
  return why?.code === code || (!!why?.values?.why && hasCode(why.values.why, code));
}

/**
 * What an `ApiError` says, to stand beside the field that it is about. Bounds explain more than that a value is invalid.
 * @param {Pick<ApiError, "why" | "message" | "bounds">} error
 */
export function explain({ why, message, bounds }) {
  const better = why.code === "invalid" && boundsText(bounds);
  return worded(better ? { code: "range", values: { bounds } } : why, message);
}

/**
 * What an `ApiError` says where nothing shows which field of an experiment it is about.
 * @param {ApiError} error
 */
export function explainAll(error) {
  return error.field && error.status === 422 && error.code !== "invalid"
    ? t("why.at", { field: error.field, why: explain(error) })
    : explain(error);
}

/**
 * Bounds in words, such as "more than 0 and at most 100"; nothing where there are none.
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
 * A bound, or a default, as a number of the reader's language.
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
      .map((one) => written(one, name))
      .join(value.every((one) => typeof one === "number") ? " × " : t("why.and"));
  if (value?.code) return worded(value);
  if (name === "bounds") return boundsText(value);
  const word = `${WORDS[name] ?? "-"}${value}`;
  return hasText(word) ? t(word) : String(value);
}
