/**
 * Checks a typed text against the server's description of its field. The server checks it too, but its answer names only the
 * first error; this file finds the others.
 */

import { alternatives, readings, typed } from "./values.js";

/** @import { Field, Why } from "../types.js" */

/**
 * @param {string} text
 * @param {Field} field
 * @returns {{why: Why, readings: string[]} | null} why the text is wrong, and its possible meanings if it is unclear
 */
export function check(text, field) {
  if (!["integer", "integers", "number"].includes(field.kind)) return null;
  const meant = readings(text, field);
  if (meant.length) return { why: { code: "unclear", values: { text } }, readings: meant };
  const value = typed(text, field);
  const wrong = alternatives(value)
    .map((item) => checkValue(item, field))
    .find(Boolean);
  return wrong ? { why: wrong, readings: [] } : null;
}

/**
 * @param {string | number | boolean | null} value
 * @param {Field} field
 * @returns {Why | null}
 */
function checkValue(value, field) {
  if (value === null || field.choices.includes(value)) return null;
  const whole = field.kind !== "number";
  if (typeof value !== "number" || (whole && !Number.isInteger(value)))
    return { code: whole ? "type.integer" : "type.number", values: {} };
  const { minimum, exclusive_minimum: above, maximum } = field;
  const isIn =
    (minimum === null || value >= minimum) &&
    (above === null || value > above) &&
    (maximum === null || value <= maximum);
  return isIn ? null : { code: "range", values: { bounds: field } };
}
