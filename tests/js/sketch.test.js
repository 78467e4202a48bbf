import assert from "node:assert/strict";
import { test } from "node:test";
import { Drawing } from "../../static/js/lessons/sketch/drawing.js";
import { HANDLES, handlePlaces, moveOf, withHandleMoved } from "../../static/js/lessons/sketch/handles.js";
import { labelPlaces } from "../../static/js/lessons/sketch/labels.js";
import {
  isComplete,
  MAX_POINTS,
  meanDistance,
  thinned,
  valueAt,
  withEnds,
  withLine,
} from "../../static/js/lessons/sketch/points.js";
import { random } from "./random.js";

/** @import { Points } from "../../static/js/lessons/sketch/points.js" */

/** @type {Points} */
const RISE = [
  [0, 10],
  [500, 60],
  [2000, 90],
];
const FIELD = { iterations: 2000, level: 10, high: 100 };

/** The curve after the pen went through places. @param {Points} places @param {Points} points */
function drawn(places, points = []) {
  return places.reduce((curve, place, i) => withLine(curve, places[Math.max(0, i - 1)], place), points);
}

/** @param {Points} points */
const ascends = (points) => points.every(([x], i) => i === 0 || x > points[i - 1][0]);

test("a sketch has the values between its points, and beyond its ends those at the ends", () => {
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
    [400, 20],
    [700, 20],
    [2000, 90],
  ]);
  assert.equal(valueAt(over, 500), 20);
});

test("a pen that goes back to the left replaces what it has drawn", () => {
  const there = drawn([
    [0, 0],
    [1000, 50],
    [600, 80],
  ]);
  assert.deepEqual(there, [
    [0, 0],
    [600, 80],
    [1000, 50],
  ]);
  assert.deepEqual(
    drawn([
      [0, 0],
      [0, 40],
    ]),
    [[0, 40]],
  ); // straight up: the newest value counts
});

test("whatever the pen does, the points ascend and are as many as the server takes", () => {
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
  assert.ok(meanDistance(few, corner) < 0.05);
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

test("the distance of a sketch from what came is the mean over the measured iterations that it covers", () => {
  assert.equal(
    meanDistance(
      [
        [0, 0],
        [100, 100],
      ],
      [
        [0, 10],
        [50, 40],
        [100, 100],
      ],
    ),
    20 / 3,
  );
  assert.equal(
    meanDistance(
      [
        [0, 0],
        [50, 50],
      ],
      [
        [0, 5],
        [50, 55],
        [60, 0],
        [100, 0],
      ],
    ),
    5,
  );
  assert.equal(
    meanDistance(
      [
        [0, 0],
        [100, 0],
      ],
      [
        [0, 5],
        [50, NaN],
        [100, 5],
      ],
    ),
    5,
  );
  assert.ok(
    Number.isNaN(
      meanDistance(
        [
          [0, 0],
          [10, 0],
        ],
        [[50, 5]],
      ),
    ),
  );
});

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
  assert.deepEqual(withHandleMoved([], 2, 30, FIELD), [
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
  const moved = withHandleMoved(byHand, 1, 20, FIELD);
  assert.ok(ascends(moved));
  assert.equal(valueAt(moved, 0), 10);
  assert.equal(valueAt(moved, 500), 80);
  assert.equal(valueAt(moved, 400), 66);
  for (const x of [1000, 1100, 1500, 2000])
    assert.ok(Math.abs(valueAt(moved, x) - valueAt(byHand, x)) < 1e-3);
});

test("a handle stays between 0 and the highest value", () => {
  const top = withHandleMoved(RISE, 4, 50, FIELD);
  assert.equal(valueAt(top, 2000), 100);
  assert.equal(valueAt(withHandleMoved(RISE, 0, -50, FIELD), 0), 0);
});

test("names stand beside their curve, apart from the other one, and in the chart", () => {
  const room = { width: 500, height: 300, line: 16 };
  const level = (/** @type {number} */ y) => [
    { x: -2000, y },
    { x: 500, y },
  ];
  const [high, low] = labelPlaces(
    [100, 110].map((y) => ({ places: level(y), width: 120 })),
    room,
  );
  assert.ok(high && low);
  assert.ok(high.y + 16 < 100 && low.y > 110, "one above both, one below both");
  for (const y of [2, 299]) {
    const [name] = labelPlaces([{ places: level(y), width: 120 }], room);
    assert.ok(name && name.y >= 0 && name.y + 16 <= 300 && name.x >= 60 && name.x <= 440);
  }
  assert.deepEqual(labelPlaces([{ places: [], width: 10 }], room), [null]);
  assert.deepEqual(
    labelPlaces(
      [
        {
          places: [
            { x: -9, y: 1 },
            { x: -1, y: 1 },
          ],
          width: 10,
        },
      ],
      room,
    ),
    [null],
  );
});

test("a stroke and a clearing can be undone one by one, and the steps of one handle together", () => {
  const drawing = new Drawing(["sigmoid", "ReLU"], 2000);
  assert.deepEqual([drawing.missing, drawing.canUndo, drawing.isEmpty], [["sigmoid", "ReLU"], false, true]);
  const stroke = (/** @type {string} */ run, /** @type {Points} */ places) => {
    drawing.begin();
    for (const [i, place] of places.entries()) drawing.line(run, places[Math.max(0, i - 1)], place);
    drawing.end(run);
  };
  stroke("sigmoid", RISE);
  stroke("ReLU", [[300, 40]]);
  assert.deepEqual(drawing.curves, { sigmoid: RISE }); // one point is no curve
  for (const by of [1, 1, 10]) drawing.moveHandle("ReLU", 4, by, { level: 10, high: 100 });
  assert.equal(drawing.value("ReLU", 2000, 10), 22);
  assert.deepEqual(drawing.missing, []);
  drawing.undo();
  assert.deepEqual(drawing.missing, ["ReLU"]);
  assert.equal(drawing.value("ReLU", 2000, 10), 10);
  drawing.clear("sigmoid");
  assert.ok(drawing.isEmpty);
  drawing.undo();
  assert.deepEqual(drawing.curves, { sigmoid: RISE });
  for (let i = 0; i < 80; i++) drawing.moveHandle("ReLU", i % 5, 1, { level: 10, high: 100 });
  let steps = 0;
  for (; drawing.canUndo; steps++) drawing.undo();
  assert.equal(steps, 50); // the memory is bounded
  drawing.curves = { ReLU: RISE, other: RISE };
  assert.deepEqual([drawing.curves, drawing.canUndo], [{ ReLU: RISE }, false]);
});
