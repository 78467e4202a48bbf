/** The order of the rows in a study's table. Pure functions. */

import { valueText } from "../state/flat-configs.js";
import { compareTexts } from "../words/natural-order.js";
import { pairsOf } from "./cells.js";
import { wordFor } from "./configuration-values.js";

/** @import { Configuration } from "./types.js" */

/**
 * What a table is sorted by: a column, and whether the largest come first. A column is "number", "place", "mean", "spread",
 * "difference", "rung", "trials", or the path of a field.
 * @typedef {{by: string, down: boolean}} Order
 */

/** A column → the value of a configuration by which it is sorted. @type {Record<string, (configuration: Configuration) => number | null>} */
const SORT_VALUES = {
  number: ({ number }) => number,
  place: ({ place }) => place,
  mean: ({ mean }) => mean,
  spread: ({ spread }) => spread,
  difference: ({ difference, place }) => difference?.mean ?? (place === 1 ? 0 : null), // the best one is not compared with itself
  rung: ({ rung }) => rung,
  trials: pairsOf,
};

/**
 * Configurations in an order. Those without a value come last, whatever the direction; equal ones in the order of their numbers.
 * @param {Configuration[]} configurations
 * @param {Order} order
 */
export function sorted(configurations, { by, down }) {
  const sortValue = SORT_VALUES[by] ?? (({ values }) => sortable(by, values[by]));
  const isMissing = (/** @type {any} */ value) => value === null || value === undefined;
  return configurations.toSorted((a, b) => {
    const [x, y] = [sortValue(a), sortValue(b)];
    if (isMissing(x) || isMissing(y))
      return Number(isMissing(x)) - Number(isMissing(y)) || a.number - b.number;
    return (down ? -1 : 1) * compare(x, y) || a.number - b.number;
  });
}

/** A value with settings, such as an optimizer, is sorted by its text. @param {string} path @param {any} value */
const sortable = (path, value) =>
  typeof value === "object" && value !== null ? wordFor(path, value) : value;

/** @param {any} x @param {any} y */
function compare(x, y) {
  if (typeof x === "number" && typeof y === "number") return x - y;
  return compareTexts(valueText(x), valueText(y));
}

/**
 * The order after a click on a column's head: numbers that are better when larger begin with the largest.
 * @param {Order} order
 * @param {string} by
 * @param {boolean} higherIsBetter
 * @returns {Order}
 */
export function clicked(order, by, higherIsBetter) {
  if (order.by === by) return { by, down: !order.down };
  return { by, down: (by === "mean" || by === "difference") && higherIsBetter };
}
