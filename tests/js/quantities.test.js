/** Quantities: what a chart can show. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { isQuantity, quantity } from "../../static/js/charts/quantities.js";

test("iterations per second are those of the last second of training", () => {
  // ten in each of three seconds, one in seven seconds, and one in two
  const [{ along }] = quantity("speed").lines;
  const trained = Float64Array.from([...[...Array(30).keys()].map((i) => (i + 1) / 10), 10, 12]);
  assert.ok(along);
  const [first, ...speeds] = [...trained.keys()].map(along({ trained }));
  assert.ok(Number.isNaN(first));
  const wanted = [...Array(29).fill(10), 1 / 7, 1 / 2];
  assert.equal(speeds.length, wanted.length);
  for (const [i, speed] of speeds.entries()) assert.ok(Math.abs(speed / wanted[i] - 1) < 1e-6);
});

for (const name of ["nothing", "train.", "__proto__", "constructor", ""])
  test(`there is no quantity of a name that means none: ${name}`, () => {
    assert.equal(isQuantity(name), false);
    assert.throws(() => quantity(name));
  });
