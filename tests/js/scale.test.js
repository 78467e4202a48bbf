/** Scales: what is placed is read again, and round numbers are above. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { DIGITS, LINEAR, LOG, roundAbove, Scale, STEPS } from "../../static/js/scale.js";
import { forExamples } from "./random.js";

/**
 * @param {number} one
 * @param {number} other
 */
const close = (one, other) =>
  assert.ok(Math.abs(one - other) <= 1e-9 * Math.max(1, Math.abs(other)), `${one} ${other}`);

test("the value at a place is placed there, on every scale", () =>
  forExamples(2000, (examples) => {
    const ends = [examples.logarithmic(1e-6, 1), examples.logarithmic(1.1, 1e6)];
    const places = examples.of([
      [0, 300],
      [200, 0],
      [-5, 1],
    ]);
    const scale = new Scale(examples.of([ends, ends.toReversed()]), places, examples.of([LINEAR, LOG]));
    const place = places[0] + (examples.whole(0, 1000) / 1000) * (places[1] - places[0]);
    close(scale.place(scale.value(place)), place);
    assert.ok(scale.holds(examples.logarithmic(ends[0], ends[1])));
    assert.ok(!scale.holds(2 * ends[1]));
  }));

test("the ends are at the ends, and one value alone is in the middle", () => {
  const scale = new Scale([0.01, 100], [0, 8], LOG);
  assert.deepEqual(
    [0.01, 1, 100].map((value) => scale.place(value)),
    [0, 4, 8],
  );
  assert.equal(new Scale([3, 3], [0, 1]).place(3), 0.5);
});

test("a logarithmic scale has no place for 0 and less", () => {
  const scale = new Scale([1, 10], [0, 100], LOG);
  for (const value of [0, -1]) {
    assert.ok(!Number.isFinite(scale.place(value)));
    assert.ok(!scale.holds(value));
  }
});

test("a scale of digits steps through the first digits of every power of ten, and back", () => {
  const scale = new Scale([1e-5, 10], [0, 54], DIGITS);
  const seen = Array.from({ length: 12 }, (_, i) => scale.value(scale.place(0.08) + 1 + i));
  assert.deepEqual(seen, [0.09, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 2]);
  for (const [i, value] of seen.entries()) close(scale.place(value), scale.place(0.08) + 1 + i);
});

for (const [low, high] of [
  [-5, 1],
  [-6, 0],
])
  test(`every whole place of a slider from 10^${low} to 10^${high} has a value of one digit`, () => {
    const places = STEPS * (high - low);
    const scale = new Scale([10 ** low, 10 ** high], [0, places], DIGITS);
    for (let place = 0; place <= places; place++) {
      const value = scale.value(place);
      assert.match(value.toExponential(), /^[1-9]e/);
      assert.equal(Math.round(scale.place(value)), place);
    }
  });

test("a round number is not below the length, and the one before it is", () =>
  forExamples(2000, (examples) => {
    const length = examples.logarithmic(1e-6, 1e9);
    const steps = examples.of([
      [1, 2, 5],
      [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8],
    ]);
    const round = roundAbove(length, steps);
    assert.ok(round >= length);
    const power = 10 ** Math.floor(Math.log10(round * (1 + 1e-12)));
    const step = round / power;
    const before = steps.findLast((one) => one < step - 1e-9) ?? (steps.at(-1) ?? NaN) / 10;
    assert.ok(before * power < length * (1 + 1e-9), `${before * power} ${length} ${round}`);
  }));
