/** The cloud of a class: nothing is said about runs that have not got there. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { columnsOf, extentOf, halfTakenOff, nearest, percentile } from "../../static/js/class/cloud.js";
import { lineOf } from "../../static/js/class/cloud-paths.js";
import { describe, summaryOf } from "../../static/js/class/cloud-summary.js";
import { speakAs } from "./catalog.js";
import { forExamples } from "./random.js";

/** @import { Curve } from "../../static/js/class/cloud.js" */
/** @import { Examples } from "./random.js" */

/**
 * A curve from a function, evaluated every ten iterations up to `reach`.
 * @param {(x: number) => number} f
 * @param {number} reach
 * @returns {Curve & {chance: number}}
 */
function curve(f, reach, iterations = reach, chance = 0.1) {
  const points = Array.from(
    { length: reach / 10 + 1 },
    (_, i) => /** @type {[number, number]} */ ([10 * i, f(10 * i)]),
  );
  return { points, iterations, over: reach === iterations, chance };
}

/** @param {Examples} examples @returns {Curve} */
function anyCurve(examples) {
  const iterations = 10 * examples.whole(1, 40);
  const over = examples.of([true, false]);
  const reach = 10 * examples.whole(0, iterations / 10);
  const points = Array.from(
    { length: reach / 10 + 1 },
    (_, i) => /** @type {[number, number]} */ ([10 * i, examples.whole(0, 100) / 100]),
  );
  return { points: examples.whole(0, 5) ? points : [], over, iterations };
}

test("the median and the percentiles are those of the curves that have a value there", () => {
  const curves = [0.1, 0.2, 0.3, 0.4, 0.9].map((y) => curve(() => y, 100));
  const columns = columnsOf(curves, 100);
  assert.equal(columns[0].x, 0);
  assert.equal(columns.at(-1)?.x, 100);
  for (const { median, low, high, settled } of columns) {
    assert.equal(median, 0.3);
    assert.ok(Math.abs(low - 0.14) < 1e-9 && Math.abs(high - 0.7) < 1e-9);
    assert.ok(settled);
  }
  assert.equal(percentile([1, 2], 0.5), 1.5);
});

test("between two points a curve counts with the value on the line that joins them", () => {
  const [column] = columnsOf([curve((x) => x / 100, 100)], 48).filter(({ x }) => x === 25);
  assert.ok(Math.abs(column.median - 0.25) < 1e-9);
});

test("where fewer than half of the curves that have begun have got, nothing is drawn", () => {
  const curves = [curve(() => 0.9, 400), curve(() => 0.5, 100, 400), curve(() => 0.5, 200, 400)];
  const columns = columnsOf(curves, 400);
  assert.equal(columns.at(-1)?.x, 200);
  assert.deepEqual([...new Set(columns.filter(({ x }) => x <= 100).map(({ settled }) => settled))], [true]);
  assert.deepEqual([...new Set(columns.filter(({ x }) => x > 100).map(({ settled }) => settled))], [false]);
});

test("a run that has ended early is not waited for, and one that has not begun does not count", () => {
  const ended = { ...curve(() => 0.5, 100), iterations: 400 };
  const waiting = { points: [], over: false, iterations: 400 };
  const columns = columnsOf([curve(() => 0.7, 400), ended, waiting], 400);
  assert.equal(columns.at(-1)?.x, 400);
  assert.ok(columns.every(({ settled }) => settled));
  assert.equal(columns.at(-1)?.median, 0.7);
});

test("for any curves: ordered, inside of the values, and only where half of those that have begun are", () =>
  forExamples(300, (examples) => {
    const curves = examples.list(12, () => anyCurve(examples));
    const { end } = extentOf(curves);
    const begun = curves.filter(({ points }) => points.length);
    let last = -1;
    for (const { x, median, low, high } of columnsOf(curves, end)) {
      assert.ok(x > last && x <= end);
      last = x;
      const reaching = begun.filter(({ points }) => points[0][0] <= x && (points.at(-1)?.[0] ?? -1) >= x);
      assert.ok(reaching.length * 2 >= begun.length);
      const values = reaching.flatMap(({ points }) => points.map(([, y]) => y));
      assert.ok(Math.min(...values) <= low + 1e-9 && low <= median && median <= high);
      assert.ok(high <= Math.max(...values) + 1e-9);
    }
  }));

