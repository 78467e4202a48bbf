/** Studies: what varies, axes that stay while results come, cells, spreads, and the order of the table. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { isChosen, parallelCoordinates, partAt } from "../../static/js/runs/sweep-lines.js";
import { roundEnds, scaleBetween, ticksOf } from "../../static/js/runs/sweep-scale.js";
import { fieldScale, METRICS, onAxis, pointsOf, resultScale } from "../../static/js/studies/axes.js";
import { cellsOf, dividedSpace, slicesOf } from "../../static/js/studies/cells.js";
import { configurationText, fieldsOf, withValues } from "../../static/js/studies/configuration-values.js";
import { clicked, sorted } from "../../static/js/studies/rows.js";
import { countOf, firstRow, fromForm, spaceOf } from "../../static/js/studies/space.js";
import { spreadOf } from "../../static/js/studies/spread.js";
import { studyFields } from "../../static/js/studies/study-fields.js";
import {
  amountText,
  progressTexts,
  statusText,
  testText,
  verdictTexts,
} from "../../static/js/studies/study-words.js";
import { speakAs } from "./catalog.js";
import { labOptions } from "./lab.js";
import { forExamples } from "./random.js";

/** @import { Configuration, StudyResults } from "../../static/js/studies/types.js" */

speakAs("en");
const OPTIONS = labOptions();
const RATE = "optimizer.learning_rate";
const EXPERIMENT = {
  dataset: { name: "digits" },
  network: { preset: "mlp", hidden: [40, 20], activation: "relu", initializer: { name: "he_normal" } },
  optimizer: { name: "momentum", learning_rate: 0.1, momentum: 0.8 },
  regularization: {},
  training: { iterations: 100, batch_size: 32 },
};

/**
 * @param {number} number
 * @param {Record<string, any>} values
 * @param {(number | null)[]} scores
 * @param {Partial<Configuration>} changes
 * @returns {Configuration}
 */
function configuration(number, values, scores, changes = {}) {
  const known = scores.filter((score) => score !== null);
  const mean = known.length ? known.reduce((sum, score) => sum + score, 0) / known.length : null;
  const margin = known.length > 1 ? 0.01 : null;
  return {
    ...{ number, place: null, values, rung: 1, iterations: 100, trials: scores.length, failed: 0, mean },
    ...{ spread: margin, low: margin && Number(mean) - margin, high: margin && Number(mean) + margin },
    ...{ scores, difference: null, test: null },
    ...changes,
  };
}

/** Two rates × two batches, two seeds each. */
const GRID = [0.01, 0.1].flatMap((rate, i) =>
  [16, 32].map((batch, j) =>
    configuration(1 + 2 * i + j, { [RATE]: rate, "training.batch_size": batch }, [
      0.5 + 0.2 * i + 0.1 * j,
      0.52 + 0.2 * i + 0.1 * j,
    ]),
  ),
);
const [RATES, BATCHES] = fieldsOf([RATE, "training.batch_size"]);

test("all fields that decide a training can vary, and none that only says what is measured", () => {
  const fields = studyFields(OPTIONS, EXPERIMENT);
  const paths = fields.map(({ path }) => path);
  for (const path of [
    ...["network.hidden.0", "network.hidden.1", "network.activation", "network.initializer"],
    ...["optimizer", RATE, "optimizer.momentum", "regularization.l2", "training.iterations"],
    ...["training.batch_size", "training.schedule", "dataset.train_size", "dataset.augment.shift", "dtype"],
  ])
    assert.ok(paths.includes(path), path);
  for (const path of ["seed", "name", "training.evaluate_every", "dataset.test_size", "dataset.name"])
    assert.ok(!paths.includes(path), path);
  assert.equal(new Set(paths).size, paths.length);
  assert.equal(fields.find(({ path }) => path === "optimizer.momentum")?.now, 0.8);
});

test("the layers of a network that was written by hand can vary too", () => {
  const layers = [
    { type: "dense", units: 12 },
    { type: "dropout", rate: 0.5 },
    { type: "dense", units: 10 },
  ];
  const paths = studyFields(OPTIONS, { ...EXPERIMENT, network: { layers } }).map(({ path }) => path);
  for (const path of ["network.layers.0.units", "network.layers.1.rate"]) assert.ok(paths.includes(path));
});

