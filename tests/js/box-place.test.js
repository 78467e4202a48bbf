/** Where the hover box goes. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { boxPlace } from "../../static/js/charts/box-place.js";
import { forExamples } from "./random.js";

const ROOM = { width: 1280, height: 800 };

test("the box is below or above the plot that it explains, never on it", () => {
  const box = { width: 390, height: 270 };
  assert.deepEqual(boxPlace(box, { left: 600, top: 300 }, { top: 130, bottom: 410 }, ROOM), {
    left: 405,
    top: 416,
  });
  assert.deepEqual(boxPlace(box, { left: 600, top: 600 }, { top: 460, bottom: 740 }, ROOM), {
    left: 405,
    top: 184,
  });
});

test("in a plot that fills the window it is beside the mouse, and at any place within the window", () =>
  forExamples(300, (examples) => {
    const some = (/** @type {number} */ most) => examples.of([...Array(most).keys()]);
    const box = { width: 50 + some(400), height: 20 + some(400) };
    const mouse = { left: some(ROOM.width), top: some(ROOM.height) };
    const whole = boxPlace(box, mouse, { top: 0, bottom: ROOM.height }, ROOM);
    const isBeside = whole.left >= mouse.left || whole.left + box.width <= mouse.left;
    const isNarrow = mouse.left < box.width + 20 && mouse.left + box.width + 20 > ROOM.width;
    assert.ok(isBeside || isNarrow);
    const top = some(400);
    for (const { left, top: at } of [whole, boxPlace(box, mouse, { top, bottom: top + 300 }, ROOM)]) {
      assert.ok(left >= 4 && left + box.width <= ROOM.width - 4);
      assert.ok(at >= 4 && at + box.height <= ROOM.height - 4);
    }
  }));
