/** The numbers of one sum of a layer: which products it is made of. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { channelSums, largestProducts, rowsOf, strongest } from "../../static/js/views/sums.js";

/** @param {number[]} shape @param {number[]} values */
const array = (shape, values) => ({ shape, values: Float32Array.from(values) });

test("the sums of the channels add up to the sum of all products", () => {
  const products = array([2, 2, 2], [1, 2, 3, 4, -1, -1, -1, -9]);
  assert.deepEqual(channelSums(products), [10, -12]);
  assert.equal(strongest(channelSums(products)), 1);
  assert.deepEqual(channelSums(array([3], [1, 2, -5])), [-2]);
});

test("a channel of a window is read row by row", () => {
  assert.deepEqual(rowsOf(array([2, 2, 3], [...Array(12).keys()]), 1), [
    [6, 7, 8],
    [9, 10, 11],
  ]);
});

test("of a large sum the products farthest from 0 are shown, and the others together", () => {
  const found = largestProducts(
    {
      window: array([4], [1, 2, 3, 4]),
      kernel: array([4], [1, -2, 0, 0.5]),
      products: array([4], [1, -4, 0, 2]),
    },
    2,
  );
  assert.deepEqual(found.largest, [
    { index: 1, window: 2, kernel: -2, product: -4 },
    { index: 3, window: 4, kernel: 0.5, product: 2 },
  ]);
  assert.deepEqual([found.others, found.rest], [2, 1]);
});
