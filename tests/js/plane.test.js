/** Maps of the plane: the class of each place, shares of points, and colours. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { cellColor, classAt, rgbOf, shareInOwn } from "../../static/js/views/plane.js";

/** Two classes on 2 × 2 cells: the upper row is surely of the first, below right nothing is known. */
const map = {
  shape: [2, 2, 2],
  values: Float32Array.from([1, 1, 0.25, Number.NaN, 0, 0, 0.75, Number.NaN]),
};
const extent = { left: -1, right: 1, bottom: -1, top: 1 };

test("the class of a place is that with the largest probability in its cell; the first row is on top", () => {
  assert.equal(classAt(map, extent, [0.5, 0.5]), 0);
  assert.equal(classAt(map, extent, [-0.5, -0.5]), 1);
  assert.equal(classAt(map, extent, [0.5, -0.5]), null);
  assert.equal(classAt(map, extent, [1.5, 0]), null);
});

test("points count as right in cells of their own class only", () => {
  /** @type {[number, number][]} */
  const points = [
    [-0.5, 0.5],
    [-0.5, -0.5],
    [0.5, -0.5],
    [0.1, 0.1],
  ];
  assert.equal(shareInOwn(map, extent, points, [0, 1, 1, 1]), 0.5);
  assert.ok(Number.isNaN(shareInOwn(map, extent, [], [])));
});

test("a cell has the colours of the classes by their probabilities, and the card's where there is no number", () => {
  assert.deepEqual(rgbOf("#255d98"), [37, 93, 152]);
  const colors = /** @type {[number, number, number][]} */ ([
    [200, 0, 0],
    [0, 100, 0],
  ]);
  assert.deepEqual(cellColor(map, colors, [100, 100, 100], 0, 0), [150, 50, 50]);
  assert.deepEqual(cellColor(map, colors, [100, 100, 100], 1, 0), [75, 87.5, 50]);
  assert.deepEqual(cellColor(map, colors, [100, 100, 100], 1, 1), [100, 100, 100]);
});
