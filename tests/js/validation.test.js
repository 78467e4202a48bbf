/** Validation images: the form proposes them where something is chosen, and the page chooses by them where they are. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { known, linesOf, quantity } from "../../static/js/charts/quantities.js";
import { TraceMaker } from "../../static/js/charts/traces.js";
import { Draft } from "../../static/js/form/draft.js";
import { keepBack, proposal, stopsByTest } from "../../static/js/form/validation.js";
import { typed } from "../../static/js/form/values.js";
import { groupFacts } from "../../static/js/runs/group-head.js";
import { describeRun } from "../../static/js/runs/run-description.js";
import { resultFigures, resultSentence } from "../../static/js/runs/run-result.js";
import { metricsOf } from "../../static/js/runs/sweep-metrics.js";
import { registerDatasets } from "../../static/js/words/labels.js";
import { speakAs } from "./catalog.js";
import { FIGURE_OPTIONS, labOptions, makeRun, putRows } from "./lab.js";
import { forExamples } from "./random.js";

/** @import { Run } from "../../static/js/types.js" */

const OPTIONS = labOptions();
registerDatasets(OPTIONS.datasets);
speakAs("en");

const VALIDATED = { summary: { validation_size: 100 } };

/**
 * @param {Parameters<typeof makeRun>[0]} changes
 * @param {{validation?: number[], test?: number[]}} accuracies one every ten iterations; without those of test images, the test
 *   set is closed
 */
function evaluated(changes, { validation, test: tested }) {
  const run = makeRun(changes);
  /** @type {Record<string, number[]>} */
  const own = validation ? { validation_accuracy: validation, validation_loss: validation } : {};
  const train = tested ?? validation ?? [];
  const iteration = train.map((_, i) => 10 * (i + 1));
  const rows = { train_accuracy: train, train_loss: train };
  /** @type {Record<string, number[]>} */
  const open = tested ? { test_accuracy: tested, test_loss: tested } : {};
  putRows(run.evaluation, { iteration, ...rows, ...open, ...own });
  return run;
}

// -- charts ------------------------------------------------------------------------------------------

for (const name of ["accuracy", "evaluation_loss"])
  test(`a chart of ${name} has a third line where a run has validation images, each with a pattern of its own`, () => {
    const what = quantity(name);
    const [plain, own] = [makeRun(), makeRun({ number: 2, ...VALIDATED })]; // before the first rows, too
    assert.deepEqual(
      linesOf(what, plain).map(({ part }) => part),
      ["train", "test"],
    );
    assert.deepEqual(
      linesOf(what, own).map(({ part }) => part),
      ["train", "validation", "test"],
    );
    const runs = [
      evaluated({ number: 1 }, { test: [0.1, 0.2] }),
      evaluated({ number: 2, ...VALIDATED }, { validation: [0.3, 0.4], test: [0.1, 0.2] }),
    ];
    const lines = new TraceMaker().traces(runs, what, FIGURE_OPTIONS).filter(({ line }) => line);
    assert.deepEqual(
      lines.map(({ dash }) => dash),
      ["dot", "solid", "dot", "dash", "solid"],
    );
    assert.match(lines[3].name, / · validation$/);
    assert.deepEqual([...(lines[3].points?.y ?? [])].map(Math.fround), [0.3, 0.4].map(Math.fround));
  });

test("where dashes stand for a setting, the three lines differ in width, paleness and symbols", () => {
  const stroke = { dash: "dashdot", symbol: "square", value: "0.1" };
  const strokes = { field: "Learning rate", legend: [stroke], lookOf: () => stroke };
  const run = evaluated(VALIDATED, { validation: [0.3], test: [0.1] });
  const lines = new TraceMaker().traces([run], quantity("accuracy"), { ...FIGURE_OPTIONS, strokes });
  const looks = lines
    .filter(({ line }) => line)
    .map(({ dash, color = "", width, symbol }) => [dash, color.length, width, symbol ?? null]);
  assert.deepEqual(looks, [
    ["dashdot", 9, 1.3, null],
    ["dashdot", 7, 1.5, null],
    ["dashdot", 7, 2, "square"],
  ]);
});

