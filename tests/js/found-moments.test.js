/** The moments of findings, and the places of their marks on the slider's track. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { FoundMoments, markPositions } from "../../static/js/moment/found-moments.js";

/** @param {string} code @param {number} iteration */
const finding = (code, iteration) => /** @type {any} */ ({ code, iteration, values: {} });

test("moments of findings come in their order, each once, and the last word on a finding counts", () => {
  const found = new FoundMoments();
  found.set("a", [
    finding("plateau", 90),
    finding("gap", 50),
    finding("plateau", 50),
    finding("diverged", 10),
  ]);
  const moments = found
    .of("a")
    .map(({ iteration, findings }) => [iteration, findings.map(({ code }) => code)]);
  assert.deepEqual(moments, [
    [10, ["diverged"]],
    [50, ["plateau", "gap"]],
  ]);
  assert.deepEqual(found.of("b"), []);
});

test("a change is emitted once", () => {
  const found = new FoundMoments();
  /** @type {string[]} */
  const changed = [];
  found.on("change", (run) => changed.push(run));
  found.set("a", []);
  found.set("a", [finding("gap", 5)]);
  found.set("a", [finding("gap", 5)]);
  found.set("a", []);
  assert.deepEqual(changed, ["a", "a"]);
});

test("marks that would cover each other are drawn beside each other", () => {
  assert.deepEqual(markPositions([0.1, 0.5], 100), [10, 50]);
  assert.deepEqual(markPositions([0.1, 0.12, 0.13, 0.9], 100), [10, 21, 32, 90]);
});
