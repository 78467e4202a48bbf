/** The numbers of one sum of a layer: of which products it is made. No document, no state. */

/** @import { ViewArray } from "./view.js" */

/** A product: its index among the numbers of the window, the two factors, and the product. @typedef {{index: number, window: number, kernel: number, product: number}} Product */

/**
 * The sum of the products of each channel of a window, (channels, rows, columns); of a flat window there is one.
 * @param {ViewArray} products
 */
export function channelSums({ shape, values }) {
  const sums = new Array(shape.length === 3 ? shape[0] : 1).fill(0);
  const each = values.length / sums.length;
  for (let index = 0; index < values.length; index++) sums[Math.floor(index / each)] += values[index];
  return sums;
}

/** The index of the number that is farthest from 0. @param {ArrayLike<number>} values */
export function strongest(values) {
  let best = 0;
  for (let index = 1; index < values.length; index++)
    if (Math.abs(values[index]) > Math.abs(values[best])) best = index;
  return best;
}

/**
 * The products that are farthest from 0, and the sum of all others.
 * @param {Record<"window" | "kernel" | "products", ViewArray>} arrays
 * @param {number} count
 * @returns {{largest: Product[], others: number, rest: number}}
 */
export function largestProducts({ window, kernel, products }, count) {
  const order = Array.from(products.values.keys()).sort(
    (a, b) => Math.abs(products.values[b]) - Math.abs(products.values[a]) || a - b,
  );
  const largest = order.slice(0, count).map((index) => ({
    index,
    window: window.values[index],
    kernel: kernel.values[index],
    product: products.values[index],
  }));
  const others = order.slice(count);
  return {
    largest,
    others: others.length,
    rest: others.reduce((sum, index) => sum + products.values[index], 0),
  };
}

/**
 * One channel of a window, row by row.
 * @param {ViewArray} array (channels, rows, columns)
 * @param {number} channel
 * @returns {number[][]}
 */
export function rowsOf({ shape: [, rows, columns], values }, channel) {
  return Array.from({ length: rows }, (_, row) => {
    const from = (channel * rows + row) * columns;
    return Array.from(values.subarray(from, from + columns));
  });
}
