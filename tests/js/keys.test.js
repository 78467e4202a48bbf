/** Keys: arrows go from one thing to the next, but with a modifier they are the browser's. */

import assert from "node:assert/strict";
import { test } from "node:test";

Object.assign(globalThis, { addEventListener: () => {} });
const { arrowStep, arrowStepAcross } = await import("../../static/js/page/keys.js");

test("arrow keys are steps, and with Ctrl, Alt or ⌘ they stay with the browser, which goes back at Alt+←", () => {
  const steps = (/** @type {object} */ modifiers) =>
    ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Enter"].map((key) => {
      const event = /** @type {KeyboardEvent} */ ({
        key,
        ctrlKey: false,
        metaKey: false,
        altKey: false,
        ...modifiers,
      });
      return [arrowStep(event), arrowStepAcross(event)];
    });
  const arrows = [
    [-1, null],
    [1, null],
    [null, -1],
    [null, 1],
    [null, null],
  ];
  assert.deepEqual(steps({}), arrows);
  assert.deepEqual(steps({ shiftKey: true }), arrows);
  for (const modifier of ["ctrlKey", "metaKey", "altKey"])
    assert.deepEqual(
      steps({ [modifier]: true }),
      arrows.map(() => [null, null]),
    );
});
