/** The handles of a sketch, which keys move: a sketch can be drawn without a pen. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { HANDLES, handlePlaces, moveOf, withHandleMoved } from "../../static/js/lessons/sketch/handles.js";
import { valueAt } from "../../static/js/lessons/sketch/points.js";
import { ascends, RISE } from "./sketched-curves.js";

/** @import { Points } from "../../static/js/lessons/sketch/points.js" */

/** The chart: its last iteration, the level of a curve that was not drawn yet, and the highest value. */
const CHART = { iterations: 2000, level: 10, high: 100 };

test("there are five handles from the first to the last iteration", () => {
  assert.deepEqual(handlePlaces(2000), [0, 500, 1000, 1500, 2000]);
  assert.deepEqual(handlePlaces(30), [0, 8, 15, 23, 30]);
});

test("left and right go between handles and stop at the ends, up and down move one", () => {
  assert.deepEqual(moveOf(0, { key: "ArrowRight" }), { handle: 1, by: 0 });
  assert.deepEqual(moveOf(0, { key: "ArrowLeft" }), { handle: 0, by: 0 });
  assert.deepEqual(moveOf(HANDLES - 1, { key: "ArrowRight" }), { handle: HANDLES - 1, by: 0 });
  assert.deepEqual(moveOf(2, { key: "Home" }), { handle: 0, by: 0 });
  assert.deepEqual(moveOf(2, { key: "End" }), { handle: 4, by: 0 });
  assert.deepEqual(moveOf(2, { key: "ArrowUp" }), { handle: 2, by: 1 });
  assert.deepEqual(moveOf(2, { key: "ArrowDown", shiftKey: true }), { handle: 2, by: -10 });
  assert.deepEqual(moveOf(2, { key: "PageUp", shiftKey: true }), { handle: 2, by: 10 });
  for (const key of ["Enter", "a", "Tab", "toString"]) assert.equal(moveOf(2, { key }), null);
});

test("the first key on a handle draws a level line with the handle moved", () => {
  assert.deepEqual(withHandleMoved([], 2, 30, CHART), [
    [0, 10],
    [500, 10],
    [1000, 40],
    [1500, 10],
    [2000, 10],
  ]);
});

test("a handle bends what was drawn by hand around it, and its neighbours stay", () => {
  /** @type {Points} */
  const byHand = [
    [0, 10],
    [400, 50],
    [500, 60],
    [700, 64],
    [1100, 70],
    [2000, 90],
  ];
  const moved = withHandleMoved(byHand, 1, 20, CHART);
  assert.ok(ascends(moved));
  assert.equal(valueAt(moved, 0), 10);
  assert.equal(valueAt(moved, 500), 80);
  assert.equal(valueAt(moved, 400), 66);
  for (const x of [1000, 1100, 1500, 2000])
    assert.ok(Math.abs(valueAt(moved, x) - valueAt(byHand, x)) < 1e-3);
});

test("a handle stays between 0 and the highest value", () => {
  const top = withHandleMoved(RISE, 4, 50, CHART);
  assert.equal(valueAt(top, 2000), 100);
  assert.equal(valueAt(withHandleMoved(RISE, 0, -50, CHART), 0), 0);
});
