/** The places of a dot plot: one dot for each value, above each other where values are near. It uses no document. */

import { roundAbove } from "../../scale.js";

/** Into how many distances the numbers on the axis divide it, about. */
const TICKS = 4;

/** A dot: its place along the axis from 0 to 1, and in its column from 0 at the bottom. @typedef {{x: number, level: number, isOwn: boolean}} Dot */

/**
 * The dots for values, in columns of equal width.
 * @param {number[]} values
 * @param {object} of
 * @param {number} of.low the value at the left end
 * @param {number} of.high the value at the right end
 * @param {number} of.columns
 * @param {number} of.rows how many dots have room above each other
 * @param {number | null} of.own the own one of the values; null: there is none
 * @returns {{dots: Dot[], each: number}} `each`: for how many values a dot stands, if there is no room for all
 */
export function dotPlot(values, { low, high, columns, rows, own }) {
  const columnOf = (/** @type {number} */ value) =>
    Math.max(0, Math.min(columns - 1, Math.floor((columns * (value - low)) / (high - low || 1))));
  const counts = new Array(columns).fill(0);
  for (const value of values) counts[columnOf(value)]++;
  const each = Math.max(1, Math.ceil(Math.max(...counts) / rows));
  const ownColumn = own === null ? -1 : columnOf(own);
  const dots = counts.flatMap((count, column) =>
    Array.from({ length: Math.ceil(count / each) }, (_, level) => ({
      x: (column + 0.5) / columns,
      level,
      isOwn: column === ownColumn && level === 0,
    })),
  );
  return { dots, each };
}

/**
 * An axis with round numbers: of what may be answered, or of the part of it in which the answers lie.
 * @param {number[]} values at least one, if there are no bounds
 * @param {number | null} least the least number that may be answered; null: there are no bounds
 * @param {number | null} most
 * @returns {{low: number, high: number, ticks: number[], step: number}}
 */
export function axisOf(values, least, most) {
  const [first, last] = [Math.min(...values), Math.max(...values)];
  const bounds = least === null || most === null ? null : [least, most];
  const range = bounds ? bounds[1] - bounds[0] : Math.abs(last);
  const isWhole = bounds && (values.length === 0 || last - first > 0.4 * range);
  const room = 0.1 * (last - first) || 0.05 * range || 1;
  const [from, to] = isWhole ? bounds : [first - room, last + room];
  const step = roundAbove((to - from) / TICKS);
  const inside = (/** @type {number} */ value) =>
    bounds ? Math.max(bounds[0], Math.min(bounds[1], value)) : value;
  const low = inside(exact(step * Math.floor(from / step)));
  const high = inside(exact(step * Math.ceil(to / step)));
  const begin = Math.ceil(low / step);
  const ticks = Array.from({ length: Math.floor(exact(high / step)) - begin + 1 }, (_, i) =>
    exact(step * (begin + i)),
  );
  return { low, high, ticks, step };
}

/** A number without the rounding error of its calculation. @param {number} value */
function exact(value) {
  return Number(value.toPrecision(12));
}
