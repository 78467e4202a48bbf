/** What is typed into a field means one value, or several that make several runs. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { alternatives, isSweep, typed } from "../../static/js/form/values.js";

/** @import { TypedField } from "../../static/js/form/values.js" */

const RATE = { kind: "number", scale: "log" };
const SHARE = { kind: "number", scale: "linear" };
const BATCH = { kind: "integer", scale: "log" };
const SEED = { kind: "integer", scale: "linear" };
const UNITS = { kind: "integers", scale: "linear" };

/** @type {[text: string, field: TypedField, values: number[]][]} */
const MEANINGS = [
  ["0.001..1", RATE, [0.001, 0.01, 0.1, 1]],
  ["0.01..1:5", RATE, [0.01, 0.0316, 0.1, 0.316, 1]],
  ["16..64", BATCH, [16, 32, 64]],
  ["1024..4096", RATE, [1024, 2048, 4096]],
  ["0.999..0.9999", RATE, [0.999, 0.9999]],
  ["0..12345", SHARE, [0, 3090, 6170, 9260, 12345]],
  ["3..6", SEED, [3, 4, 5, 6]],
  ["0..0.4:3", SHARE, [0, 0.2, 0.4]],
  ["1,000, 2,000", BATCH, [1000, 2000]],
  ["5,10", UNITS, [5, 10]],
  ["32,128", BATCH, [32, 128]],
  ["100,200", BATCH, [100, 200]],
  ["1,000", BATCH, [1000]],
  ["2,500", BATCH, [2500]],
];
for (const [text, field, values] of MEANINGS)
  test(`a range or a list means these values: ${text}`, () =>
    assert.deepEqual(alternatives(typed(text, field)), values));

test("of more values than can be launched some are kept, and all are counted", () => {
  const several = typed("0..499:500", SEED);
  assert.ok(isSweep(several));
  const { values, count } = several;
  assert.equal(count, 500);
  assert.ok(values.length > 100 && values.length < 500);
});
