/** A drawing: the sketches of a question, with what can be undone. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Drawing } from "../../static/js/lessons/sketch/drawing.js";
import { RISE } from "./sketched-curves.js";

/** @import { Points } from "../../static/js/lessons/sketch/points.js" */

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

test("a stroke that is undone while the pen is down does not go on in what was drawn before", () => {
  const drawing = new Drawing(["SGD"], 2000);
  drawing.curves = { SGD: RISE };
  drawing.begin();
  drawing.line("SGD", [0, 90], [1000, 90]);
  drawing.undo();
  drawing.line("SGD", [1000, 90], [2000, 90]);
  drawing.end("SGD");
  assert.deepEqual([drawing.curves, drawing.canUndo], [{ SGD: RISE }, false]);
});
