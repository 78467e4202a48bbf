/** Which blocks of the form a lesson locks. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { isOf, lockedIn } from "../../static/js/lessons/locked-fields.js";

test("a locked field is its block in the form, those of its settings, and no other", () => {
  assert.ok(isOf("optimizer.name", "optimizer.name"));
  assert.ok(isOf("network.initializer.std", "network.initializer"));
  assert.ok(isOf("optimizer.learning_rate", "optimizer"));
  assert.ok(!isOf("optimizer.learning_rate", "optimizer.name"));
  assert.ok(!isOf("network.activation", "network.preset"));
  assert.ok(!isOf("dataset.train_size", "dataset.train"));
});

test("some fields have a block of another name", () => {
  assert.ok(isOf("dataset", "dataset.name"));
  assert.ok(isOf("network", "network.hidden"));
  assert.ok(isOf("training.epochs", "training.length") && isOf("training.iterations", "training.length"));
});

test("a lesson locks fields until it is launched for the first time", () => {
  const play = { locked: ["optimizer.name"], hidden: [] };
  assert.equal(lockedIn({ play, newest: null }), play);
  assert.equal(lockedIn({ play, newest: {} }), null);
  assert.equal(lockedIn({ play: { locked: [], hidden: [] }, newest: null }), null);
  assert.equal(lockedIn({ play: null, newest: null }), null);
});
