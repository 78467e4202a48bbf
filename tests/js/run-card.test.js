/** What a run's card says: what the run is, its result, and what it differs in from its nearest relative. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { describeRun } from "../../static/js/runs/run-description.js";
import {
  candidatesFor,
  changesBetween,
  differenceSentence,
  nearestRun,
} from "../../static/js/runs/run-difference.js";
import { placeText, resultFigures, resultSentence } from "../../static/js/runs/run-result.js";
import { registerDatasets } from "../../static/js/words/labels.js";
import { speakAs } from "./catalog.js";
import { Configs, labOptions, makeRun, putRows } from "./lab.js";
import { forExamples } from "./random.js";

/** @import { Fields, Status } from "../../static/js/types.js" */

registerDatasets(labOptions().datasets);

/**
 * A test whose page speaks English at its beginning.
 * @param {string} claim
 * @param {() => void} check
 */
const check = (claim, check) =>
  test(claim, () => {
    speakAs("en");
    check();
  });

const MLP = { dataset: "mnist", units: [40, 20, 10], batch_size: 100 };

check("a run is described by its data, network, optimizer, batch and seed, in the reader's language", () => {
  const run = makeRun({ summary: MLP });
  assert.equal(describeRun(run), "MNIST · 784-40-20-10 · ReLU · He · SGD 0.1 · batch 100 · seed 0");
  speakAs("ja");
  assert.equal(describeRun(run), "MNIST · 784-40-20-10 · ReLU · He · SGD 0.1 · バッチ 100 · シード 0");
});

check("a description says what is unusual about a run", () => {
  const summary = {
    ...MLP,
    train_size: 300,
    l2: 0.1,
    layers: ["dense", "dropout"],
    initializer: "normal",
    optimizer: "adam",
  };
  const fields = {
    "network.initializer.std": 0.01,
    "dataset.label_noise": 0.2,
    "dataset.fold.index": 1,
    "dataset.fold.folds": 5,
    "dataset.augment.shift": 2,
    "dataset.augment.flip": false,
    "training.schedule.name": "cosine",
    "training.early_stopping.patience": 3,
    "training.clip_norm": null,
  };
  assert.equal(
    describeRun(makeRun({ summary }), fields),
    "MNIST, 300 examples · 784-40-20-10 · ReLU · dropout · normal σ 0.01 · Adam 0.1 · L2 0.1 · noise 0.2 · Shift 2" +
      " · fold 2/5 · Learning rate schedule cosine · Early stopping · batch 100 · seed 0",
  );
});

check("a convolutional network is described by its filters and its dense layers", () => {
  const summary = { ...MLP, filters: [16, 32], units: [100, 10], layers: ["conv2d", "dense"] };
  assert.match(describeRun(makeRun({ summary })), /^MNIST · conv 16-32 · 100-10 · ReLU · /);
});

check("the result is one sentence with what was measured, whatever became of the run", () => {
  const latest = { train_accuracy: 0.95, test_accuracy: 0.931 };
  const run = makeRun({ iteration: 1000, iterations: 1000, seconds: 2.3, latest });
  assert.equal(resultSentence(run, false), "Test accuracy 93.1% after 1,000 iterations, in 2.30 s.");
  assert.deepEqual(resultFigures(run, false), {
    train: "95.0%",
    validation: "–",
    test: "93.1%",
    gap: "1.9 points",
  });
  for (const language of ["en", "ja"]) {
    speakAs(language);
    for (const status of /** @type {Status[]} */ ([
      "running",
      "paused",
      "completed",
      "diverged",
      "cancelled",
      "failed",
    ]))
      for (const known of [{}, latest]) {
        const said = resultSentence(makeRun({ status, iteration: 7, latest: known }), false);
        assert.match(said, /[.。]$/, `${language} ${status}`);
        assert.ok(!/[{}]|–|NaN/.test(said), said);
        assert.equal(said.includes("93.1%"), known === latest, said);
      }
  }
});

check("a run that waits says its place, and when it starts about, in the reader's language", () => {
  const waits = (/** @type {number} */ ahead, /** @type {number | null} */ seconds) =>
    makeRun({ status: "queued", place: { ahead, seconds } });
  const cases = /** @type {const} */ ([
    [2, 40, "place 3 · begins in about 40 s", "待ち順 3 番目 · 約 40 秒後に開始"],
    [0, 1, "place 1 · begins in a moment", "待ち順 1 番目 · まもなく開始"],
    [1233, null, "place 1,234 in the queue", "待ち順 1,234 番目"],
  ]);
  for (const [ahead, seconds, english, japanese] of cases) {
    speakAs("en");
    assert.equal(placeText(waits(ahead, seconds)), english);
    assert.equal(resultSentence(waits(ahead, seconds), true), `Waiting for a free worker: ${english}.`);
    speakAs("ja");
    assert.equal(placeText(waits(ahead, seconds)), japanese);
  }
  assert.equal(placeText(makeRun({ status: "queued" })), "");
});

