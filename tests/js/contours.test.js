/** Contours: their points, how they are joined, and the values between the points of a grid. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { contours, ends, levelsOf, valueAt } from "../../static/js/views/contours.js";
import { logShare } from "../../static/js/views/scales.js";
import { random as generator } from "./random.js";

/**
 * @param {number} size
 * @param {(x: number, y: number) => number | null} f
 */
function gridOf(size, f) {
  const x = Array.from({ length: size }, (_, i) => -2 + (4 * i) / (size - 1));
  const y = Array.from({ length: size + 3 }, (_, i) => -3 + (6 * i) / (size + 2));
  return { x, y, values: y.map((v) => x.map((u) => f(u, v))) };
}

test("the contour of a bowl is one closed line at its radius", () => {
  const [line, ...others] = contours(
    gridOf(41, (x, y) => x * x + y * y),
    2.25,
  );
  assert.equal(others.length, 0);
  assert.deepEqual(line[0], line[line.length - 1]);
  for (const [x, y] of line) assert.ok(Math.abs(Math.hypot(x, y) - 1.5) < 0.005);
  const area =
    line.reduce((sum, [x, y], i) => (i ? sum + line[i - 1][0] * y - x * line[i - 1][1] : 0), 0) / 2;
  assert.ok(Math.abs(Math.abs(area) - Math.PI * 2.25) < 0.03);
});

test("a contour that leaves the grid is a line from edge to edge, and every piece is in one line", () => {
  const lines = contours(
    gridOf(17, (x) => Math.cos(3 * x)),
    0.5,
  );
  // cos(3x) = 0.5 at ±0.349 and ±1.745: four lines from the lowest to the highest row
  assert.equal(lines.length, 4);
  for (const line of lines) {
    assert.deepEqual(
      [line[0][1], line[line.length - 1][1]].sort((one, other) => one - other),
      [-3, 3],
    );
    assert.equal(line.length, 20);
  }
});

test("on every contour the grid has its value, for random grids", () => {
  const random = generator(5);
  for (let round = 0; round < 20; round++) {
    const grid = gridOf(6, random);
    const crossed = grid.values.flatMap((row, r) =>
      row.flatMap((value, c) => [
        Number(c < 5 && Number(value) >= 0.5 !== Number(row[c + 1]) >= 0.5),
        Number(r < 8 && Number(value) >= 0.5 !== Number(grid.values[r + 1][c]) >= 0.5),
      ]),
    );
    const lines = contours(grid, 0.5);
    for (const line of lines)
      for (const [x, y] of line) assert.ok(Math.abs(Number(valueAt(grid, x, y)) - 0.5) < 1e-9);
    // each crossed edge is on exactly one line; a closed line names its first point twice
    const points = lines.flatMap((line) => {
      const [first, last] = [line[0], line[line.length - 1]];
      return first[0] === last[0] && first[1] === last[1] ? line.slice(1) : line;
    });
    assert.equal(
      points.length,
      crossed.reduce((sum, one) => sum + one, 0),
    );
  }
});

test("squares without a value have no contour, and beyond the values there is none", () => {
  const grid = gridOf(9, (x, y) => (x > 0 ? null : x * x + y * y));
  for (const line of contours(grid, 2.25)) for (const [x] of line) assert.ok(x <= 0);
  assert.deepEqual(contours(grid, 100), []);
  assert.equal(valueAt(grid, 1, 1), null);
  assert.equal(
    ends({
      x: [0, 1],
      y: [0, 1],
      values: [
        [null, null],
        [null, null],
      ],
    }),
    null,
  );
  assert.equal(ends(grid)?.[1], 13);
});

test("a value between points is linear, and beyond the grid it is that of the edge", () => {
  const grid = {
    x: [0, 2],
    y: [0, 1],
    values: [
      [0, 2],
      [4, 6],
    ],
  };
  assert.equal(valueAt(grid, 1, 0.5), 3);
  assert.equal(valueAt(grid, 0.5, 0.25), 1.5);
  assert.equal(valueAt(grid, 9, 9), 6);
});

test("levels rise by equal ratios with two digits, between the ends", () => {
  const levels = levelsOf(0.1, 100);
  assert.deepEqual(levels, [0.2, 0.4, 0.79, 1.6, 3.2, 6.3, 13, 25, 50]);
  assert.deepEqual(levelsOf(2, 2), []);
  assert.ok(levelsOf(-1, 1).every((level) => level > -1 && level < 1));
});

test("the values of a grid above 0 give shares of a logarithmic scale, also where others are 0", () => {
  const grid = gridOf(9, (x, y) => (x > 0 ? null : Math.max(0, x * x + y * y - 1)));
  const [low, high] = ends(grid, 0) ?? [NaN, NaN];
  assert.equal(ends(grid)?.[0], 0);
  assert.ok(low > 0 && low < high);
  const shares = grid.values.flat().flatMap((value) => (value === null ? [] : [logShare(value, low, high)]));
  assert.deepEqual([Math.min(...shares), Math.max(...shares)], [0, 1]);
  assert.equal(ends({ ...grid, values: [[0, 0, null]] }, 0), null);
});
