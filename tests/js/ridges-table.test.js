/** The numbers of the card of histograms: its past moments, the range of its axis, and the heights of its bins. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { heights, pastMoments, rangeOf } from "../../static/js/views/ridges-table.js";

test("past moments are the start and a few before the moment, and stay the same while a run goes on", () => {
  assert.deepEqual(pastMoments(0), []);
  assert.deepEqual(pastMoments(1), [0]);
  assert.deepEqual(pastMoments(40), [0, 1, 3, 10]);
  assert.deepEqual(pastMoments(2000), [0, 10, 30, 100, 300, 1000]);
  assert.deepEqual(pastMoments(2001), pastMoments(2000));
});

test("the axis holds nearly all numbers of every moment, and few far ones do not stretch it", () => {
  const counts = [1, 0, 500, 500, 0, 1];
  const found = rangeOf([{ counts, edges: [-3, -2, -1, 0, 1, 2, 3] }]);
  assert.ok(found && found.low > -1.1 && found.low <= -1 && found.high >= 1 && found.high < 1.1);
  assert.equal(rangeOf([{ counts: [0, 0], edges: [-0.5, 0, 0.5] }]), null);
});

test("numbers that are all equal take no room on the axis of others", () => {
  const equal = { counts: [0, 0, 7, 0], edges: [-0.5, -0.25, 0, 0.25, 0.5] };
  const small = { counts: [3, 3], edges: [-1e-4, 0, 1e-4] };
  const found = rangeOf([equal, small]);
  assert.ok(found && found.high < 2e-4);
});

test("a ridge is as high as the root of its counts, the highest bin has 1", () => {
  assert.deepEqual(heights({ counts: [1, 4, 0], edges: [0, 1, 2, 3] }), [0.5, 1, 0]);
  assert.deepEqual(heights({ counts: [0], edges: [0, 1] }), [0]);
});
