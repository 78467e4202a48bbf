/** Series: each row once, whatever frames come. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { lowerBound, nearest, Series } from "../../static/js/state/series.js";
import { forExamples } from "./random.js";

/** @import { Rows } from "../../static/js/types.js" */

const LOSSES = Array.from({ length: 600 }, (_, i) => Math.fround(1 / (i + 1)));

/**
 * A frame of rows from `first` on, with the second at which each came.
 * @param {number} first
 * @param {number} rows
 * @returns {Rows}
 */
function frame(first, rows) {
  const losses = LOSSES.slice(first, first + rows);
  const values = [losses.map((_, i) => first + i + 1), losses].map((column) => Float32Array.from(column));
  const end = first + losses.length;
  return {
    first,
    rows: losses.length,
    columns: ["iteration", "loss"],
    values,
    times: [[end, 1000 + end, end]],
  };
}

test("repeated rows are stored once, and rows after a gap are refused", () =>
  forExamples(300, (examples) => {
    const series = new Series();
    for (let turn = 0; turn < 20; turn++) {
      const before = series.length;
      const first = examples.whole(0, Math.min(before + 20, LOSSES.length - 1));
      const fits = series.append(frame(first, examples.whole(1, 60)));
      assert.equal(fits, first <= before);
      assert.ok(series.length >= before);
      assert.deepEqual([...(series.column("loss") ?? [])], LOSSES.slice(0, series.length));
      assert.ok(series.wall.every((at, row) => at >= (series.wall[row - 1] ?? 0)));
      assert.equal(series.wall.length, series.length);
    }
  }));

test("an overview is shown in place of rows until all of them have arrived", () => {
  const series = new Series();
  series.takeOverview({ ...frame(0, 4), overview: 100 });
  series.append(frame(0, 60));
  assert.equal(series.overview?.rows, 100);
  series.append(frame(60, 40));
  assert.equal(series.overview, null);
});

test("a place in ascending values is found as one finds it by looking at all", () =>
  forExamples(500, (examples) => {
    const values = examples.list(30, () => examples.whole(0, 50)).toSorted((a, b) => a - b);
    const target = examples.whole(-5, 55);
    const at = values.findIndex((value) => value >= target);
    assert.equal(lowerBound(values, target), at < 0 ? values.length : at);
    const distances = values.map((value) => Math.abs(value - target));
    const found = nearest(values, target);
    if (values.length) assert.equal(distances[found], Math.min(...distances));
    else assert.equal(found, -1);
  }));
