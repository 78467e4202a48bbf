/** Undo and redo of the form: every state comes back exactly, what is typed is one change, and the history is bounded. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { changedFields } from "../../static/js/form/changed-fields.js";
import { Draft } from "../../static/js/form/draft.js";
import { History, MAX_STEPS_BACK } from "../../static/js/form/history.js";
import { alternatives, typed } from "../../static/js/form/values.js";
import { speakAs } from "./catalog.js";
import { labOptions } from "./lab.js";
import { forExamples } from "./random.js";

/**
 * @import { DraftState } from "../../static/js/form/draft.js"
 * @import { Examples } from "./random.js"
 */

const OPTIONS = labOptions();
speakAs("en");

/** @param {DraftState} [state] */
function draftWith(state) {
  const draft = new Draft(OPTIONS);
  draft.chooseDatasets(["digits"]);
  if (state) draft.state = state;
  return draft;
}

const LAYERS = [
  { type: "dense", units: 12 },
  { type: "activation", name: "tanh" },
  { type: "dense", units: 10 },
];

/** What can be done in the form, by what it changes. @type {Record<string, (draft: Draft, examples: Examples) => void>} */
const CHANGES = {
  data: (draft, examples) => draft.chooseDatasets(some(examples, ["digits", "spirals", "moons"])),
  presets: (draft, examples) => draft.choosePresets(some(examples, draft.fitting)),
  layers: (draft) => draft.writeLayers(LAYERS),
  "own layers": (draft) => draft.chooseOwnLayers(),
  "all networks": (draft) => draft.returnToReplaced(),
  units: (draft, examples) => {
    const [network] = draft.networks;
    if (network.hidden) network.hidden.push(examples.whole(1, 99));
    else network.layers?.unshift({ type: "dense", units: examples.whole(1, 99) });
  },
  optimizers: (draft, examples) => draft.chooseOptimizers(some(examples, Object.keys(OPTIONS.optimizers))),
  rate: (draft, examples) => {
    for (const alternative of alternatives(draft.document.optimizer))
      alternative.learning_rate = typed(examples.of(["0.1", "0.01, 0.1", "", "x"]), { kind: "number" }) ?? "";
  },
  weights: (draft, examples) => draft.chooseInitializers(some(examples, Object.keys(OPTIONS.initializers))),
  penalties: (draft, examples) => draft.choosePenalties(some(examples, ["none", "l1", "l2", "both"])),
  schedules: (draft, examples) =>
    draft.chooseSchedules(some(examples, ["none", ...Object.keys(OPTIONS.schedules)])),
  stopping: (draft, examples) => draft.stopEarly(examples.of([true, false])),
  length: (draft, examples) => draft.chooseLength(examples.of(["iterations", "epochs"])),
  seeds: (draft, examples) => {
    draft.seeds = examples.of([1, 3]);
  },
  folds: (draft, examples) => {
    draft.folds = examples.of([1, 5]);
  },
};

/**
 * @param {Examples} examples
 * @param {string[]} all
 */
function some(examples, all) {
  const chosen = all.filter(() => examples.of([true, false]));
  return chosen.length ? chosen : [examples.of(all)];
}

test("whatever is changed, undoing it all goes back through every state, and redoing it all comes to the last one", () =>
  forExamples(150, (examples) => {
    const draft = draftWith();
    const history = new History(draft.state);
    const states = [draft.state];
    for (const change of examples.list(12, () => examples.of(Object.values(CHANGES)), 1)) {
      change(draft, examples);
      history.record(draft.state);
      if (JSON.stringify(draft.state) === JSON.stringify(states.at(-1))) continue;
      assert.ok(changedFields(/** @type {DraftState} */ (states.at(-1)), draft.state).length);
      states.push(draft.state);
    }
    const back = [];
    for (let state = history.go(-1); state; state = history.go(-1)) {
      draft.state = state;
      back.unshift(draft.state);
    }
    assert.deepEqual([...back, states.at(-1)], states);
    for (let state = history.go(1); state; state = history.go(1)) draft.state = state;
    assert.deepEqual(draft.state, states.at(-1));
    if (draft.count() <= 100) assert.equal(draft.experiments().length, draft.count());
  }));

test("a restored state is not changed by the next action", () => {
  const draft = draftWith();
  const history = new History(draft.state);
  draft.networks[0].hidden?.push(7);
  history.record(draft.state);
  draft.state = /** @type {DraftState} */ (history.go(-1));
  draft.networks[0].hidden?.push(8, 9);
  assert.deepEqual(history.peek(0)?.document, draftWith().document);
});

