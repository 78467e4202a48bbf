/** What a newcomer may change next. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { nextSteps } from "../../static/js/runs/next-steps.js";

const config = {
  dataset: { name: "mnist", train_size: null },
  network: { preset: "mlp" },
  optimizer: { name: "sgd", learning_rate: 0.1 },
  seed: 0,
};

test("each step changes one section of the experiment, and leaves the given one as it is", () => {
  const before = structuredClone(config);
  const steps = nextSteps(config);
  assert.deepEqual(config, before);
  assert.deepEqual(
    steps.map(({ name }) => name),
    ["rate", "adam", "few_images"],
  );
  for (const { experiment } of steps) {
    const changed = Object.keys(config).filter(
      (name) => JSON.stringify(experiment[name]) !== JSON.stringify(/** @type {any} */ (config)[name]),
    );
    assert.equal(changed.length, 1);
  }
  assert.equal(steps[0].experiment.optimizer.learning_rate, 1);
});

test("no step leads to a rate at which nothing learns, to the same optimizer or to more images", () => {
  const adam = {
    ...config,
    dataset: { name: "mnist", train_size: 200 },
    optimizer: { name: "adam", learning_rate: 0.5 },
  };
  assert.deepEqual(
    nextSteps(adam).map(({ name }) => name),
    ["sgd"],
  );
});
