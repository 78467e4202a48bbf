/** Curves that stand for several runs: which runs, and their mean and spread. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Curve } from "../../static/js/charts/curve.js";
import { GroupCurve, groupsOf, SPREADS } from "../../static/js/charts/groups.js";
import { speakAs } from "./catalog.js";
import { Configs, makeRun, putRows } from "./lab.js";
import { forExamples } from "./random.js";

/** @import { Group } from "../../static/js/charts/groups.js" */

speakAs("en");

/** A run's curve with these values, one every ten iterations. @param {number[]} values */
function curveOf(values) {
  const { evaluation } = makeRun();
  putRows(evaluation, { iteration: values.map((_, i) => 10 * (i + 1)), test_accuracy: values });
  const curve = new Curve(evaluation, { columns: ["test_accuracy"], smoothing: 0, bin: 1, range: null });
  curve.advance();
  return curve;
}

/** @param {number[]} values */
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** @param {number[]} values */
function deviation(values) {
  const squares = values.map((value) => (value - mean(values)) ** 2);
  return Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length - 1));
}

/**
 * @param {number} value
 * @param {number} wanted
 */
const assertClose = (value, wanted) =>
  assert.ok(Math.abs(value - wanted) < 1e-9, `${value} is not ${wanted}`);

test("a group's curve is at each x the mean of the runs that have a value there, with their spread around it", () =>
  forExamples(200, (examples) => {
    const runs = examples.list(
      5,
      () => examples.list(8, () => examples.of([examples.whole(0, 100) / 100, NaN]), 1),
      1,
    );
    const curves = runs.map(curveOf);
    const band = {
      std: new GroupCurve(curves, SPREADS.std, null),
      range: new GroupCurve(curves, SPREADS.range, null),
    };
    const rows = Math.max(...runs.map((run) => run.length));
    const valuesInRow = Array.from({ length: rows }, (_, row) =>
      curves.map(({ ys }) => ys[row]).filter((value) => Number.isFinite(value)),
    );
    /** @type {[x: number, values: number[]][]} */
    const wanted = valuesInRow.flatMap((values, row) => (values.length ? [[10 * (row + 1), values]] : []));
    for (const { xs, counts } of Object.values(band)) {
      assert.deepEqual(
        [...xs],
        wanted.map(([x]) => x),
      );
      assert.deepEqual(
        counts,
        wanted.map(([, values]) => values.length),
      );
    }
    for (const [i, [, values]] of wanted.entries()) {
      assertClose(band.std.ys[i], mean(values));
      assertClose(band.std.highs[i], mean(values) + deviation(values));
      assertClose(band.std.lows[i], mean(values) - deviation(values));
      assertClose(band.range.highs[i], Math.max(...values));
      assertClose(band.range.lows[i], Math.min(...values));
    }
  }));

const RUNS = ["sgd", "adam"].flatMap((optimizer, o) =>
  [1, 2, 3].map((seed) =>
    makeRun({ number: 3 * o + seed, name: `${optimizer} · seed ${seed}`, color: 3 * o + seed }),
  ),
);
const CONFIGS = new Configs(
  RUNS.map(({ id }, i) => [
    id,
    { "optimizer.name": i < 3 ? "sgd" : "adam", "dataset.name": "digits", seed: i % 3 },
  ]),
);
/** Label, number of runs and colour of each group. @param {Group[]} groups */
const summaries = (groups) => groups.map(({ label, runs, hue }) => [label, runs.length, hue]);

test("runs that differ only in their seed are one group, named by what their names have in common", () =>
  assert.deepEqual(summaries(groupsOf(RUNS, "", "", CONFIGS)), [
    ["sgd × 3", 3, 1],
    ["adam × 3", 3, 4],
  ]));

test("runs with the same value of a field are one group, named by that value", () =>
  assert.deepEqual(summaries(groupsOf(RUNS, "optimizer.name", "", CONFIGS)), [
    ["Optimizer SGD × 3", 3, 1],
    ["Optimizer Adam × 3", 3, 4],
  ]));

test("runs that dashes distinguish are different groups in one colour", () =>
  assert.deepEqual(
    groupsOf(RUNS, "dataset.name", "optimizer.name", CONFIGS).map(({ runs, hue }) => [runs.length, hue]),
    [
      [3, 1],
      [3, 1],
    ],
  ));

test("groups have different colours, even if their first runs have the same", () => {
  const runs = RUNS.map((run) => ({ ...run, hue: 3 }));
  assert.deepEqual(summaries(groupsOf(runs, "optimizer.name", "", CONFIGS)), [
    ["Optimizer SGD × 3", 3, 3],
    ["Optimizer Adam × 3", 3, 4],
  ]);
});

test("a run whose settings have not arrived yet is not grouped", () =>
  assert.equal(groupsOf(RUNS, "", "", new Configs()).length, 6));

test("runs that show the same training count once in their group, because they are no repetitions", () => {
  const runs = [1, 2, 3, 4].map((number) => makeRun({ number, training: `t${Math.max(2, number)}` }));
  const configs = new Configs(runs.map(({ id, number }) => [id, { seed: Math.max(2, number) }]));
  const [group, ...others] = groupsOf(runs, "", "", configs);
  assert.deepEqual(
    group.runs.map(({ id }) => id),
    ["a1", "a3", "a4"],
  );
  assert.equal(others.length, 0);
});
