/** The draft: several values in fields, and several choices, make every combination, once, each with its name. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ComparedRun } from "../../static/js/form/compared-run.js";
import { Draft } from "../../static/js/form/draft.js";
import { alternatives, typed } from "../../static/js/form/values.js";
import { speakAs } from "./catalog.js";
import { labOptions } from "./lab.js";
import { forExamples } from "./random.js";

const OPTIONS = labOptions();
speakAs("en");

const RATE = { kind: "number", scale: "log" };
const BATCH = { kind: "integer", scale: "log" };

/** A draft on the digits, in which fields hold what is typed. */
function draftOf({ rate = "0.1", batch = "16" } = {}) {
  const draft = new Draft(OPTIONS);
  draft.chooseDatasets(["digits"]);
  for (const optimizer of alternatives(draft.document.optimizer)) optimizer.learning_rate = typed(rate, RATE);
  draft.document.training.batch_size = typed(batch, BATCH);
  return draft;
}

/**
 * @param {any[][]} lists
 * @returns {any[][]}
 */
const product = (...lists) =>
  lists.reduce(
    (/** @type {any[][]} */ all, list) => all.flatMap((one) => list.map((value) => [...one, value])),
    [[]],
  );
/** @param {unknown[]} rows */
const sorted = (rows) => rows.map((row) => JSON.stringify(row)).toSorted();

test("lists in two fields make every combination", () => {
  const experiments = draftOf({ rate: "0.01, 0.1", batch: "16、32;64" }).experiments();
  const found = experiments.map(({ optimizer, training }) => [optimizer.learning_rate, training.batch_size]);
  assert.deepEqual(sorted(found), sorted(product([0.01, 0.1], [16, 32, 64])));
});

test("a grid is multiplied by its seeds and folds", () => {
  const draft = draftOf({ rate: "0.01, 0.1" });
  draft.seeds = 2;
  draft.folds = 3;
  assert.equal(draft.count(), 12);
  const found = draft
    .experiments()
    .map(({ optimizer, seed, dataset }) => [optimizer.learning_rate, seed, dataset.fold.index]);
  assert.deepEqual(sorted(found), sorted(product([0.01, 0.1], [0, 1], [0, 1, 2])));
});

test("too large a grid is refused with its size", () => {
  const draft = draftOf({ rate: "0.001..1:30", batch: "1..20:4" });
  assert.equal(draft.count(), 120);
  assert.throws(() => draft.experiments(), { code: "too_many", bounds: { count: 120, most: 100 } });
});

test("optimizers, functions and a switch multiply, and each optimizer has its own settings and one learning rate", () => {
  const draft = draftOf({ rate: "0.05" });
  draft.chooseOptimizers(["sgd", "momentum", "adam"]);
  const [, , adam] = alternatives(draft.document.optimizer);
  adam.beta1 = typed("0.8, 0.9", RATE);
  const [network] = draft.networks;
  network.activation = { sweep: "sigmoid, relu", values: ["sigmoid", "relu"] };
  network.batch_norm = { sweep: "false, true", values: [false, true] };
  const experiments = draft.experiments();
  assert.equal(experiments.length, 16);
  const found = experiments.map(({ optimizer, network: one }) => [
    optimizer.name,
    optimizer.beta1 ?? null,
    one.activation,
    one.batch_norm,
  ]);
  const optimizers = [
    ["sgd", null],
    ["momentum", null],
    ["adam", 0.8],
    ["adam", 0.9],
  ];
  const wanted = product(optimizers, ["sigmoid", "relu"], [false, true]).map((one) => one.flat());
  assert.deepEqual(sorted(found), sorted(wanted));
  assert.ok(experiments.every(({ optimizer }) => optimizer.learning_rate === 0.05));
  const names = new Set(experiments.map(({ name }) => name));
  assert.equal(names.size, 16);
  assert.ok(names.has("Momentum · sigmoid · Batch norm on"));
  assert.ok(names.has("Adam · ReLU · Batch norm off · β₁ 0.8"));
});

test("a learning rate is kept between optimizers, but Adadelta neither takes it over nor passes its own on", () => {
  const draft = draftOf({ rate: "0.03" });
  /** @param {string} name */
  const rateOf = (name) => {
    draft.chooseOptimizers([name]);
    const [optimizer] = alternatives(draft.document.optimizer);
    assert.equal(optimizer.name, name);
    return optimizer.learning_rate;
  };
  assert.deepEqual(["adam", "adadelta", "sgd"].map(rateOf), [0.03, 1, 0.01]);
});

