/** A moment: how the address has it, and which iteration of a run it means. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { iterationAt, moved, newestOf, readMoment, writeMoment } from "../../static/js/state/moment.js";

const RUN = { newest: 100, trains: false, evaluated: [10, 30, 90] };

test("a moment is written in the address and read from it", () => {
  for (const moment of [
    { run: 12, iteration: 500 },
    { run: 1, iteration: 0 },
    { run: 3, iteration: null },
  ])
    assert.deepEqual(readMoment(writeMoment(moment)), moment);
  assert.equal(writeMoment({ run: 3, iteration: null }), "3@live");
  assert.equal(writeMoment(null), "");
});

test("an address without a moment, or with a wrong one, has none", () => {
  for (const text of ["", "12", "12@", "@5", "12@-1", "12@1.5", "a@5", "12@now", "12@5@6", " 12@5", "1e3@5"])
    assert.equal(readMoment(text), null, text);
});

test("an iteration after the newest one is the newest one, and a live moment always is", () => {
  assert.equal(iterationAt({ run: 1, iteration: 500 }, 100), 100);
  assert.equal(iterationAt({ run: 1, iteration: 5 }, 100), 5);
  assert.equal(iterationAt({ run: 1, iteration: null }, 100), 100);
});

test("the newest iteration is the one of the last row where that is newer than the server's last word", () => {
  const rows = /** @type {any} */ ({ length: 7, last: () => 7 });
  assert.equal(newestOf({ iteration: 5, train: rows }), 7);
  assert.equal(newestOf({ iteration: 9, train: rows }), 9);
  assert.equal(newestOf({ iteration: 9, train: /** @type {any} */ ({ length: 0 }) }), 9);
});

test("arrow keys move a moment by one iteration, from the start to the newest one", () => {
  /** @param {number} iteration @param {string} key */
  const after = (iteration, key) => moved({ run: 1, iteration }, { key }, RUN)?.iteration;
  assert.equal(after(50, "ArrowLeft"), 49);
  assert.equal(after(50, "ArrowRight"), 51);
  assert.equal(after(0, "ArrowLeft"), 0);
  assert.equal(after(100, "ArrowRight"), 100);
  assert.equal(after(50, "Home"), 0);
  assert.equal(after(50, "End"), 100);
  assert.equal(moved({ run: 1, iteration: 5 }, { key: "x" }, RUN), null);
});

test("with Shift, they move it to the next evaluation, or to the end of the curve", () => {
  /** @param {number} iteration @param {string} key @param {ArrayLike<number>} evaluated */
  const after = (iteration, key, evaluated = RUN.evaluated) =>
    moved({ run: 1, iteration }, { key, shiftKey: true }, { ...RUN, evaluated })?.iteration;
  assert.equal(after(30, "ArrowLeft"), 10);
  assert.equal(after(31, "ArrowLeft"), 30);
  assert.equal(after(10, "ArrowLeft"), 0);
  assert.equal(after(30, "ArrowRight"), 90);
  assert.equal(after(29, "ArrowRight"), 30);
  assert.equal(after(90, "ArrowRight"), 100);
  assert.equal(after(50, "ArrowLeft", []), 40);
  assert.equal(after(95, "ArrowRight", []), 100);
});

test("End follows the newest iteration of a run that trains, and an arrow key leaves it there", () => {
  const run = { ...RUN, trains: true };
  const live = moved({ run: 1, iteration: 50 }, { key: "End" }, run);
  assert.deepEqual(live, { run: 1, iteration: null });
  assert.deepEqual(moved({ run: 1, iteration: null }, { key: "ArrowRight" }, run), live);
  assert.deepEqual(moved({ run: 1, iteration: null }, { key: "ArrowLeft" }, run), { run: 1, iteration: 99 });
});
