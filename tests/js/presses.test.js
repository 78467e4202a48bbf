/** Whether a press of a button counts. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { isInside } from "../../static/js/page/presses.js";

test("a press at the edge of a button counts, though the place of a click has no fractions", () => {
  const edges = { left: 10.4, right: 110.4, top: 682.17, bottom: 720.17 };
  const isIn = (/** @type {number} */ clientX, /** @type {number} */ clientY) =>
    isInside(edges, { clientX, clientY });
  assert.deepEqual([isIn(60, 682), isIn(60, 721), isIn(10, 700), isIn(111, 700)], [true, true, true, true]);
  assert.deepEqual(
    [isIn(60, 681), isIn(60, 722), isIn(9, 700), isIn(112, 700)],
    [false, false, false, false],
  );
});
