/** The plot of the rate finder: where values are in it, and its ticks. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { linearTicks, nearest, placesOf, rounded } from "../../static/js/form/rate-places.js";

const RATES = [1e-4, 1e-3, 1e-2, 1e-1];

test("each power of ten takes the same width, and the loss begins at the bottom", () => {
  const smoothed = [2, 1, 0.5, 2];
  const found = { iterations: 4, rates: RATES, losses: smoothed, smoothed, best: 2, suggestion: 0.002 };
  const { x, y, top } = placesOf({ ...found, end: "completed" }, 352);
  const widths = RATES.slice(1).map((rate, i) => x(rate) - x(RATES[i]));
  for (const width of widths) assert.ok(Math.abs(width - 100) < 1e-9);
  assert.ok(y(0) > y(0.5) && y(0.5) > y(2));
  assert.equal(y(50), y(top)); // a single batch above the curve stays in the plot
});

test("the nearest rate is that with the smallest ratio", () => {
  assert.equal(nearest(RATES, 2e-3), 1);
  assert.equal(nearest(RATES, 4e-3), 2);
  assert.equal(nearest(RATES, 100), 3);
});

test("a chosen rate has two digits", () => {
  assert.equal(rounded(0.0536), 0.054);
  assert.equal(rounded(1.234e-6), 1.2e-6);
});

test("ticks are round, begin at 0, and are no more than there is room for", () => {
  assert.deepEqual(linearTicks(2.5, 5), [0, 0.5, 1, 1.5, 2, 2.5]);
  assert.deepEqual(linearTicks(90, 5), [0, 20, 40, 60, 80]);
  for (const top of [0.0123, 0.7, 1, 3.3, 8, 1234]) {
    const ticks = linearTicks(top, 5);
    assert.ok(ticks.length >= 2 && ticks.length <= 6, `${top}: ${ticks}`);
    assert.ok(ticks.every((tick) => tick <= top * 1.001));
  }
});
