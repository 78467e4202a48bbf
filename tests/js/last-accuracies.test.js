/** The last accuracies of a run: from its rows or from its run object, whichever is newer. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { lastAccuracies } from "../../static/js/runs/last-accuracies.js";
import { makeRun, putRows } from "./lab.js";

/** A run with a training row of this iteration, and the test accuracy of an earlier one. @param {number} last */
function runWithRows(last) {
  const run = makeRun({ iteration: 60, latest: { test_accuracy: 0.875 } });
  putRows(run.train, { iteration: [last] });
  putRows(run.evaluation, { iteration: [50], test_accuracy: [0.5] });
  return run;
}

test("a shown run has the accuracy of its rows, which come before its state", () =>
  assert.equal(lastAccuracies(runWithRows(61), true).test, 0.5));

test("a shown run whose rows are on their way has the accuracy of its state", () =>
  assert.equal(lastAccuracies(runWithRows(40), true).test, 0.875));

test("a hidden run has the accuracy of its state: its last training row may be here without its last accuracy", () =>
  assert.equal(lastAccuracies(runWithRows(60), false).test, 0.875));

test("a run without rows has the accuracy of its state", () =>
  assert.equal(lastAccuracies(makeRun({ latest: { test_accuracy: 0.875 } }), true).test, 0.875));
