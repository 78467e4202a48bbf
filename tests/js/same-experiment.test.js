/** Same experiment: what is said of a run whose experiment was trained before, and which seed is offered. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  comparedSentence,
  sharedText,
  sharing,
  trainedApart,
  unusedSeed,
} from "../../static/js/runs/same-experiment.js";
import { speakAs } from "./catalog.js";
import { makeRun } from "./lab.js";

test("the offered seed is the smallest that no run of this experiment has", () => {
  const seeds = [0, 1, 3].map((seed, i) => makeRun({ number: i + 1, summary: { seed } }));
  const other = makeRun({ number: 9, summary: { seed: 2, dataset: "spiral" } });
  assert.equal(unusedSeed(seeds[0], [...seeds, other]), 2);
  assert.equal(unusedSeed(other, seeds), 0);
});

test("a run says whose curve it has and since when, and the earliest one how many share it", () => {
  speakAs("en");
  const first = makeRun({ number: 12, training: "t", finished_at: 1000, created_at: 990 });
  const later = makeRun({ number: 15, training: "t", finished_at: 1000, created_at: 1180 });
  const meanwhile = makeRun({ number: 13, training: "t", finished_at: 1000, created_at: 995 });
  const other = makeRun({ number: 2, training: "u" });
  assert.deepEqual(sharedText(later, [first, later, other]), {
    text: "Same curve as run 12, trained 3 min before.",
    repeats: true,
  });
  assert.deepEqual(sharedText(first, [later, other, first]), {
    text: "Shared by 2 runs.",
    repeats: false,
  });
  assert.equal(sharedText(meanwhile, [first, later, meanwhile]).text, "Same curve as run 12, trained once.");
  assert.equal(sharedText(other, [first, later, other]).text, "");
  speakAs("ja");
  assert.equal(sharedText(later, [first, later]).text, "実験 12 と同じ曲線です（3 分前に学習済み）。");
});

test("a run is compared with the first that ended, has its fingerprint and was trained apart", () => {
  const run = makeRun({ number: 5, fingerprint: "f" });
  const shared = makeRun({ number: 6, fingerprint: "f", training: run.training });
  const alike = [7, 3].map((number) => makeRun({ number, fingerprint: "f" }));
  const cancelled = makeRun({ number: 1, fingerprint: "f", status: "cancelled" });
  const others = [makeRun({ number: 2 }), makeRun({ number: 4, fingerprint: "g" })];
  assert.equal(trainedApart(run, [run, shared, cancelled, ...others, ...alike])?.number, 3);
  assert.equal(trainedApart(run, [run, shared, cancelled, ...others]), undefined);
  assert.equal(trainedApart(others[0], [...alike, makeRun({ number: 9 })]), undefined);
  assert.equal(trainedApart(cancelled, alike), undefined);
});

test("the comparison says in words whether every number is the same", () => {
  speakAs("en");
  const rows = { train: 2000, evaluation: 20 };
  const said = (/** @type {import("../../static/js/types.js").Comparison["difference"]} */ difference) =>
    comparedSentence({ number: 3 }, { identical: !difference, rows, difference });
  assert.equal(said(null), "Trained apart from run 3: all 2,000 iterations are the same, bit for bit.");
  assert.equal(
    said({ stream: "train", iteration: 1300 }),
    "Trained apart from run 3: from iteration 1,300 on the numbers differ.",
  );
});

test("the runs that share a training come oldest first, without the run itself", () => {
  const runs = [5, 3, 4].map((number) => makeRun({ number, training: "t" }));
  const found = sharing(runs[2], [makeRun({ number: 1 }), ...runs]);
  assert.deepEqual(
    found.map(({ number }) => number),
    [3, 5],
  );
});