test("what validation images measured is in the charts of accuracy and loss, and no chart of its own", () => {
  const names = known([evaluated(VALIDATED, { validation: [0.3], test: [0.1] })]);
  assert.deepEqual(
    names.filter((name) => name.includes("validation")),
    [],
  );
});

test("the best mark is that of the validation images, and says what the test accuracy was there", () => {
  /** @param {Run} run */
  const stars = (run) => {
    const marks = new TraceMaker().traces([run], quantity("accuracy"), FIGURE_OPTIONS).at(-1)?.marks;
    return (marks?.symbol ?? []).flatMap((symbol, i) =>
      symbol === "star" ? [[marks?.x[i], marks?.notes[i].replace(/^.*: /, "")]] : [],
    );
  };
  const accuracies = { validation: [0.5, 0.9, 0.7], test: [0.5, 0.6, 0.8] };
  const own = stars(evaluated(VALIDATED, accuracies));
  const closed = stars(evaluated(VALIDATED, { validation: accuracies.validation }));
  assert.deepEqual(closed, [[20, "best validation accuracy, 90.00%"]]);
  assert.equal(own.length, 1);
  assert.equal(own[0][0], 20);
  assert.match(String(own[0][1]), /60\.00%$/);
  const [[at, note]] = stars(evaluated({}, { test: accuracies.test }));
  assert.deepEqual([at, note], [30, "best test accuracy, 80.00%"]);
});

// -- results -----------------------------------------------------------------------------------------

test("a run's card says the validation accuracy where there is one, in both languages", () => {
  const latest = { train_accuracy: 0.95, test_accuracy: 0.931, validation_accuracy: 0.92 };
  const run = makeRun({ iteration: 1000, iterations: 1000, seconds: 2.3, latest, ...VALIDATED });
  assert.equal(
    resultSentence(run, false),
    "Test accuracy 93.1% after 1,000 iterations, in 2.30 s. Validation accuracy: 92.0%.",
  );
  assert.equal(resultFigures(run, false).validation, "92.0%");
  assert.match(describeRun(run), /^Digits 8×8 · 100 validation examples · /);
  speakAs("ja");
  assert.match(resultSentence(run, false), /検証正解率は 92\.0% です。$/);
  assert.match(describeRun(run), /検証データ 100 件/);
  speakAs("en");
  const plain = makeRun({ latest: { test_accuracy: 0.931 } });
  assert.equal(resultFigures(plain, false).validation, "–");
  assert.ok(!/alidation/.test(resultSentence(plain, false) + describeRun(plain)));
});

test("the best of a group is chosen by validation images where all have some, and shows its test accuracy", () =>
  forExamples(100, (examples) => {
    const runs = Array.from({ length: examples.whole(1, 8) }, (_, i) => {
      const [validation_accuracy, test_accuracy] = [
        examples.whole(0, 100) / 100,
        examples.whole(0, 100) / 100,
      ];
      return makeRun({ number: i + 1, latest: { validation_accuracy, test_accuracy } });
    });
    const best = runs.reduce((run, other) =>
      Number(other.latest.validation_accuracy) > Number(run.latest.validation_accuracy) ? other : run,
    );
    const facts = groupFacts(runs);
    assert.deepEqual([facts.best, facts.by], [best.latest.test_accuracy, "validation"]);
    const plain = makeRun({ latest: { test_accuracy: 0.5 } });
    const tests = [...runs, plain].map(({ latest }) => Number(latest.test_accuracy));
    const mixed = groupFacts([...runs, plain]);
    assert.deepEqual([mixed.best, mixed.by], [Math.max(...tests), "test"]);
  }));