test("half have taken off when half of all have, and no run that still goes on can change it", () => {
  /** @param {number} start */
  const rising = (start) => (/** @type {number} */ x) => (x < start ? 0.1 : 0.8);
  const four = [100, 200, 300, 900].map((start) => curve(rising(start), 1000));
  assert.equal(halfTakenOff(four), 200);
  const behind = curve(rising(50), 30, 1000);
  assert.equal(halfTakenOff([...four, behind]), null, "it may take off before");
  const farther = curve(() => 0.1, 400, 1000);
  assert.equal(halfTakenOff([...four, farther]), 300, "it has passed the place");
  assert.equal(halfTakenOff([...four.slice(0, 2), ...Array(4).fill(curve(() => 0.1, 1000))]), null);
  assert.equal(halfTakenOff(four.slice(0, 2)), null, "half of two says nothing");
});

test("each curve has left chance where it is above that of its own data set", () => {
  const mnist = curve((x) => (x < 20 ? 0.1 : 0.8), 100);
  const spiral = curve((x) => (x < 50 ? 0.5 : 0.8), 100, 100, 0.5);
  assert.equal(halfTakenOff([mnist, mnist, spiral, spiral]), 20);
  assert.equal(halfTakenOff([spiral, spiral, spiral, mnist]), 50);
  assert.equal(halfTakenOff([mnist, spiral, spiral, spiral]), 50);
});

test("of curves that begin above chance it is not said that they have taken off", () => {
  assert.equal(halfTakenOff(Array(8).fill(curve(() => 0.8, 100))), null);
});

test("what is said about half stays true when the runs have gone on to their ends", () =>
  forExamples(300, (examples) => {
    const whole = Array.from({ length: examples.whole(4, 12) }, () => {
      const start = 10 * examples.whole(0, 60);
      return curve((x) => (x < start ? 0.1 : 0.8), 400);
    });
    const now = whole.map((one) => {
      const count = examples.whole(1, one.points.length);
      return { ...one, points: one.points.slice(0, count), over: count === one.points.length };
    });
    const x = halfTakenOff(now);
    if (x === null) return;
    const byThen = whole.filter(({ points }) => points.some(([at, y]) => at <= x && y >= 0.2)).length;
    const before = whole.filter(({ points }) => points.some(([at, y]) => at < x && y >= 0.2)).length;
    assert.ok(byThen * 2 >= whole.length && before * 2 < whole.length);
  }));

test("a band is said in words where it is drawn: from three curves on", () => {
  speakAs("en");
  const group = (/** @type {number} */ count) => {
    const view = { status: "completed", iterations: 10, chance: 0.1, points: [[10, 0.9]] };
    return /** @type {any} */ ({ name: "Adam", isRest: false, curves: Array(count).fill(view) });
  };
  const words = (/** @type {number} */ count) => describe([summaryOf(group(count), 10)]);
  assert.deepEqual(words(2), ["Adam: 90.0%"]);
  assert.deepEqual(words(3), ["Adam: 90.0%, eight of ten between 90.0% and 90.0%"]);
});

test("a curve that diverged has a cross where it ends, if that is in the chart", () => {
  const scale = { place: (/** @type {number} */ value) => 100 * value };
  const view = {
    status: "diverged",
    points: [
      [1, 0.1],
      [2, 0.2],
      [3, 0.1],
    ],
  };
  const line = (/** @type {number} */ end) =>
    lineOf(/** @type {any} */ (view), /** @type {any} */ ({ x: scale, y: scale, end }), false);
  assert.equal(line(2), "M100.0,10.0L200.0,20.0");
  assert.match(line(3), /^M100.0,10.0L200.0,20.0L300.0,10.0M297,7l/);
});

test("the chart goes as far as the runs are to go, unless a few go much farther", () => {
  const short = Array.from({ length: 20 }, () => curve(() => 0.5, 100, 1000));
  assert.deepEqual(extentOf(short), { end: 1000, beyond: 0 });
  assert.deepEqual(extentOf([...short, curve(() => 0.5, 100, 100_000)]), { end: 1000, beyond: 1 });
  assert.deepEqual(extentOf([...short, curve(() => 0.5, 100, 3000)]), { end: 3000, beyond: 0 });
  assert.deepEqual(extentOf([]), { end: 0, beyond: 0 });
});

test("a curve is pointed at where it is the nearest, and only where it has got", () => {
  const low = curve(() => 0.2, 100);
  const high = curve((x) => x / 1000, 1000);
  assert.equal(nearest([low, high], 50, 0.18, 0.05), low);
  assert.equal(nearest([low, high], 50, 0.06, 0.05), high);
  assert.equal(nearest([low, high], 50, 0.5, 0.05), null);
  assert.equal(nearest([low, high], 205, 0.2, 0.05), high, "the other one has ended before");
});
