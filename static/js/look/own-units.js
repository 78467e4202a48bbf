/** Columns of a table in the units of its file; what networks get of them may be standardized. No document, no state. */

import { number } from "../words/i18n.js";

/** @import { DataSample } from "../types.js" */

/**
 * A value of a column as a text, in the units of the file.
 * @param {number} value as networks get it
 * @param {number} column counted from 0
 * @param {DataSample["units"]} units
 */
export function writtenInOwnUnits(value, column, units) {
  const [mean, deviation] = units?.[column] ?? [0, 1];
  return number(value * deviation + mean, { maximumSignificantDigits: 4 });
}

/**
 * The lowest and the highest value of a column, as networks get them.
 * @param {number[][]} points at least one
 * @param {number} column counted from 0
 */
export function endsOf(points, column) {
  const values = points.map((point) => point[column]);
  return [Math.min(...values), Math.max(...values)];
}
