/** Where y ends: one run that is far above the others does not flatten them, and what is only larger stays. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { cropOf } from "../../static/js/charts/crop.js";

/**
 * A trace of a run with these values, one every few iterations.
 * @param {string} run
 * @param {number[]} y
 * @param {number} every
 */
const trace = (run, y, every = 1) =>
  /** @type {any} */ ({
    meta: { run, series: "loss" },
    points: { x: y.map((_, i) => every * (i + 1)), y, highest: Math.max(...y.filter(Number.isFinite)) },
  });
/** @param {number} from @param {number} to @param {number} count */
const line = (from, to, count = 50) =>
  Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
const calm = (name = "calm") => trace(name, line(2.3, 0.2));
const wild = (name = "wild") => trace(name, [2.3, 40, 1e8, 1e32, Number.NaN]);

test("one diverging run is cropped, whichever run comes first", () => {
  for (const traces of [
    [calm(), wild()],
    [wild(), calm()],
    [calm("a"), calm("b"), wild()],
  ])
    assert.deepEqual(cropOf(traces, false), { high: 2.5, runs: 1 });
  assert.deepEqual(cropOf([calm(), wild("a"), wild("b"), wild("c")], false)?.runs, 3);
});

test("a run that diverges at its end is cropped there, even alone", () => {
  assert.deepEqual(cropOf([trace("late", [...line(2.3, 0.2), 1e10])], false), { high: 2.5, runs: 1 });
});

test("a run is cropped if its first evaluation or its first loss is huge already", () => {
  const evaluated = [calm(), trace("calm", line(2.1, 0.3), 20), wild(), trace("wild", [1e30, 1e33], 20)];
  for (const traces of [evaluated, evaluated.toReversed()])
    assert.deepEqual(cropOf(traces, false), { high: 2.5, runs: 1 });
  assert.deepEqual(cropOf([calm(), trace("far away", line(1e6, 1e5))], false), { high: 2.5, runs: 1 });
});

test("a curve that is only somewhat larger is not cropped", () => {
  assert.equal(cropOf([], false), null);
  assert.equal(cropOf([calm()], false), null);
  assert.equal(cropOf([calm(), trace("rising", line(0.001, 20))], false), null);
  assert.equal(
    cropOf([trace("small", line(0.01, 0.02)), trace("a", line(1, 2)), trace("b", line(1, 2))], false),
    null,
  );
  assert.equal(cropOf([trace("none", [Number.NaN]), trace("zeros", line(0, 0)), calm()], false), null);
  assert.equal(cropOf([trace("mostly zero", [...line(0, 0), 1])], false), null);
});

test("a loss that falls from where it begins to almost nothing is shown whole", () => {
  const falling = (/** @type {string} */ name) => trace(name, [2.3, 1.1, 0.4, ...line(0.05, 0.01, 200)]);
  assert.equal(cropOf([falling("a"), falling("b"), falling("c")], false), null);
  assert.deepEqual(cropOf([falling("a"), falling("b"), wild()], false), { high: 2.5, runs: 1 });
});

test("a logarithmic axis has room for much more", () => {
  assert.equal(cropOf([calm(), trace("far", line(2.3, 1e4))], true), null);
  assert.equal(cropOf([calm(), wild()], true)?.runs, 1);
});