test("what has several values in the form is what a study varies at first", () => {
  const several = (/** @type {any[]} */ ...values) => ({ sweep: "", values });
  const { experiment, choices } = fromForm({
    ...EXPERIMENT,
    dataset: { name: several("digits", "mnist") },
    network: { ...EXPERIMENT.network, hidden: [several(40, 80), 20] },
    optimizer: several(
      { name: "sgd", learning_rate: several(0.1, 0.2) },
      { name: "adam", learning_rate: 0.01 },
    ),
  });
  assert.deepEqual(experiment.network.hidden, [40, 20]);
  assert.deepEqual(experiment.optimizer, { name: "sgd", learning_rate: 0.1 });
  assert.equal(experiment.dataset.name, "digits"); // a study is about one data set
  assert.deepEqual([...choices.keys()], ["network.hidden.0", "optimizer"]);
  assert.deepEqual(choices.get("optimizer"), [
    { name: "sgd", learning_rate: 0.1 },
    { name: "sgd", learning_rate: 0.2 },
    { name: "adam", learning_rate: 0.01 },
  ]);
});

test("more values of a field than a study can have are counted and refused before any of them is made", () => {
  const rates = { sweep: "", values: Array.from({ length: 10 }, (_, i) => i) };
  const hidden = Array.from({ length: 8 }, () => rates);
  const network = { sweep: "", values: [{ hidden }, { hidden: [1] }] };
  assert.throws(() => fromForm(/** @type {any} */ ({ ...EXPERIMENT, network })), {
    code: "study_choices",
    field: "network",
    bounds: { count: 1e8 + 1, most: 100 },
  });
});

test("a space has what was typed and chosen, and sections before their settings", () => {
  const fields = new Map(studyFields(OPTIONS, EXPERIMENT).map((field) => [field.path, field]));
  const at = (/** @type {string} */ path) => /** @type {any} */ (fields.get(path));
  const row = (/** @type {string} */ path, changes = {}) => ({ ...firstRow(at(path)), ...changes });
  const rows = [
    row(RATE, { text: "0.001..0.1" }),
    row("training.batch_size", { between: true, low: "16", high: "64", steps: "3" }),
    row("optimizer", { names: ["momentum", "adam"] }),
    row("network.activation", { names: ["relu", "tanh"] }),
  ];
  const space = spaceOf(rows, at, true);
  assert.deepEqual(Object.keys(space)[0], "optimizer");
  assert.deepEqual(space[RATE], { choices: [0.001, 0.01, 0.1] });
  assert.deepEqual(space["training.batch_size"], { low: 16, high: 64, scale: "integer", steps: 3 });
  assert.deepEqual(space["network.activation"], { choices: ["relu", "tanh"] });
  assert.equal(countOf(space), 3 * 49 * 2 * 2);
  assert.equal(countOf({ ...space, any: { low: 0, high: 1, scale: "linear" } }), Infinity);
  const [momentum, adam] = /** @type {any} */ (space.optimizer).choices;
  assert.deepEqual(momentum, EXPERIMENT.optimizer); // its settings stay
  assert.equal(adam.name, "adam");
  assert.equal(adam.beta1, 0.9);
  assert.deepEqual(spaceOf([rows[1]], at, false), {
    "training.batch_size": { low: 16, high: 64, scale: "integer" },
  });
});

