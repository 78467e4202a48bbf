/** Same experiment: which seed is offered. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { unusedSeed } from "../../static/js/runs/same-experiment.js";
import { makeRun } from "./lab.js";

test("the offered seed is the smallest that no run of this experiment has", () => {
  const seeds = [0, 1, 3].map((seed, i) => makeRun({ number: i + 1, summary: { seed } }));
  const other = makeRun({ number: 9, summary: { seed: 2, dataset: "spiral" } });
  assert.equal(unusedSeed(seeds[0], [...seeds, other]), 2);
  assert.equal(unusedSeed(other, seeds), 0);
});
