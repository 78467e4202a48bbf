/** Curves: smoothed and thinned row by row, and the same as if they were made at once. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Curve, Thinned } from "../../static/js/charts/curve.js";
import { Series } from "../../static/js/state/series.js";
import { putRows } from "./lab.js";
import { forExamples } from "./random.js";

/** Bins are counted from the first row, so what is drawn stays while a curve grows; and no peak is lost. */
test("thinned curves do not change where they were drawn", () =>
  forExamples(30, (examples) => {
    const rows = examples.whole(100, 10_000);
    const part = examples.whole(1, rows - 1);
    const bin = examples.of([2, 8, 16, 64]);
    const x = Float64Array.from({ length: rows }, (_, i) => i + 1);
    const y = Float32Array.from(x, (v) => Math.sin(v * v));
    const thinned = new Thinned(bin, null);
    thinned.take(x.subarray(0, part), y.subarray(0, part), 0);
    const first = [...thinned.x].slice(0, thinned.settled);
    thinned.take(x, y, part);
    const whole = new Thinned(bin, null);
    whole.take(x, y, 0);
    assert.deepEqual([...thinned.x], [...whole.x]);
    assert.deepEqual([...thinned.y], [...whole.y]);
    assert.deepEqual([...thinned.x].slice(0, first.length), first);
    assert.ok(thinned.x.length <= 2 * Math.ceil((rows - 1) / bin) + 2);
    /** @param {Iterable<number>} values */
    const range = (values) => [Math.min(...values), Math.max(...values)];
    assert.deepEqual(range(thinned.y), range(y));
  }));

/**
 * The formula of TensorBoard's smoothing, from the start each time; what is not finite passes through.
 * @param {number[]} values
 * @param {number} weight
 */
function smoothed(values, weight) {
  let [average, count] = [0, 0];
  return values.map((value) => {
    if (!Number.isFinite(value)) return value;
    average = weight * average + (1 - weight) * value;
    count += 1;
    return average / (1 - weight ** count);
  });
}

test("a curve that is smoothed as its rows come is what its formula gives for all rows", () =>
  forExamples(100, (examples) => {
    const losses = examples.list(
      300,
      () => examples.of([examples.logarithmic(1e-3, 10), NaN, Infinity, 1]),
      1,
    );
    const smoothing = examples.of([0.1, 0.6, 0.99]);
    const series = new Series();
    const curve = new Curve(series, { columns: ["loss"], smoothing, bin: 1, range: null });
    for (let row = 0; row < losses.length; ) {
      const some = losses.slice(row, row + examples.whole(1, 50));
      putRows(series, { iteration: some.map((_, i) => row + i + 1), loss: some });
      curve.advance();
      row += some.length;
    }
    const wanted = smoothed([...Float32Array.from(losses)], smoothing);
    const { smoothedYs } = curve;
    assert.ok(smoothedYs);
    assert.equal(smoothedYs.length, losses.length);
    for (const [row, value] of wanted.entries()) {
      if (Number.isFinite(value)) assert.ok(Math.abs(smoothedYs[row] / value - 1) < 1e-5);
      else assert.deepEqual(smoothedYs[row], value);
    }
  }));