test("a study trains the optimizers and schedules of the form with the settings that they have there", () => {
  const several = (/** @type {any[]} */ ...values) => ({ sweep: "", values });
  const adam = { name: "adam", learning_rate: 0.5, beta1: 0.3, beta2: 0.999 };
  const steps = { name: "step", every: 7, factor: 0.5 };
  const { experiment, choices } = fromForm({
    ...EXPERIMENT,
    optimizer: several({ name: "sgd", learning_rate: 0.5 }, adam),
    training: { ...EXPERIMENT.training, schedule: several(null, steps) },
  });
  const fields = new Map(studyFields(OPTIONS, experiment).map((field) => [field.path, field]));
  const at = (/** @type {string} */ path) => /** @type {any} */ (fields.get(path));
  const [optimizer, schedule] = [...choices].map(([path, values]) => firstRow(at(path), values));
  const space = spaceOf([optimizer, schedule], at, true);
  assert.deepEqual(space.optimizer, { choices: [{ name: "sgd", learning_rate: 0.5 }, adam] });
  assert.deepEqual(space["training.schedule"], { choices: [null, steps] });
  // a name that was left out for a while has them too
  assert.deepEqual(spaceOf([{ ...optimizer, names: ["adam"] }], at, true).optimizer, { choices: [adam] });
});

test("a range whose bounds are not typed to the end has no number of configurations yet", () => {
  const range = (/** @type {any} */ low, /** @type {any} */ high) =>
    countOf({ any: { low, high, scale: "integer" } });
  assert.deepEqual([range(16, 64), range(16, 16)], [49, 1]);
  for (const [low, high] of [
    [16, 6],
    [16, null],
    [null, 64],
    ["1x", 64],
  ])
    assert.equal(range(low, high), Infinity);
});

test("the values at first lie around the present one, within the bounds of the field", () => {
  for (const field of studyFields(OPTIONS, EXPERIMENT)) {
    const row = firstRow(field);
    if (field.kind !== "numbers") assert.ok(row.names.length > 0, field.path);
    else {
      const values = row.text.split(", ").map(Number);
      assert.ok(values.length > 1, field.path);
      const { minimum, maximum } = /** @type {any} */ (field.field);
      assert.ok(
        values.every((value) => value >= (minimum ?? 0) && value <= (maximum ?? Infinity)),
        field.path,
      );
    }
  }
});

test("a configuration is put into its experiment, and said in words", () => {
  const values = {
    optimizer: { name: "adam", learning_rate: 0.01 },
    "network.hidden.1": 5,
    "dataset.augment.shift": 2,
  };
  const experiment = withValues(EXPERIMENT, values);
  assert.deepEqual(experiment.optimizer, values.optimizer);
  assert.deepEqual(experiment.network.hidden, [40, 5]);
  assert.equal(experiment.dataset.augment.shift, 2);
  assert.deepEqual(EXPERIMENT.network.hidden, [40, 20]);
  const [optimizer] = fieldsOf(["optimizer"]);
  assert.equal(onAxis(optimizer, values.optimizer), "Adam 0.01");
  const space = { optimizer: { choices: [{ name: "sgd", learning_rate: 0.1 }, values.optimizer] } };
  assert.equal(onAxis(fieldsOf(["optimizer"], space)[0], values.optimizer), "Adam");
  assert.equal(configurationText(GRID[1].values, [RATES, BATCHES]), "Learning rate 0.01, Batch 32");
});

test("configurations that differ have different words, rows and columns", () => {
  const slices = (/** @type {string} */ path, /** @type {any[]} */ ...choices) => {
    const [field] = fieldsOf([path], { [path]: { choices } });
    return slicesOf(field, { choices }, []).map(({ text, holds }) => [text, choices.map(holds)]);
  };
  const momentum = { name: "momentum", learning_rate: 0.1 };
  assert.deepEqual(slices("optimizer", { ...momentum, momentum: 0.5 }, { ...momentum, momentum: 0.9 }), [
    ["Momentum 0.1, Momentum 0.5", [true, false]],
    ["Momentum 0.1, Momentum 0.9", [false, true]],
  ]);
  assert.deepEqual(slices("network", { preset: "mlp", hidden: [32] }, { preset: "mlp", hidden: [64, 64] }), [
    ["dense layers (MLP), Hidden layers 32", [true, false]],
    ["dense layers (MLP), Hidden layers 64 64", [false, true]],
  ]);
  const step = { name: "step", every: 100 };
  const [schedule] = fieldsOf(["training.schedule"], {
    "training.schedule": { choices: [{ ...step, factor: 0.1 }, { ...step, factor: 0.5 }, null] },
  });
  assert.equal(schedule.word({ ...step, factor: 0.5 }), "step 100, Factor 0.5");
  assert.equal(schedule.word(null), "–");
});