check("the result follows the rows of a run that trains", () => {
  const run = makeRun({ status: "running", iteration: 10, iterations: 100, latest: { test_accuracy: 0.1 } });
  putRows(run.train, { iteration: [1, 20] });
  putRows(run.evaluation, { iteration: [20], train_accuracy: [0.75], test_accuracy: [0.5] });
  assert.equal(resultSentence(run, true), "Test accuracy 50.0% so far, after 20 of 100 iterations.");
  assert.equal(resultFigures(run, true).gap, "25.0 points");
});

/** @param {Fields} changes */
const fieldsWith = (changes) => ({
  "optimizer.name": "sgd",
  "optimizer.learning_rate": 0.1,
  "network.layers": "dense 40 → relu → dense 10",
  seed: 0,
  ...changes,
});

check(
  "another optimizer is one change with the settings that it brings, and another rate is a second one",
  () => {
    const adam = fieldsWith({
      "optimizer.name": "adam",
      "optimizer.beta1": 0.9,
      "optimizer.learning_rate": 0.01,
    });
    const names = changesBetween(fieldsWith({}), adam).map(({ name }) => name);
    assert.deepEqual(names, ["optimizer.name", "optimizer.learning_rate"]);
  },
);

check("a run is compared with the first that differs least, and the sentence has every value", () => {
  const runs = [1, 2, 3, 4].map((number) => makeRun({ number, name: `run ${number}`, group_id: "g" }));
  const configs = new Configs([
    ["a1", fieldsWith({ seed: 1, "optimizer.learning_rate": 1 })],
    ["a2", fieldsWith({ "optimizer.learning_rate": 0.01 })],
    ["a3", fieldsWith({})],
    ["a4", fieldsWith({ "network.layers": "dense 40 → sigmoid → dense 10" })],
  ]);
  const said = (/** @type {number} */ i) => {
    const nearest = nearestRun(runs[i], candidatesFor(runs[i], runs), configs);
    return nearest && differenceSentence(nearest);
  };
  assert.equal(said(2), "Differs only in Learning rate (0.1, not 0.01) from run 2.");
  assert.equal(said(3), "Differs only in Activation (sigmoid, not ReLU) from run 3.");
  assert.equal(said(0), "Differs only in Learning rate (1, not 0.01), Seed (1, not 0) from run 2.");
  speakAs("ja");
  assert.equal(said(2), "run 2 との違いは、学習率（0.01 ではなく 0.1）だけです。");
});

check("whatever two runs differ in, the sentence names each field and cuts nothing", () =>
  forExamples(100, (examples) => {
    const before = fieldsWith({
      "optimizer.learning_rate": examples.logarithmic(1e-5, 10),
      seed: examples.whole(0, 9),
    });
    const after = fieldsWith({
      "optimizer.learning_rate": examples.logarithmic(1e-5, 10),
      seed: examples.whole(0, 9),
    });
    const changes = changesBetween(before, after);
    const said = differenceSentence({ run: makeRun({ name: "x".repeat(200) }), changes });
    assert.ok(said.includes("x".repeat(200)));
    for (const { own, other } of changes)
      assert.ok(said.includes(String(own)) && said.includes(String(other)));
  }),
);

check(
  "a run alone is compared with newer ones before older ones, and not with what has nothing to do with it",
  () => {
    const runs = [1, 2, 3].map((number) => makeRun({ number }));
    const far = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`training.s${i}`, 1]));
    const configs = new Configs([
      ["a1", fieldsWith({})],
      ["a2", fieldsWith({})],
      ["a3", fieldsWith(far)],
    ]);
    assert.equal(nearestRun(runs[2], candidatesFor(runs[2], runs), configs), null);
    assert.equal(nearestRun(runs[1], candidatesFor(runs[1], runs), configs)?.run.id, "a1");
    configs.set("a3", fieldsWith({}));
    const nearest = nearestRun(runs[2], candidatesFor(runs[2], runs), configs);
    assert.equal(nearest && differenceSentence(nearest), "The same experiment as run 2 (run 2).");
  },
);
