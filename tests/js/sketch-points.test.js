/** The points of a sketch: how they follow the pen, and are thinned. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  isComplete,
  MAX_POINTS,
  thinned,
  valueAt,
  withEnds,
  withLine,
} from "../../static/js/lessons/sketch/points.js";
import { random } from "./random.js";
import { ascends, RISE } from "./sketched-curves.js";

/** @import { Points } from "../../static/js/lessons/sketch/points.js" */

/** The curve after the pen was moved through these points. @param {Points} pen @param {Points} curve what was drawn before */
function drawn(pen, curve = []) {
  return pen.reduce((now, point, i) => withLine(now, pen[Math.max(0, i - 1)], point), curve);
}

test("a sketch has values between its points, and beyond its ends the values of its ends", () => {
  assert.equal(valueAt(RISE, 0), 10);
  assert.equal(valueAt(RISE, 250), 35);
  assert.equal(valueAt(RISE, 1250), 75);
  assert.equal(
    valueAt(
      [
        [5, 1],
        [7, 2],
      ],
      100,
    ),
    2,
  );
  assert.equal(
    valueAt(
      [
        [5, 1],
        [7, 2],
      ],
      0,
    ),
    1,
  );
  assert.ok(Number.isNaN(valueAt([], 3)));
});

test("drawing over a stretch replaces it and leaves the rest", () => {
  const over = drawn(
    [
      [400, 20],
      [700, 20],
    ],
    RISE,
  );
  assert.deepEqual(over, [
    [0, 10],
    [399, valueAt(RISE, 399)],
    [400, 20],
    [700, 20],
    [701, valueAt(RISE, 701)],
    [2000, 90],
  ]);
  assert.equal(valueAt(over, 500), 20);
  for (let x = 0; x <= 2000; x++)
    if (x < 400 || x > 700) assert.ok(Math.abs(valueAt(over, x) - valueAt(RISE, x)) < 1e-9, `at ${x}`);
});

test("what is drawn beside a curve is joined with it", () => {
  const beside = drawn(
    [
      [2500, 70],
      [2600, 70],
    ],
    RISE,
  );
  assert.deepEqual(beside, [...RISE, [2500, 70], [2600, 70]]);
});

test("a pen that goes back to the left replaces what it has drawn", () => {
  const curve = drawn([
    [0, 0],
    [1000, 50],
    [600, 80],
  ]);
  assert.deepEqual(curve, [
    [0, 0],
    [599, 29.95],
    [600, 80],
    [1000, 50],
  ]);
  assert.deepEqual(
    drawn([
      [0, 0],
      [0, 40],
    ]),
    [[0, 40]],
  ); // the pen goes straight up: the newest value is used
});

test("whatever the pen does, the points ascend and are no more than the server accepts", () => {
  const next = random(3);
  for (let trial = 0; trial < 30; trial++) {
    /** @type {Points} */
    const places = Array.from({ length: 200 }, () => [Math.round(2000 * next()), 100 * next()]);
    const curve = thinned(drawn(places));
    assert.ok(ascends(curve));
    assert.ok(curve.length >= 2 && curve.length <= MAX_POINTS, `${curve.length} points`);
  }
});

test("a curve with fewer points stays as it is, and one with more keeps its ends and its corner", () => {
  assert.deepEqual(thinned(RISE), RISE);
  /** @type {Points} */
  const corner = Array.from({ length: 500 }, (_, i) => [i, i < 300 ? 10 : 10 + (i - 300) / 4]);
  const few = thinned(corner, 8);
  assert.equal(few.length, 8);
  assert.deepEqual([few[0], few.at(-1)], [corner[0], corner.at(-1)]);
  for (const [x, y] of corner) assert.ok(Math.abs(valueAt(few, x) - y) < 0.5);
});

test("a sketch is complete when it covers most of the iterations, and ends near the edges reach them", () => {
  assert.ok(isComplete(RISE, 2000));
  assert.ok(
    !isComplete(
      [
        [0, 10],
        [1000, 50],
      ],
      2000,
    ),
  );
  assert.ok(!isComplete([], 2000));
  assert.ok(!isComplete([[0, 10]], 2000));
  assert.deepEqual(
    withEnds(
      [
        [60, 12],
        [1950, 80],
      ],
      2000,
    ),
    [
      [0, 12],
      [60, 12],
      [1950, 80],
      [2000, 80],
    ],
  );
  assert.deepEqual(
    withEnds(
      [
        [400, 12],
        [1200, 80],
      ],
      2000,
    ),
    [
      [400, 12],
      [1200, 80],
    ],
  );
  assert.deepEqual(withEnds([], 2000), []);
});