test("an experiment with another name has none of the settings before, and one length", () => {
  const named = withValues(EXPERIMENT, { "optimizer.name": "adam", "optimizer.beta1": 0.8 });
  assert.deepEqual(named.optimizer, { name: "adam", learning_rate: 0.1, beta1: 0.8 });
  const same = { ...EXPERIMENT, optimizer: named.optimizer };
  assert.deepEqual(withValues(same, { "optimizer.name": "adam" }), same);
  const old = withValues(same, { "optimizer.name": "adam" }, 1);
  assert.deepEqual(old.optimizer, { name: "adam", learning_rate: 0.1 });
  const longer = withValues(EXPERIMENT, { "training.epochs": 3 });
  assert.deepEqual(longer.training, { epochs: 3, batch_size: 32 });
  assert.deepEqual(withValues(longer, { "training.iterations": 5 }).training, {
    batch_size: 32,
    iterations: 5,
  });
});

test("axes follow from the space, and stay while results come", () => {
  const range = { low: 0.001, high: 0.1, scale: /** @type {const} */ ("log") };
  const axis = /** @type {any} */ (fieldScale(RATES, range));
  assert.deepEqual([0.001, 0.01, 0.1].map(axis.place), [0, 0.5, 1]);
  assert.ok(ticksOf(axis).length >= 3);
  const choices = /** @type {any} */ (
    fieldScale(fieldsOf(["network.activation"])[0], { choices: ["relu", "tanh"] })
  );
  assert.deepEqual([choices.kind, choices.place("tanh")], ["category", 1]);
  const first = /** @type {any} */ (resultScale("validation_accuracy", [0.71, 0.74], null));
  const more = /** @type {any} */ (resultScale("validation_accuracy", [0.72], first));
  assert.deepEqual([more.low, more.high], [first.low, first.high]);
  const wider = /** @type {any} */ (resultScale("validation_accuracy", [0.5], first));
  assert.ok(wider.low <= 0.5 && wider.high >= first.high);
});

test("round ends enclose all values, and are the same again for what lies between them", () =>
  forExamples(500, (examples) => {
    const values = examples.list(10, () => examples.whole(-500, 1000) / 1000, 1);
    const [low, high] = roundEnds(values);
    assert.ok(low < high && low <= Math.min(...values) && high >= Math.max(...values));
    assert.ok(high - low <= 2 * (Math.max(...values) - Math.min(...values)) + 1);
    assert.deepEqual(roundEnds(values, [low, high]), [low, high]);
  }));

