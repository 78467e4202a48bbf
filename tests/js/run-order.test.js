/** The order of the run list, and the fields of the shown runs: what they depend on, and what comes late. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { FlatConfigs } from "../../static/js/state/flat-configs.js";
import { Store } from "../../static/js/state/store.js";
import { registerDatasets } from "../../static/js/words/labels.js";
import { speakAs } from "./catalog.js";
import { makeRun } from "./lab.js";

Object.assign(globalThis, {
  location: { hash: "", pathname: "/", search: "" },
  history: { replaceState: () => {} },
  addEventListener: () => {},
  requestAnimationFrame: () => 0,
});
const { urlState } = await import("../../static/js/state/address.js");
const { RunOrder } = await import("../../static/js/runs/run-order.js");
const { ShownFields } = await import("../../static/js/charts/shown-fields.js");

speakAs("en");

/** @param {Parameters<typeof makeRun>[0][]} runs */
function storeOf(...runs) {
  const store = new Store();
  store.putRuns(runs.map((changes) => makeRun(changes)).map(({ train, evaluation, ...view }) => view));
  return store;
}

/** The lab answers requests for the fields of runs. @param {(number: number) => Record<string, any>} fieldsOf */
function answerFields(fieldsOf) {
  globalThis.fetch = async (path) => {
    const ids = String(path).split("runs=")[1].split(",");
    const fields = Object.fromEntries(ids.map((id) => [id, fieldsOf(Number(id.slice(1)))]));
    return new Response(JSON.stringify({ fields }));
  };
}

test("a list is sorted by a setting as soon as the lab is reached again", async () => {
  const order = new RunOrder(storeOf({ number: 1 }, { number: 2 }), new FlatConfigs());
  order.setQuery({ sort: "regularization.dropout", descending: false });
  globalThis.fetch = () => Promise.reject(new TypeError("offline"));
  const wait = globalThis.setTimeout;
  globalThis.setTimeout = /** @type {any} */ (
    (/** @type {() => void} */ call) => {
      answerFields((number) => ({ "regularization.dropout": number }));
      queueMicrotask(call);
    }
  );
  try {
    let due = 0;
    order.on("due", () => due++);
    order.arrange(true);
    assert.deepEqual(order.ids, ["a2", "a1"], "nothing is known of them");
    for (let i = 0; i < 99 && !due; i++) await new Promise(setImmediate);
    order.arrange(true);
    assert.deepEqual(order.ids, ["a1", "a2"]);
  } finally {
    globalThis.setTimeout = wait;
  }
});

test("the heads of groups have the new title of a data set", () => {
  const name = "own-0123456789abcdef";
  const order = new RunOrder(storeOf({ summary: { dataset: name } }), new FlatConfigs());
  registerDatasets([{ name, title: "Leaves" }]);
  order.setQuery({ group: "dataset.name" });
  const heads = () => order.rows.flatMap(({ group, run }) => (run ? [] : [group.label]));
  order.arrange(true);
  assert.deepEqual(heads(), ["Leaves"]);
  assert.equal(order.arrange(true), false, "nothing has changed");
  registerDatasets([{ name, title: "Petals" }]);
  order.arrange(true);
  assert.deepEqual(heads(), ["Petals"]);
});

test("other groups are all unfolded, but those of an address are as it says", () => {
  const order = new RunOrder(storeOf({}), new FlatConfigs());
  order.setQuery({ group: "regularization.l1" });
  order.fold("0");
  order.setQuery({ text: "run" });
  assert.deepEqual(urlState.get("folded"), ["0"]);
  order.setQuery({ group: "regularization.l2" });
  assert.deepEqual(urlState.get("folded"), []);
  urlState.apply('#list={"group":"seed"}&folded=0');
  assert.equal(order.query.group, "seed");
  assert.deepEqual(urlState.get("folded"), ["0"]);
});

test("only fetched settings differ between the shown runs", async () => {
  const store = storeOf({ number: 1 }, { number: 2 });
  const fields = new ShownFields(store, new FlatConfigs());
  answerFields((number) => ({ "training.batch_size": 10 * number, "training.iterations": 60 }));
  await fields.fetch();
  assert.deepEqual(fields.differing(), ["training.batch_size"]);
  const { train, evaluation, ...third } = makeRun({ number: 3 });
  store.putRuns([third]);
  assert.equal(store.shown().length, 3);
  assert.deepEqual(fields.differing(), ["training.batch_size"]);
});
