/** What x can be: iterations, epochs, time from the start, time of day. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { AXES, axisOf, clockTicks, elapsed, room, xText } from "../../static/js/charts/axes.js";
import { quantity } from "../../static/js/charts/quantities.js";
import { toCsv } from "../../static/js/charts/save.js";
import { TraceMaker } from "../../static/js/charts/traces.js";
import { speakAs } from "./catalog.js";
import { makeRun, putRows } from "./lab.js";
import { forExamples } from "./random.js";

/** @import { Run } from "../../static/js/types.js" */

speakAs("en");

/** A run of 40 iterations in two frames: 20 in the first second, and 20 in two more, after a pause of an hour. */
function makeTimed() {
  const run = makeRun({ started_at: 1000, finished_at: 4603, iteration: 40, iterations: 40 });
  const rows = (/** @type {number} */ from) => Array.from({ length: 20 }, (_, i) => from + i + 1);
  putRows(run.train, { iteration: rows(0), loss: rows(0) }, [[20, 1001, 1]]);
  putRows(run.train, { iteration: rows(20), loss: rows(20) }, [[40, 4603, 3]]);
  return run;
}

/**
 * The x of each row on an axis.
 * @param {string} name
 * @param {Run} run
 */
const placesOf = (name, run) => {
  const { x: along } = AXES[name];
  assert.ok(along);
  const x = along(run)(run.train);
  return Array.from({ length: run.train.length }, (_, row) => x(row));
};

test("epochs are iterations divided by the batches of an epoch", () => {
  const run = makeTimed();
  assert.deepEqual(
    placesOf("epoch", run),
    Array.from({ length: 40 }, (_, i) => (i + 1) / 15),
  );
  assert.equal(AXES.epoch.end(run), 40 / 15);
});

test("time from the start counts training only and ends with the run, time of day counts all", () => {
  const run = makeTimed();
  const relative = placesOf("relative", run);
  assert.ok(relative.every((x, i) => x >= (relative[i - 1] ?? 0)));
  assert.equal(relative.at(-1), 3);
  assert.ok(Math.abs(relative[19] - 1) < 1e-9);
  const wall = placesOf("wall", run);
  assert.ok(wall.every((x, i) => x >= (wall[i - 1] ?? run.started_at)));
  assert.equal(wall.at(-1), 4603);
});

test("an unknown axis means iterations", () => {
  for (const name of ["constructor", "", "loss"]) assert.equal(axisOf(name), AXES.iteration);
});

test("the end of an axis is not before its curves, and not far after them", () =>
  forExamples(1000, (examples) => {
    const length = examples.logarithmic(1e-3, 1e7);
    assert.ok(room(length) >= length);
    assert.ok(room(length) <= 1.34 * length);
    assert.equal(room(room(length)), room(length));
  }));

test("ticks of the clock are few, within the axis, and at equal distances", () =>
  forExamples(500, (examples) => {
    const from = examples.whole(1.7e9, 1.8e9);
    const to = from + examples.logarithmic(10, 2e6);
    const { values, texts } = clockTicks(from, to);
    assert.equal(texts.length, values.length);
    assert.ok(values.length <= 8);
    assert.ok(values.every((value) => value >= from && value <= to));
    assert.ok(new Set(values.slice(1).map((value, i) => value - values[i])).size <= 1);
  }));

test("where the time of day passes midnight, its ticks name the days", () => {
  const afternoon = new Date(2026, 2, 3, 15).getTime() / 1000;
  const texts = (/** @type {number} */ hours) => clockTicks(afternoon, afternoon + 3600 * hours).texts;
  assert.deepEqual(texts(5), ["15:00", "16:00", "17:00", "18:00", "19:00", "20:00"]);
  assert.deepEqual(texts(12), ["16:00", "18:00", "20:00", "22:00", "Mar 4", "02:00"]);
  assert.deepEqual(texts(48), ["Mar 4", "12:00", "Mar 5", "12:00"]);
  assert.deepEqual(texts(5 * 24), ["Mar 4", "Mar 5", "Mar 6", "Mar 7", "Mar 8"]);
  speakAs("ja");
  assert.deepEqual(texts(48), ["3月4日", "12:00", "3月5日", "12:00"]);
  speakAs("en");
});

test("a time of day is written with its day if that is not today", () => {
  assert.match(xText("wall", Date.now() / 1000), /^\d\d:\d\d:\d\d$/);
  assert.equal(xText("wall", new Date(2021, 2, 3, 15).getTime() / 1000), "Mar 3, 15:00:00");
});

test("a duration is written as people say it", () => {
  assert.deepEqual([0.41, 12.34, 125, 3725].map(elapsed), ["0.41 s", "12.3 s", "2:05", "1:02:05"]);
});

test("saved rows name their iterations on every axis", () => {
  const run = makeTimed();
  for (const axis of Object.keys(AXES)) {
    const traces = new TraceMaker().traces([run], quantity("loss"), {
      bands: null,
      strokes: null,
      allMarks: false,
      axis,
      across: { from: 0, to: 40, log: false },
      smoothing: 0,
      range: null,
      dark: false,
      bold: 1,
      partNames: {},
      names: new Map(),
    });
    const rows = toCsv(traces, null).trim().split("\r\n").slice(1);
    assert.deepEqual(
      rows.map((row) => Number(row.split(",")[3])),
      Array.from({ length: 40 }, (_, i) => i + 1),
    );
  }
});
