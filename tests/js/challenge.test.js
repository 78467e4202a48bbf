/** A challenge in words, and runs whose test set stays closed. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { linesOf, quantity } from "../../static/js/charts/quantities.js";
import { moveText, ownText, termsText, uncountedText } from "../../static/js/class/challenge-words.js";
import { groupFacts } from "../../static/js/runs/group-head.js";
import { metricsOf } from "../../static/js/runs/sweep-metrics.js";
import { registerDatasets } from "../../static/js/words/labels.js";
import { speakAs } from "./catalog.js";
import { labOptions, makeRun } from "./lab.js";

/** @import { ChallengeView, OwnStanding } from "../../static/js/class/types.js" */

registerDatasets(labOptions().datasets);

/** @param {Partial<ChallengeView>} changes @returns {ChallengeView} */
const challenge = (changes = {}) => ({
  id: "c",
  name: "Small nets",
  dataset: "mnist",
  validation_size: 5000,
  max_parameters: 50_000,
  max_seconds: null,
  max_iterations: 2000,
  phase: "open",
  of: 12,
  measured: 0,
  top: [],
  ...changes,
});

/** @param {Partial<NonNullable<OwnStanding["entry"]>>} changes @returns {OwnStanding} */
const standing = (changes = {}) => ({
  person: "p",
  uncounted: [],
  entry: {
    number: 4,
    nickname: null,
    accuracy: 0.9431,
    place: 2,
    test: null,
    test_place: null,
    run: "r",
    run_number: 17,
    iteration: 200,
    ...changes,
  },
});

test("terms are said with the bounds that there are", () => {
  speakAs("en");
  const bounds = "at most 50,000 parameters · at most 2,000 iterations";
  assert.equal(termsText(challenge()), `MNIST, 5,000 validation examples · ${bounds}`);
  speakAs("ja");
  assert.equal(
    termsText(challenge()),
    "MNIST、検証データ 5,000 件 · パラメータ数 50,000 以下 · 反復 2,000 回以内",
  );
});

test("one's own place is that by validation images, and after the opening that by test images with how it moved", () => {
  speakAs("en");
  assert.equal(ownText(null, challenge()), "No run of yours counts yet.");
  assert.equal(ownText(standing(), challenge()), "Place 2 of 12 · 94.31%, run #17");
  const opened = challenge({ phase: "opened" });
  assert.equal(
    ownText(standing({ test: 0.93, test_place: 5 }), opened),
    "Place 5 of 12 (place 2 before) · test 93.00%, validation 94.31%, run #17",
  );
  assert.equal(
    ownText(standing({ test: 0.93, test_place: 2 }), opened),
    "Place 2 of 12 · test 93.00%, validation 94.31%, run #17",
  );
  assert.equal(ownText(standing(), opened), "test not measured, validation 94.31%, run #17");
  const { entry } = standing();
  assert.ok(entry);
  assert.deepEqual(
    [1, 2, 5].map((test_place) => moveText({ ...entry, test_place })),
    ["▲1", "", "▼3"],
  );
});

test("each reason for which a run does not count has a sentence in every language", () => {
  for (const language of ["en", "ja"]) {
    speakAs(language);
    for (const why of ["parameters", "elsewhere", "fork", "late"]) {
      const text = uncountedText({ run_number: 7, why, value: 61_000, most: 50_000 });
      assert.match(text, /#7/);
      assert.ok(!text.includes("{") && !text.startsWith("class."), text);
      if (why === "parameters") assert.match(text, /61,000.*50,000/);
    }
  }
});

test("where the test set stays closed, charts, sweeps and groups go by what was measured", () => {
  speakAs("en");
  const summary = { validation_size: 100, test_size: 0 };
  const closed = makeRun({ summary, latest: { train_accuracy: 0.9, validation_accuracy: 0.5 } });
  const open = makeRun({ number: 2, latest: { train_accuracy: 0.9, test_accuracy: 0.4 } });
  const parts = (/** @type {string} */ name) => linesOf(quantity(name), closed).map(({ part }) => part);
  assert.deepEqual(parts("accuracy"), ["train", "validation"]);
  assert.deepEqual(parts("evaluation_loss"), ["train", "validation"]);
  assert.deepEqual(parts("gap"), []);
  const { names, first } = metricsOf([closed]);
  assert.deepEqual([names.filter((name) => name.startsWith("test")), first], [[], "validation_accuracy"]);
  assert.equal(metricsOf([closed, open]).first, "test_accuracy");
  assert.deepEqual([groupFacts([closed]).best, groupFacts([closed]).by], [0.5, "validation"]);
});