test("a scale has ticks at round ends, also where a division of decimals is not exact", () => {
  const ticks = ticksOf(scaleBetween(0.2, 0.7, false)).map(({ value }) => value);
  assert.deepEqual(ticks, [0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
});

test("each configuration with a result has a line, and parts of axes choose among them", () => {
  const points = pointsOf([...GRID, configuration(9, { [RATE]: 1 }, [null])], [RATES, BATCHES], () => "");
  assert.deepEqual(
    points.map(({ run }) => run),
    ["1", "2", "3", "4"],
  );
  const scale = fieldScale(RATES, { choices: [0.01, 0.1] });
  const metric = {
    ...METRICS.validation_accuracy,
    title: "",
    scale: resultScale("validation_accuracy", [0.5, 0.81], null) ?? undefined,
  };
  const { axes, lines } = parallelCoordinates(points, [{ ...RATES, scale }, BATCHES], metric, 600);
  assert.equal(axes.length, 3);
  const chosen = lines.filter((line) => isChosen(line, new Map([[0, partAt(1)]])));
  assert.deepEqual(chosen.map(({ point }) => point.run).toSorted(), ["3", "4"]);
  assert.equal(lines.at(-1)?.point.run, "4"); // the best lies above
});

test("a cell has the mean of its seeds, and how many they are", () => {
  const slices = [RATES, BATCHES].map((field) => ({
    path: field.path,
    slices: slicesOf(field, undefined, GRID),
  }));
  const cells = cellsOf(GRID, slices[0], slices[1], true);
  assert.deepEqual(
    cells.map((row) => row.map(({ best }) => best?.number)),
    [
      [1, 3],
      [2, 4],
    ],
  );
  assert.ok(cells.flat().every(({ pairs }) => pairs === 2));
  assert.equal(cells[1][1].share, 1);
  assert.equal(cells[0][0].share, 0);
  const other = cellsOf(GRID, slices[0], slices[1], false);
  assert.equal(other[0][0].share, 1);
});

test("where other fields vary too, a cell shows the best configuration of the longest training", () => {
  const across = { path: RATE, slices: slicesOf(RATES, undefined, GRID) };
  const one = { path: "none", slices: [{ text: "", holds: () => true }] };
  const [[first]] = cellsOf(GRID, across, one, true);
  assert.deepEqual(
    first.configurations.map(({ number }) => number),
    [2, 1],
  );
  const promoted = GRID.map((each) => (each.number === 1 ? { ...each, rung: 2 } : each));
  const [[longest]] = cellsOf(promoted, across, one, true);
  assert.equal(longest.best?.number, 1);
});

test("a range is divided into parts that hold each value once", () =>
  forExamples(200, (examples) => {
    const low = examples.whole(1, 20);
    const high = low + examples.whole(1, 60);
    const scale = examples.of(/** @type {const} */ (["linear", "log", "integer"]));
    const slices = slicesOf(RATES, { low, high, scale }, []);
    assert.ok(slices.length >= 2 && slices.length <= 6);
    const value = scale === "integer" ? examples.whole(low, high) : examples.logarithmic(low, high);
    for (const each of [low, high, value]) assert.equal(slices.filter(({ holds }) => holds(each)).length, 1);
  }));

test("the steps of a range count only in a grid: other methods draw any of its values", () => {
  /** @type {Record<string, any>} */
  const space = { rate: { low: 0.1, high: 1, scale: "log", steps: 5 }, units: { choices: [1, 2] } };
  const steps = (/** @type {any} */ method) =>
    /** @type {any} */ (dividedSpace({ space, method })).rate.steps;
  assert.equal(steps({ name: "grid" }), 5);
  assert.equal(steps({ name: "halving", configurations: null }), 5);
  assert.equal(steps({ name: "halving", configurations: 9 }), undefined);
  assert.equal(steps({ name: "random", configurations: 200 }), undefined);
  assert.equal(steps({ name: "tpe", configurations: 30 }), undefined);
});

test("the labels of a narrow range have as many digits as they need to differ", () => {
  const texts = (/** @type {any} */ values) => slicesOf(RATES, values, []).map(({ text }) => text);
  assert.deepEqual(texts({ low: 0.0001, high: 0.1, scale: "log" }).slice(0, 2), [
    "0.0001–0.00032",
    "0.00032–0.001",
  ]);
  assert.deepEqual(texts({ low: 100, high: 106, scale: "linear" }).slice(0, 2), ["100–101", "101–102"]);
  for (const values of [
    { low: 0.99, high: 0.9999, scale: "linear" },
    { low: 100, high: 110, scale: "linear" },
  ])
    for (const text of texts(values)) assert.equal(new Set(text.split("–")).size, 2, text);
});

test("the spread has a dot for each seed, and one scale for dots, intervals and the luck line", () => {
  const luck = { of: 4, spread: 0.01, middle: 0.6, line: 0.62 };
  const spread = spreadOf(GRID, "validation_accuracy", luck, null);
  assert.equal(spread?.lines.length, 4);
  for (const { dots, mean, interval } of spread?.lines ?? []) {
    assert.equal(dots.length, 2);
    assert.ok(dots[0] < mean && mean < dots[1]);
    assert.ok(interval && interval[0] <= mean && interval[1] >= mean);
  }
  const { low, high } = spread?.scale ?? { low: 0, high: 0 };
  assert.ok(Math.abs(Number(spread?.luck) - (0.62 - low) / (high - low)) < 1e-9);
  assert.equal(spreadOf([configuration(1, {}, [null])], "validation_accuracy", null, null), null);
  const wide = configuration(1, {}, [0.98, 1], { low: 0.8, high: 1.2 });
  assert.ok(Number(spreadOf([wide], "validation_accuracy", null, null)?.scale.high) <= 1); // no accuracy is above 100%
});

test("beside a loss that diverges, the others can still be told apart", () => {
  const losses = [0.5, 0.6, 4000].map((loss, i) =>
    configuration(i + 1, { [RATE]: loss }, [loss, 1.1 * loss], { low: -1 }),
  );
  const spread = spreadOf(losses, "validation_loss", null, null);
  assert.equal(spread?.scale.kind, "log");
  const [first, second, diverged] = (spread?.lines ?? []).map(({ mean }) => mean);
  assert.ok(second - first > 0.01 && diverged > 0.8);
  assert.ok(spread?.lines.every(({ interval }) => interval?.[0] === 0)); // it reaches below every loss
  const scale = resultScale("validation_loss", [0.5, 0.6, 4000], null);
  assert.deepEqual([scale?.low, scale?.high], [0.1, 10_000]);
  assert.equal(resultScale("validation_loss", [0.5, 4000], scale)?.high, 10_000);
  const across = { path: RATE, slices: slicesOf(RATES, undefined, losses) };
  const [[a, b]] = cellsOf(losses, across, { path: "", slices: [{ text: "", holds: () => true }] }, false);
  assert.ok(a.share === 1 && b.share < 0.99);
});

test("a table is sorted by any column, with what is missing last in both directions", () => {
  const missing = configuration(5, { [RATE]: 0.05 }, [null]);
  const all = [missing, ...GRID];
  const numbers = (/** @type {string} */ by, down = false) =>
    sorted(all, { by, down }).map(({ number }) => number);
  assert.deepEqual(numbers("mean", true), [4, 3, 2, 1, 5]);
  assert.deepEqual(numbers("mean"), [1, 2, 3, 4, 5]);
  assert.deepEqual(numbers(RATE), [1, 2, 5, 3, 4]);
  assert.deepEqual(numbers("number", true), [5, 4, 3, 2, 1]);
  const texts = ["adam 0.9", "adam 0.85"].map((name, i) => configuration(i + 1, { name }, [null]));
  assert.deepEqual(
    sorted(texts, { by: "name", down: false }).map(({ number }) => number),
    [2, 1],
  );
  assert.deepEqual(clicked({ by: "number", down: false }, "mean", true), { by: "mean", down: true });
  assert.deepEqual(clicked({ by: "mean", down: true }, "mean", true), { by: "mean", down: false });
});

/** @param {Partial<StudyResults["verdict"]>} verdict @param {Partial<StudyResults>} changes @returns {StudyResults} */
function resultsOf(verdict, changes = {}) {
  const difference = { mean: -0.1, low: -0.15, high: 0.02, pairs: 6, tied: true, p: 0.1, p_holm: 0.2 };
  const [third, , second, best] = GRID;
  return {
    ...{ id: "a", revision: 1, metric: "validation_accuracy", higher_is_better: true },
    ...{ fields: [RATE, "training.batch_size"], pairs: [], rungs: [] },
    configurations: [
      best,
      { ...second, difference },
      { ...third, difference: { ...difference, tied: false } },
    ],
    verdict: { kind: "tie", best: 4, tied: [3], pairs: 6, least_pairs: 6, ...verdict },
    luck: { of: 4, spread: 0.01, middle: 0.6, line: 0.62 },
    test: "closed",
    ...changes,
  };
}

test("the verdict says who wins or why none does, by how much, and what luck alone would give", () => {
  const fields = [RATES, BATCHES];
  const tie = verdictTexts(resultsOf({}), fields, false);
  assert.match(tie.head, /^A tie: Learning rate 0.1, Batch 32 is ahead, but 1 of/);
  assert.ok(tie.body.some((text) => text.includes("−10.0 points (95% interval −15.0 to +2.0)")));
  assert.ok(tie.body.some((text) => text.startsWith("Luck line") && text.includes("62.0%")));
  assert.match(verdictTexts(resultsOf({ kind: "winner", tied: [] }), fields, false).head, /wins/);
  const few = verdictTexts(resultsOf({ kind: "few", pairs: 2 }), fields, true);
  assert.match(few.head, /^So far: .* needs 6 seeds, and the one with the fewest has 2/);
  const none = resultsOf({ kind: "none", best: null });
  assert.deepEqual(verdictTexts(none, fields, true), { head: "There is no result yet.", body: [] });
  assert.equal(verdictTexts(none, fields, false).head, "No trial has a result.");
  speakAs("ja");
  assert.match(verdictTexts(resultsOf({}), fields, false).head, /^引き分け：.*が首位ですが/);
  speakAs("en");
});

test("of a study with rungs, the verdict says that only the configurations of the highest one are compared", () => {
  const [, , second, best] = GRID;
  const fields = [RATES, BATCHES];
  const configurations = [{ ...best, rung: 2 }, second];
  const alone = verdictTexts(resultsOf({ kind: "alone" }, { configurations }), fields, false);
  assert.match(alone.head, /^Learning rate 0.1, Batch 32 is the only configuration that has come to rung 2/);
  const winner = verdictTexts(resultsOf({ kind: "winner" }, { configurations }), fields, false);
  assert.match(winner.body[0], /^Only the configurations of rung 2 are compared/);
  const first = verdictTexts(resultsOf({ kind: "alone" }), fields, false);
  assert.match(first.head, /^Only one configuration was trained/);
});

test("with folds, configurations are compared by pairs of a seed and a fold, without them by seeds", () => {
  const fields = [RATES, BATCHES];
  const pairs = [1, 2, 3, 4, 5].map((fold) => ({ seed: 1, fold }));
  const few = verdictTexts(resultsOf({ kind: "few", pairs: 5 }, { pairs }), fields, false);
  assert.match(few.head, /needs 6 pairs of a seed and a fold, and the one with the fewest has 5/);
  assert.ok(few.body.some((text) => text.includes("compared by pairs of a seed and a fold (n = 6)")));
  const seeds = verdictTexts(resultsOf({}, { pairs: [{ seed: 1, fold: null }] }), fields, false);
  assert.ok(seeds.body.some((text) => text.includes("compared seed by seed (n = 6)")));
});

test("test examples are spoken of at the end only", () => {
  const measured = { ...GRID[3], test: { mean: 0.77, spread: 0.012, scores: [0.77] } };
  const results = resultsOf({}, { test: "measured", configurations: [measured] });
  assert.match(testText(results, false), /81.0%.* On test examples: 77.0%, spread 1.2/);
  assert.ok(!testText(resultsOf({}), true).includes("%"));
  assert.equal(amountText("validation_loss", -0.01234, true), "−0.012");
});

test("the progress says what is done, and of the rest only what there is", () => {
  const trials = { total: 8, done: 3, training: 2, waiting: 3, failed: 0, remembered: 1 };
  const study = /** @type {any} */ ({
    trials,
    rung: { now: 1, of: 3 },
    expected_seconds: 12,
    status: "running",
  });
  const texts = progressTexts(study);
  assert.equal(texts[0], "3 of 8 trials");
  assert.ok(!texts.some((text) => text.includes("failed")));
  assert.ok(texts.includes("rung 1 of 3") && texts.includes("1 known already"));
});

test("a student's study waits while launching is held and none of its trials trains, a teacher's goes on", () => {
  const study = (/** @type {number | null} */ number, /** @type {number} */ training) =>
    /** @type {any} */ ({
      status: "running",
      owner: { id: "p1", number, nickname: null },
      trials: { training },
    });
  assert.match(statusText(study(7, 0), true), /^waiting: /);
  assert.equal(statusText(study(7, 0), false), "running");
  assert.equal(statusText(study(7, 2), true), "running");
  assert.equal(statusText(study(null, 0), true), "running");
  assert.equal(statusText({ ...study(7, 0), status: "paused" }, true), "paused");
});