test("the weights of several networks stay the same object after an undo", () => {
  const draft = draftWith();
  draft.choosePresets(["mlp", "simple_convnet"]);
  const again = draftWith(draft.state);
  const [first, second] = again.networks;
  assert.equal(first.initializer, second.initializer);
});

/** A history of numbers, and what was recorded while typing. @param {(number | [typed: number])[]} states */
function historyOf(...states) {
  const history = new History(0);
  for (const state of states) {
    const typing = Array.isArray(state);
    history.record(typing ? state[0] : state, typing);
  }
  return history;
}

/** @param {History<number>} history */
function allBack(history) {
  const seen = [];
  for (let state = history.go(-1); state !== null; state = history.go(-1)) seen.push(state);
  return seen;
}

test("text typed letter by letter is undone in one step, and typing after a pause or in another field is another change", () => {
  assert.deepEqual(allBack(historyOf([1], [2], [3])), [0]);
  assert.deepEqual(allBack(historyOf(5, [1], [2], 7)), [2, 5, 0]);
  const history = historyOf([1], [2]);
  history.close();
  history.record(3, true);
  assert.deepEqual(allBack(history), [2, 0]);
});

test("typing that is reverted is not a change", () => {
  const history = historyOf(4, [1], [4]);
  assert.equal(history.isOpen, false);
  assert.deepEqual(allBack(history), [0]);
});

test("a value that is deleted and typed again is no change, though its key is the last one now", () => {
  /** @type {any} */
  const state = { document: { training: { evaluate_every: 10, batch_size: 32 } }, seeds: 1 };
  const history = new History(state);
  history.record({ ...state, document: { training: { batch_size: 32 } } }, true);
  history.record({ ...state, document: { training: { batch_size: 32, evaluate_every: 10 } } }, true);
  assert.equal(history.peek(-1), null);
});

test("a change after an undo replaces what could be redone", () => {
  const history = historyOf(1, 2, 3);
  history.go(-1);
  history.go(-1);
  history.record(9);
  assert.equal(history.go(1), null);
  assert.deepEqual(allBack(history), [1, 0]);
});

test("the oldest changes of very many are forgotten", () => {
  const history = historyOf(...Array.from({ length: 3 * MAX_STEPS_BACK }, (_, i) => i + 1));
  const back = allBack(history);
  assert.equal(back.length, MAX_STEPS_BACK);
  assert.equal(back[0], 3 * MAX_STEPS_BACK - 1);
});

test("loading the layers again that one edits is a change of the network: the earlier networks cannot be chosen any more", () => {
  const draft = draftWith();
  draft.writeLayers(LAYERS);
  const before = draft.state;
  draft.replaced = null;
  assert.deepEqual(changedFields(before, draft.state), ["network"]);
});

/** @type {[string[], (draft: Draft) => unknown][]} */
const NAMED = [
  [["dataset.name"], (draft) => draft.chooseDatasets(["digits", "spirals"])],
  [["dataset.augment.shift"], (draft) => Object.assign(draft.document.dataset, { augment: { shift: 2 } })],
  [["network"], (draft) => draft.writeLayers(LAYERS)],
  [["network"], (draft) => draft.choosePresets(["mlp", "simple_convnet"])],
  [["network.hidden"], (draft) => draft.networks[0].hidden?.push(3)],
  [["network.activation"], (draft) => Object.assign(draft.networks[0], { activation: "tanh" })],
  [["network.initializer"], (draft) => draft.chooseInitializers(["normal"])],
  [["optimizer"], (draft) => draft.chooseOptimizers(["adam"])],
  [["optimizer.learning_rate"], (draft) => Object.assign(draft.document.optimizer, { learning_rate: 0.3 })],
  [["regularization"], (draft) => draft.choosePenalties(["l2"])],
  [["training.schedule"], (draft) => draft.chooseSchedules(["cosine"])],
  [["training.early_stopping"], (draft) => draft.stopEarly(true)],
  [["training.iterations"], (draft) => Object.assign(draft.document.training, { iterations: 7 })],
  [["seeds"], (draft) => Object.assign(draft, { seeds: 3 })],
  [["dataset.fold"], (draft) => Object.assign(draft, { folds: 5 })],
  [
    ["seed", "seeds"],
    (draft) => Object.assign(draft, { seeds: 3 }) && Object.assign(draft.document, { seed: 9 }),
  ],
];
for (const [fields, change] of NAMED)
  test(`a change is called by its fields: ${fields}, ${change}`, () => {
    const draft = draftWith();
    const before = draft.state;
    change(draft);
    assert.deepEqual(changedFields(before, draft.state), fields);
    assert.deepEqual(changedFields(draft.state, before), fields);
    assert.deepEqual(changedFields(before, before), []);
  });
