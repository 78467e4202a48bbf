/** The pen with which digits are drawn, its strokes, and what can be undone while it is down. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { drawnPixels } from "../../static/js/views/digit-pixels.js";
import { Drawing } from "../../static/js/views/drawing.js";
import { goOn, onPen } from "../../static/js/views/pen.js";

/** @import { Place } from "../../static/js/views/digit-pixels.js" */

/** A canvas of 100 × 100 pixels, as far as a pen needs one. */
class Pad extends EventTarget {
  #captured = new Set();

  focus() {}

  getBoundingClientRect() {
    return { left: 0, top: 0, width: 100, height: 100 };
  }

  /** @param {number} id */
  setPointerCapture(id) {
    this.#captured.add(id);
  }

  /** @param {number} id */
  hasPointerCapture(id) {
    return this.#captured.has(id);
  }

  /** What a finger does. @param {string} type @param {number} pointerId @param {number} clientX @param {number} clientY */
  send(type, pointerId, clientX, clientY) {
    this.dispatchEvent(Object.assign(new Event(type), { pointerId, clientX, clientY, button: 0 }));
    if (type === "pointerup") this.#captured.delete(pointerId);
  }
}

test("while a finger draws, another one neither begins a stroke nor bends it, and afterwards it draws", () => {
  const pad = new Pad();
  /** @type {[x: number, isFirst: boolean][]} */
  const touched = [];
  onPen(/** @type {any} */ (pad), ([x], isFirst) => touched.push([x, isFirst]));
  pad.send("pointermove", 1, 5, 5); // it is not down
  pad.send("pointerdown", 1, 10, 10);
  pad.send("pointerdown", 2, 90, 90);
  pad.send("pointermove", 2, 80, 80);
  pad.send("pointermove", 1, 20, 20);
  pad.send("pointerup", 2, 80, 80);
  pad.send("pointermove", 1, 30, 30);
  pad.send("pointerup", 1, 30, 30);
  pad.send("pointermove", 1, 40, 40);
  pad.send("pointerdown", 2, 50, 50);
  assert.deepEqual(touched, [
    [0.1, true],
    [0.2, false],
    [0.3, false],
    [0.5, true],
  ]);
});

test("however long one draws, a drawing has few places, and each is away from the one before", () => {
  /** @type {Place[][]} */
  const strokes = [[[0, 0.5]], [[0, 0]]];
  for (let i = 1; i <= 60_000; i++) goOn(strokes, [0.5 + 0.4 * Math.cos(i / 500), (i % 2000) / 2000]);
  assert.equal(strokes[0].length, 1);
  assert.ok(strokes[1].length > 1000 && strokes[1].length <= 4000, String(strokes[1].length));
  for (let i = 1; i < strokes[1].length; i++) {
    const [[ax, ay], [bx, by]] = [strokes[1][i - 1], strokes[1][i]];
    assert.ok(Math.hypot(bx - ax, by - ay) >= 0.004);
  }
  const long = Array.from({ length: 200_000 }, () => /** @type {Place} */ ([0.5, 0.5]));
  assert.deepEqual(drawnPixels([long.slice(0, 1)], 1, 1), drawnPixels([long], 1, 1)); // more than a call takes as arguments
});

test("a stroke that is undone or cleared while the pen is down does not go on in an earlier one", () => {
  const drawing = new Drawing();
  drawing.begin([0.1, 0.1]);
  drawing.extend([0.1, 0.9]);
  drawing.begin([0.5, 0.5]);
  drawing.undo();
  drawing.extend([0.9, 0.9]);
  assert.deepEqual(drawing.strokes, [
    [
      [0.1, 0.1],
      [0.1, 0.9],
    ],
  ]);
  drawing.begin([0.5, 0.5]);
  drawing.extend([0.6, 0.6]);
  assert.equal(drawing.strokes[1].length, 2);
});

test("an erasing that is undone while the eraser is down does not go on without a step of its own", () => {
  const drawing = new Drawing();
  const image = (/** @type {number} */ level) => ({
    ...{ dataset: "digits", number: 7 },
    pixels: Uint8Array.of(level),
  });
  drawing.show(image(9));
  drawing.show(image(5)); // the eraser is pressed
  drawing.show(image(4), false);
  drawing.undo();
  drawing.show(image(3), false);
  assert.deepEqual([...(drawing.image?.pixels ?? [])], [9]);
  drawing.show(image(5));
  drawing.show(image(2), false);
  assert.deepEqual([...(drawing.image?.pixels ?? [])], [2]);
});