test("Adadelta keeps its own learning rate", () => {
  const draft = draftOf({ rate: "0.01, 0.02" });
  draft.chooseOptimizers(["sgd", "adam", "adadelta"]);
  const found = draft.experiments().map(({ optimizer }) => [optimizer.name, optimizer.learning_rate]);
  const wanted = [...product(["sgd", "adam"], [0.01, 0.02]), ["adadelta", 1]];
  assert.deepEqual(sorted(found), sorted(wanted));
});

test("weights, schedules, early stopping and penalties are compared, each with its own settings", () => {
  const draft = draftOf();
  draft.choosePenalties(["none", "l2"]);
  alternatives(draft.document.regularization)[1].l2 = typed("0.01, 0.001", RATE);
  draft.chooseSchedules(["none", "cosine"]);
  draft.document.training.schedule.values[1].minimum = 0.2;
  draft.stopEarly({ sweep: "false, true", values: [false, true] });
  draft.document.training.early_stopping.values[1].patience = 3;
  assert.equal(draft.count(), 12);
  const experiments = draft.experiments();
  const found = experiments.map(({ regularization, training }) => [
    regularization.l2 ?? 0,
    training.schedule?.minimum ?? null,
    training.early_stopping?.patience ?? null,
  ]);
  assert.deepEqual(sorted(found), sorted(product([0, 0.01, 0.001], [null, 0.2], [null, 3])));
  assert.equal(new Set(experiments.map(({ name }) => name)).size, 12);
});

test("networks multiply with their own settings, and those that need images are removed for a data set of points", () => {
  const draft = draftOf();
  draft.choosePresets(["mlp", "simple_convnet", "keras_cifar"]);
  const [mlp] = draft.networks;
  mlp.hidden = [typed("5, 10", BATCH), 20];
  draft.chooseInitializers(["he_normal", "normal"]);
  assert.equal(draft.count(), 8);
  draft.chooseDatasets(["spirals"]);
  assert.deepEqual(
    draft.networks.map(({ preset }) => preset),
    ["mlp"],
  );
  assert.equal(draft.count(), 4);
});

test("a data set with validation images keeps them back when it is the only one that is left", () => {
  const options = labOptions();
  Object.assign(options.datasets.find(({ name }) => name === "spirals") ?? {}, { validation_size: 40 });
  const draft = new Draft(options);
  draft.chooseDatasets(["digits"]);
  draft.chooseDatasets(["digits", "spirals"]);
  draft.chooseDatasets(["spirals"]);
  assert.equal(draft.document.dataset.validation_size, 40);
});

test("from several data sets back to one of them, its settings stay", () => {
  const draft = draftOf();
  Object.assign(draft.document.dataset, { train_size: 300, validation_size: 50 });
  const before = structuredClone(draft.document.dataset);
  draft.chooseDatasets(["digits", "spirals"]);
  draft.chooseDatasets(["digits"]);
  assert.deepEqual(draft.document.dataset, before);
});

test("a name begins with what differs, in the reader's language", () => {
  const draft = draftOf({ rate: "0.01, 0.1", batch: "16, 32" });
  draft.seeds = 2;
  const names = product([0.01, 0.1], [16, 32], [0, 1]).map(
    ([rate, batch, seed]) => `lr ${rate} · batch ${batch} · seed ${seed}`,
  );
  const difference = { special: [], changed: [] };
  assert.deepEqual(
    draft.experiments(difference).map(({ name }) => name),
    names,
  );
});

test("the runs of a cross-validation have no fold of another run in their names", () => {
  const compared = new ComparedRun();
  compared.set({ name: "run 1", fields: { "dataset.name": "digits" } });
  const draft = draftOf();
  draft.folds = 3;
  /** @type {any} */
  const first = {
    fields: { "dataset.name": "digits", "dataset.fold.folds": 3, "dataset.fold.index": 0 },
  };
  const difference = compared.difference(draft, first);
  assert.deepEqual(difference?.labels, ["Cross-validation"]);
  const repetitions = draft.experiments(difference).map(({ name }) => name.split(" · ").slice(2));
  assert.deepEqual(repetitions, [["fold 1/3"], ["fold 2/3"], ["fold 3/3"]]);
});

