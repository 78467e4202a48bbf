/** Which two columns of a table a map shows. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { axesOf, choose, commonAxes } from "../../static/js/views/plane-axes.js";

/** The part of a view's card that has its settings. @param {Record<string, string>} options the settings that were chosen */
const card = (options) => ({
  option: (/** @type {string} */ name, /** @type {string} */ byDefault) => options[name] ?? byDefault,
  setOption: (/** @type {string} */ name, /** @type {string} */ value) => {
    options[name] = value;
  },
});

test("a card shows the first two columns until others are chosen", () => {
  assert.deepEqual(axesOf(card({}), 4), { x: 0, y: 1 });
  assert.deepEqual(axesOf(card({ x: "3" }), 4), { x: 3, y: 1 });
  assert.deepEqual(axesOf(card({ x: "1", y: "0" }), 2), { x: 1, y: 0 });
});

test("a card shows the first two columns if its settings name a column that the table does not have, or one column twice", () => {
  /** @type {Record<string, string>[]} */
  const wrong = [{ x: "4" }, { y: "-1" }, { x: "1.5" }, { x: "name" }, { x: "1" }];
  for (const options of wrong) assert.deepEqual(axesOf(card(options), 4), { x: 0, y: 1 });
});

test("a column is chosen for an axis beside what is shown, also if the settings do not fit the table", () => {
  const shown = card({ x: "5" });
  choose(shown, 4, "y", 2);
  assert.deepEqual(axesOf(shown, 4), { x: 0, y: 2 });
  choose(shown, 4, "x", 3);
  choose(shown, 4, "y", 3);
  assert.deepEqual(axesOf(shown, 4), { x: 2, y: 3 });
  const alone = card({ x: "1" });
  choose(alone, 4, "y", 0);
  assert.deepEqual(axesOf(alone, 4), { x: 1, y: 0 });
});

test("maps of tables with the same columns share their axes, and those of others have none", () => {
  const facts = (/** @type {string[]} */ ...columns) => ({ x: 0, y: 1, columns, axes: [] });
  assert.deepEqual(commonAxes([facts("a", "b"), facts("a", "b")]), facts("a", "b"));
  assert.deepEqual(commonAxes([facts("a", "b"), facts("a", "c")]), facts());
  assert.deepEqual(commonAxes([facts("a", "b"), facts()]), facts());
});