test("a sweep compares by validation accuracy where all runs have it, and offers it where some do", () => {
  const own = makeRun({ latest: { validation_accuracy: 0.5, test_accuracy: 0.4 } });
  const plain = makeRun({ latest: { test_accuracy: 0.4 } });
  assert.equal(metricsOf([own, own]).first, "validation_accuracy");
  assert.equal(metricsOf([own, plain]).first, "test_accuracy");
  assert.ok(metricsOf([own, plain]).names.includes("validation_accuracy"));
  assert.ok(!metricsOf([plain]).names.some((name) => name.startsWith("validation")));
});

// -- the form ----------------------------------------------------------------------------------------

/** @param {string} rate */
function draftOf(rate = "0.1") {
  const draft = new Draft(OPTIONS);
  draft.chooseDatasets(["digits"]);
  draft.rated[0].learning_rate = typed(rate, { kind: "number", scale: "log" });
  return draft;
}

test("a tenth of the images is proposed where early stopping or several values choose, and nowhere else", () => {
  assert.equal(proposal(draftOf()), null);
  const several = draftOf("0.01, 0.1");
  assert.equal(proposal(several), 144);
  keepBack(several, 144);
  assert.equal(proposal(several), null);
  assert.ok(several.experiments().every(({ dataset }) => dataset.validation_size === 144));

  const stopping = draftOf();
  stopping.stopEarly(true);
  assert.ok(stopsByTest(stopping));
  stopping.document.dataset.train_size = 300;
  assert.equal(proposal(stopping), 30);
  keepBack(stopping, 30);
  assert.equal(stopping.document.training.early_stopping.metric, "validation_loss");
  assert.equal(stopsByTest(stopping), false);
});

test("early stopping that is chosen after the validation images watches these", () => {
  const draft = draftOf();
  keepBack(draft, 100);
  draft.stopEarly(true);
  assert.equal(draft.document.training.early_stopping.metric, "validation_loss");
  const compared = draftOf();
  compared.stopEarly(true);
  compared.document.training.early_stopping.metric = {
    sweep: "test_loss, test_accuracy",
    values: ["test_loss", "test_accuracy"],
  };
  keepBack(compared, 100);
  assert.deepEqual(compared.document.training.early_stopping.metric.values, [
    "validation_loss",
    "validation_accuracy",
  ]);
});

test("a fold that is the validation images is enough to choose by, one that is tested on is not", () => {
  const draft = draftOf("0.01, 0.1");
  draft.document.dataset.fold = { folds: 5, index: 0, part: "validation" };
  assert.equal(proposal(draft), null);
  draft.stopEarly(true);
  assert.equal(draft.document.training.early_stopping.metric, "validation_loss");
  draft.document.dataset.fold = { folds: 5, index: 0, part: "test" };
  assert.equal(proposal(draft), 144);
});

test("an address whose early stopping lacks its metric keeps images back, too", () => {
  const draft = draftOf();
  draft.document.training.early_stopping = {};
  keepBack(draft, 100);
  assert.equal(draft.document.training.early_stopping.metric, "validation_loss");
});

test("another data set keeps back a tenth of its own images, so that early stopping has what it watches", () => {
  const draft = draftOf();
  draft.stopEarly(true);
  keepBack(draft, 30);
  draft.chooseDatasets(["spirals"]);
  assert.equal(draft.document.dataset.validation_size, 100);
  assert.equal(draft.document.training.early_stopping.metric, "validation_loss");
  const plain = draftOf();
  plain.chooseDatasets(["spirals"]);
  assert.deepEqual(plain.document.dataset, { name: "spirals" });
});

test("what is proposed never exceeds the images that are left, and nothing is where none are, or where no number stands", () => {
  const draft = draftOf("0.01, 0.1");
  const size = (/** @type {any} */ train) => {
    draft.document.dataset.train_size = train;
    return proposal(draft);
  };
  assert.equal(size(1400), 37);
  assert.equal(size(1437), null);
  assert.equal(size(2000), null);
  assert.equal(size("many"), null);
  assert.equal(size(typed("100, 300", { kind: "integer" })), 10);
  draft.chooseDatasets(["digits", "spirals"]);
  assert.equal(size(null), 100);
});