test("a draft is the same after its address is read again, whatever is chosen", () =>
  forExamples(100, (examples) => {
    const draft = draftOf({
      rate: examples.of(["0.1", "0.01, 0.1", "0.001..1"]),
      batch: examples.of(["16", "16..64"]),
    });
    /** @param {string[]} all */
    const some = (all) => {
      const chosen = all.filter(() => examples.of([true, false]));
      return chosen.length ? chosen : [examples.of(all)];
    };
    draft.chooseDatasets(some(["digits", "spirals"]));
    draft.choosePresets(some(draft.fitting));
    draft.chooseOptimizers(some(Object.keys(OPTIONS.optimizers)));
    draft.chooseInitializers(some(Object.keys(OPTIONS.initializers)));
    draft.choosePenalties(some(["none", "l1", "l2", "both"]));
    draft.seeds = examples.of([1, 3]);
    const copy = new Draft(OPTIONS);
    assert.ok(copy.restore(JSON.parse(JSON.stringify(draft))));
    assert.deepEqual(copy.toJSON(), draft.toJSON());
    assert.equal(copy.count(), draft.count());
    if (copy.count() <= 100) assert.equal(copy.experiments().length, copy.count());
  }));

const LAYERS = [
  { type: "dense", units: 30 },
  { type: "dense", units: 10 },
];

test("own layers stay when presets are chosen, and these with their settings when the layers are chosen again", () =>
  forExamples(50, (examples) => {
    const draft = draftOf();
    const presets = examples.of([["mlp"], ["simple_convnet"], ["mlp", "simple_convnet"]]);
    draft.choosePresets(presets);
    draft.networks[0].dropout = 0.25;
    const before = structuredClone(draft.document.network);
    draft.writeLayers(LAYERS);
    draft.layers?.unshift({ type: "dense", units: 7 });
    draft.chooseInitializers(["normal"]);
    const own = structuredClone(draft.layers);
    draft.choosePresets(presets);
    const initializer = draft.networks[0].initializer;
    assert.deepEqual(
      draft.networks,
      alternatives(before).map((network) => ({ ...network, initializer })),
    );
    const copy = new Draft(OPTIONS);
    assert.ok(copy.restore(JSON.parse(JSON.stringify(draft)))); // as from its address
    copy.chooseOwnLayers();
    assert.deepEqual(copy.layers, own);
    assert.equal(copy.own, null);
    assert.equal(copy.replacedVariants, 0); // they are not the first of these presets
  }));

test("own layers that wait follow the classes of another data set, as those in the form do", () => {
  const draft = draftOf();
  draft.writeLayers(LAYERS);
  draft.choosePresets(["mlp"]);
  draft.chooseDatasets(["spirals"]);
  assert.equal(draft.own?.at(-1)?.units, 3);
});

const SGD = { name: "sgd", learning_rate: 8 };
const several = (/** @type {any[]} */ ...values) => ({ sweep: "", values });

/** What an address may hold: an experiment with some sections. @param {Record<string, any>} sections */
const addressWith = (sections) => ({
  document: {
    dataset: { name: "digits" },
    network: { preset: "mlp", hidden: [], initializer: { name: "he_normal" } },
    training: {},
    regularization: {},
    optimizer: SGD,
    ...sections,
  },
  seeds: 1,
  folds: 1,
});

for (const sections of [{}, { optimizer: several(SGD, { name: "adam", learning_rate: 8 }) }])
  test(`an experiment of an address is taken: ${JSON.stringify(sections)}`, () => {
    const draft = new Draft(OPTIONS);
    assert.ok(draft.restore(addressWith(sections)));
    assert.equal(alternatives(draft.document.optimizer)[0].learning_rate, 8);
  });

for (const json of [
  null,
  7,
  [],
  {},
  { document: {}, seeds: 1, folds: 1 },
  { document: { dataset: { name: "x" } } },
  { seeds: 4 },
  { ...addressWith({}), seeds: 4 },
  addressWith({ optimizer: several() }),
  addressWith({ optimizer: several(SGD, SGD) }),
  addressWith({ optimizer: several(SGD, null) }),
  addressWith({ optimizer: { ...SGD, name: ["sgd"] } }),
  addressWith({ training: { schedule: { name: "none" } } }),
  addressWith({ dataset: { name: several("digits", "nothing") } }),
  addressWith({ regularization: several({}, 3) }),
  { ...addressWith({}), own: [{ type: "nothing" }] },
  { ...addressWith({}), own: 3 },
])
  test(`what is no draft is not taken: ${JSON.stringify(json)}`, () => {
    const draft = new Draft(OPTIONS);
    const before = JSON.stringify(draft);
    assert.equal(draft.restore(json), false);
    assert.equal(JSON.stringify(draft), before);
  });
