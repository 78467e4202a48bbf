/** The numbers of a confusion matrix: colours of cells, the cell in the address, and moves by keys. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  cellAfter,
  nameEvery,
  readCell,
  rowShares,
  writeCell,
} from "../../static/js/views/confusion-table.js";

test("a cell's colour is its share of the images of its class, also where a class has none", () => {
  assert.deepEqual([...rowShares([3, 1, 0, 0], 2)], [0.75, 0.25, 0, 0]);
});

test("a cell that is written to the address is read back; others are none", () => {
  const cell = { truth: 8, predicted: 3 };
  assert.deepEqual(readCell(writeCell(cell), 10), cell);
  for (const text of ["", "8-", "10-3", "3-10", "-1-3", "8-3-1", "worst"])
    assert.equal(readCell(text, 10), null);
});

test("arrow keys move within the matrix, and other keys do not", () => {
  const corner = { truth: 0, predicted: 9 };
  assert.deepEqual(cellAfter(corner, "ArrowUp", 10), corner);
  assert.deepEqual(cellAfter(corner, "ArrowRight", 10), corner);
  assert.deepEqual(cellAfter(corner, "ArrowDown", 10), { truth: 1, predicted: 9 });
  assert.deepEqual(cellAfter(corner, "Home", 10), { truth: 0, predicted: 0 });
  assert.equal(cellAfter(corner, "constructor", 10), null);
});

test("where classes are narrow, not every name is written", () => {
  assert.equal(nameEvery(14, 12), 1);
  assert.equal(nameEvery(3, 12), 4);
});
