/** Labels at the ends of curves: none upon another, each near its curve. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { apart, sharedRows, withRoom } from "../../static/js/charts/apart.js";
import { forExamples } from "./random.js";

test("labels keep their order and their distance, and stay within the given space", () =>
  forExamples(500, (examples) => {
    const count = examples.of([0, 1, 2, 5, 12]);
    const wanted = Array.from({ length: count }, () => examples.of([...Array(240).keys()]) - 20).sort(
      (a, b) => a - b,
    );
    const places = apart(wanted, 14, 0, 200);
    assert.equal(places.length, count);
    for (const [i, place] of places.entries()) {
      assert.ok(place >= -1e-9 && place <= 200 + 1e-9);
      if (i) assert.ok(place - places[i - 1] >= 14 - 1e-9);
    }
  }));

test("labels with enough space stay where their curves end, and two that overlap are shifted equally", () => {
  assert.deepEqual(apart([10, 50, 90], 14, 0, 100), [10, 50, 90]);
  assert.deepEqual(apart([50, 50], 14, 0, 100), [43, 57]);
  assert.deepEqual(apart([99, 100], 14, 0, 100), [86, 100]);
});

test("labels share a line only where there are too few lines, they are near each other and the line is long enough", () => {
  const even = [10, 10, 10, 10];
  assert.deepEqual(sharedRows([0, 1, 30, 60], 14, 4, even, 100), [[0], [1], [2], [3]]);
  assert.deepEqual(sharedRows([0, 1, 30, 60], 14, 3, even, 100), [[0, 1], [2], [3]]);
  assert.deepEqual(sharedRows([0, 1, 30, 60], 14, 2, even, 100), [[0, 1], [2], [3]]); // the others are not near
  assert.deepEqual(sharedRows([0, 1, 2, 60], 14, 2, even, 30), [[0, 1, 2], [3]]);
  assert.deepEqual(sharedRows([0, 1, 2, 60], 14, 2, even, 29), [[0, 1], [2], [3]]); // a line holds two
  assert.deepEqual(sharedRows([], 14, 2, [], 30), []);
});

test("whatever labels there are, each has one line, in their order, and no line is too long or too wide apart", () =>
  forExamples(300, (examples) => {
    const count = examples.whole(1, 14);
    const wanted = Array.from({ length: count }, () => examples.whole(0, 100)).sort((a, b) => a - b);
    const widths = wanted.map(() => examples.whole(10, 60));
    const rows = sharedRows(wanted, 14, examples.whole(0, 8), widths, 100);
    assert.deepEqual(rows.flat(), [...wanted.keys()]);
    for (const row of rows.filter(({ length }) => length > 1)) {
      assert.ok(row.reduce((sum, i) => sum + widths[i], 0) <= 100);
      for (const [nth, i] of row.entries()) if (nth) assert.ok(wanted[i] - wanted[row[nth - 1]] < 14);
    }
  }));

test("where there is no room for all labels, the most crowded ones are hidden, but never a required one", () => {
  assert.deepEqual(withRoom([0, 10, 11, 50], 3), [0, 1, 3]);
  assert.deepEqual(
    withRoom([0, 10, 11, 50], 3, (i) => i === 2),
    [0, 2, 3],
  );
  assert.deepEqual(withRoom([5, 5, 5], 0), []);
});
