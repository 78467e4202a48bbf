/** Ticks of logarithmic axes. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { logTicks, tickTexts } from "../../static/js/charts/log-ticks.js";
import { forExamples } from "./random.js";

/** @type {[low: number, high: number, room: number, texts: string][]} */
const CASES = [
  // a plot of 116 pixels, of 220 and of 670, with a tick for each 18
  [1e-7, 1, 116 / 18, "10⁻⁶ 10⁻⁴ 10⁻² 1"],
  [1e-7, 1, 220 / 18, "10⁻⁷ 10⁻⁶ 10⁻⁵ 10⁻⁴ 10⁻³ 10⁻² 10⁻¹ 1"],
  [1e-7, 1, 670 / 18, "10⁻⁷ 10⁻⁶ 10⁻⁵ 10⁻⁴ 10⁻³ 10⁻² 10⁻¹ 1"],
  [0.08, 3, 116 / 18, "0.1 0.2 0.5 1 2"],
  [0.08, 3, 670 / 18, "0.1 0.2 0.5 1 2"],
  [4.2, 8.5, 220 / 18, "5 6 7 8"],
  [1, 400, 20, "1 2 5 10 20 50 100 200"],
  [1.6e-6, 0.9, 111 / 27, "10⁻⁵ 10⁻³ 10⁻¹"],
  [1e-3, 1e32, 116 / 18, "1 10⁶ 10¹² 10¹⁸ 10²⁴ 10³⁰"],
  [2.3022, 2.3027, 10, "2.3022 2.3024 2.3026"],
  [0.1, 0.10001, 10, "0.1 0.100005 0.10001"],
  // all numbers of this axis have the same six digits
  [0.6250002, 0.6250004, 10, "0.625"],
];
for (const [low, high, room, texts] of CASES)
  test(`an axis from ${low} to ${high} with room for ${room.toFixed(1)} ticks`, () => {
    assert.equal(tickTexts(logTicks(low, high, room)).join(" "), texts);
  });

test("ticks do not overlap or leave the axis, are few, and have round values", () =>
  forExamples(2000, (examples) => {
    const low = examples.logarithmic(1e-12, 1e6);
    const high = low * examples.logarithmic(1.05, 1e30);
    const room = examples.logarithmic(2, 60);
    const ticks = logTicks(low, high, room);
    const place = (/** @type {number} */ value) => Math.log10(value / low) / Math.log10(high / low);
    assert.ok(ticks.length <= 10);
    assert.ok(ticks.every((tick) => tick >= low && tick <= high));
    for (const [i, tick] of ticks.entries()) {
      if (i) assert.ok(place(tick) - place(ticks[i - 1]) >= 1 / room - 1e-9);
      assert.match(tick.toExponential(), /^\d(\.\d{1,3})?e/);
    }
    // where there is room for them, there are enough to see the scale
    if (room >= 12) assert.ok(ticks.length >= 2, `${low} ${high} ${room} ${ticks}`);
  }));

test("also a short axis has enough ticks, and their texts differ", () =>
  forExamples(2000, (examples) => {
    const low = examples.logarithmic(1e-12, 1e6);
    const texts = tickTexts(logTicks(low, low * (1 + examples.logarithmic(1e-4, 0.05)), 12));
    assert.ok(texts.length >= 3, `${low} ${texts}`);
    assert.equal(new Set(texts).size, texts.length);
  }));

test("an axis without a length has no ticks", () => {
  for (const [low, high] of [
    [0, 1],
    [-1, 1],
    [2, 2],
    [1, Number.POSITIVE_INFINITY],
    [Number.NaN, 1],
  ])
    assert.deepEqual(logTicks(low, high, 10), []);
});
