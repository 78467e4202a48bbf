/** What a fork can change, and how the server is told. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { forkChanges, forkSeed, hasDropout, isFixed } from "../../static/js/form/fork-changes.js";

const CONFIG = {
  dataset: { name: "mnist" },
  network: { layers: [{ type: "dense", units: 10 }] },
  optimizer: { name: "adam", learning_rate: 0.001 },
  regularization: { l1: 0, l2: 0.01 },
  training: { iterations: 100, schedule: null },
  seed: 7,
  dtype: "float32",
};

test("a fork sends what may change as a whole, also what is off, and nothing of what is fixed", () => {
  const { optimizer, regularization, training, network } = CONFIG;
  assert.deepEqual(forkChanges(CONFIG, false), { optimizer, regularization, training });
  assert.deepEqual(forkChanges(CONFIG, true).network, network); // a dropout rate of 0 is a change too
});

test("a dropout rate is found inside residual blocks too", () => {
  assert.ok(hasDropout([{ type: "dropout", rate: 0.5 }]));
  assert.ok(
    hasDropout([{ type: "residual", layers: [{ type: "residual", layers: [{ type: "dropout" }] }] }]),
  );
  assert.ok(!hasDropout([{ type: "residual", layers: [{ type: "dense", units: 3 }] }]));
});

test("another seed than the run's is the seed from the fork on; the same seed goes on as the run would", () => {
  assert.equal(forkSeed(CONFIG, 7), null);
  assert.equal(forkSeed(CONFIG, 8), 7);
  assert.equal(forkSeed({ ...CONFIG, seed: 0 }, 8), 0);
});

test("data, network and number type are fixed; optimizer, penalties, training, seed and name are not", () => {
  const fixed = [
    "dataset",
    "dataset.name",
    "network",
    "network.layers.3.rate",
    "network.initializer.name",
    "dtype",
  ];
  assert.deepEqual(
    fixed.filter((path) => !isFixed(path)),
    [],
  );
  const free = ["optimizer.name", "regularization", "training.batch_size", "seed", "name", "networks"];
  assert.deepEqual(free.filter(isFixed), []);
});
