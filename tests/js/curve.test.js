/** Curves: smoothed and thinned row by row, and the same as if they were made at once. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Curve, Thinned } from "../../static/js/charts/curve.js";
import { Series } from "../../static/js/state/series.js";
import { putRows } from "./lab.js";
import { forExamples } from "./random.js";

/** Bins are counted from the first row, so what is drawn stays while a curve grows; and no peak is lost. */
test("downsampled curves do not change where they were drawn before", () =>
  forExamples(30, (examples) => {
    const rows = examples.whole(100, 10_000);
    const part = examples.whole(1, rows - 1);
    const bin = examples.of([2, 8, 16, 64]);
    const x = Float64Array.from({ length: rows }, (_, i) => i + 1);
    const y = Float32Array.from(x, (v) => Math.sin(v * v));
    const thinned = new Thinned(bin, null);
    thinned.append(x.subarray(0, part), y.subarray(0, part), 0);
    const first = [...thinned.x].slice(0, thinned.settled);
    thinned.append(x, y, part);
    const whole = new Thinned(bin, null);
    whole.append(x, y, 0);
    assert.deepEqual([...thinned.x], [...whole.x]);
    assert.deepEqual([...thinned.y], [...whole.y]);
    assert.deepEqual([...thinned.x].slice(0, first.length), first);
    assert.ok(thinned.x.length <= 2 * Math.ceil((rows - 1) / bin) + 2);
    /** @param {Iterable<number>} values */
    const range = (values) => [Math.min(...values), Math.max(...values)];
    assert.deepEqual(range(thinned.y), range(y));
  }));

test("the highest and the last point are drawn where points have the same x, as of rows that came while the clock stood still", () => {
  const y = [5, 1, 9, 3, 2, 4, 7, 1, 3];
  for (const x of [y.map((_, i) => i), y.map(() => 1)]) {
    const thinned = new Thinned(4, null);
    thinned.append(x, y, 0);
    assert.deepEqual([...thinned.y].sort(), [1, 1, 3, 5, 7, 9]);
    assert.equal(thinned.y.at(-1), 3);
  }
});

/** @import { Examples } from "./random.js" */

/**
 * Losses as a run may record them: some are equal, some are not finite.
 * @param {Examples} examples
 * @param {number} most
 * @param {number} least
 */
const lossesOf = (examples, most, least) =>
  examples.list(most, () => examples.of([examples.logarithmic(1e-3, 10), NaN, Infinity, 1]), least);

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
    const losses = lossesOf(examples, 300, 1);
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

/**
 * Each row's mean, with weights that fall with the distance to both sides, from its formula.
 * @param {number[]} values
 * @param {number} weight
 */
function centred(values, weight) {
  return values.map((value, i) => {
    if (!Number.isFinite(value)) return value;
    let [sum, weights] = [0, 0];
    for (const [j, other] of values.entries()) {
      if (!Number.isFinite(other)) continue;
      sum += weight ** Math.abs(i - j) * other;
      weights += weight ** Math.abs(i - j);
    }
    return sum / weights;
  });
}

test("the curve of an ended run is smoothed to both sides, and recomputed if a late row arrives", () =>
  forExamples(50, (examples) => {
    const losses = lossesOf(examples, 200, 2);
    const smoothing = examples.of([0.1, 0.6, 0.99]);
    const series = new Series();
    const options = { columns: ["loss"], smoothing, ended: true, bin: 1, range: null };
    /** @param {number[]} values @param {number} from */
    const put = (values, from) =>
      putRows(series, { iteration: values.map((_, i) => from + i + 1), loss: values });
    put(losses.slice(0, -1), 0);
    const curve = new Curve(series, options);
    curve.advance();
    assert.ok(curve.follows(series));
    put(losses.slice(-1), losses.length - 1);
    assert.ok(!curve.follows(series) && curve.outdated && !curve.advance());
    const again = new Curve(series, options);
    again.advance();
    const wanted = centred([...Float32Array.from(losses)], smoothing);
    again.smoothedYs?.forEach((value, i) => {
      if (Number.isFinite(wanted[i])) assert.ok(Math.abs(value - wanted[i]) <= 1e-5 * Math.abs(wanted[i]));
      else assert.deepEqual(value, wanted[i]);
    });
    assert.equal(again.smoothed?.count, losses.length);
  }));

test("smoothing to both sides moves no step: half of it lies at the step, where looking back lags behind", () => {
  const series = new Series();
  const loss = Array.from({ length: 101 }, (_, i) => (i < 50 ? 0 : i > 50 ? 2 : 1));
  putRows(series, { iteration: loss.map((_, i) => i + 1), loss });
  const options = { columns: ["loss"], smoothing: 0.9, bin: 1, range: null };
  const [ended, live] = [true, false].map((isEnded) => new Curve(series, { ...options, ended: isEnded }));
  for (const curve of [ended, live]) curve.advance();
  assert.ok(Math.abs((ended.smoothedYs ?? [])[50] - 1) < 1e-5);
  assert.ok((live.smoothedYs ?? [])[50] < 0.2);
});

test("a curve that is drawn from an iteration on begins at the last row that is not after it, however its rows come", () =>
  forExamples(30, (examples) => {
    const rows = examples.whole(5, 60);
    const every = examples.of([1, 10]);
    const since = examples.whole(1, rows * every);
    const smoothing = examples.of([0, 0.6]);
    const options = { columns: ["loss"], smoothing, bin: 1, range: null };
    const series = new Series();
    const curve = new Curve(series, { ...options, since });
    const whole = new Curve(series, options);
    const iterations = Array.from({ length: rows }, (_, i) => every * (i + 1));
    for (let from = 0; from < rows; ) {
      const to = Math.min(rows, from + examples.whole(1, 20));
      const iteration = iterations.slice(from, to);
      putRows(series, { iteration, loss: iteration.map((i) => Math.sin(i)) });
      curve.advance();
      from = to;
    }
    whole.advance();
    const before = iterations.filter((i) => i <= since);
    const first = Math.max(0, before.length - 1);
    const drawn = before.length === rows ? [] : iterations.slice(first);
    assert.deepEqual([...curve.raw.x], drawn);
    assert.equal(curve.first, drawn.length ? first : rows); // no value of a row that is not drawn is shown
    // it is smoothed as if it was drawn as a whole
    const points = whole.smoothed ?? whole.raw;
    const own = curve.smoothed ?? curve.raw;
    assert.deepEqual([...own.y], drawn.length ? [...points.y].slice(first) : []);
  }));
