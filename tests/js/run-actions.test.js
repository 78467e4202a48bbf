/** Archiving and deleting runs: what is said of it, what undoing brings back, and when a deletion is sent. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { RunActions } from "../../static/js/runs/run-actions.js";
import { Store } from "../../static/js/state/store.js";
import { speakAs } from "./catalog.js";
import { makeRun } from "./lab.js";

/**
 * @import { TestContext } from "node:test"
 * @import { Toast } from "../../static/js/page/toast.js"
 */

/** The requests that were sent, and those of them that are not answered yet. @type {{sent: string[], waiting: (() => void)[]}} */
const lab = { sent: [], waiting: [] };

Object.assign(globalThis, {
  addEventListener: () => {},
  requestAnimationFrame: () => 0,
  /** Change a run as the lab does, once the test lets it answer; run 9 cannot be changed. */
  fetch: (/** @type {string} */ path, /** @type {RequestInit} */ { method, body }) => {
    const number = Number(path.slice(-1));
    lab.sent.push([method, number, ...(body ? [body] : [])].join(" "));
    return new Promise((resolve) => {
      lab.waiting.push(() => {
        if (number === 9)
          return resolve(Response.json({ error: { code: "no", message: "" } }, { status: 409 }));
        const { train, evaluation, ...view } = makeRun({ number, revision: 1 + lab.sent.length });
        resolve(Response.json({ ...view, ...JSON.parse(String(body)) }));
      });
    });
  },
});

/** A page with runs 1 to 3 and 9, the first of them archived. No time passes on it. @param {TestContext} context */
function openPage(context) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  speakAs("en");
  Object.assign(lab, { sent: [], waiting: [] });
  const store = new Store();
  store.putRuns([1, 2, 3, 9].map((number) => makeRun({ number, archived: number === 1 })));
  /** @type {string[]} */
  const said = [];
  const toast = { show: (/** @type {string} */ text) => said.push(text), hide: () => {} };
  const actions = new RunActions(store, /** @type {Toast} */ (/** @type {unknown} */ (toast)), () => {});
  return { actions, said };
}

const settled = () => new Promise(setImmediate);

/** Let the lab answer all requests. */
async function answerAll() {
  for (await settled(); lab.waiting.length; await settled()) lab.waiting.shift()?.();
}

test("undoing an archive brings back only the runs that were not in the archive before", async (context) => {
  const { actions, said } = openPage(context);
  void actions.archive(["a1", "a2", "a3"]);
  await answerAll();
  assert.deepEqual(said, ["Archived 2 runs"]);
  lab.sent = [];
  actions.undo();
  await answerAll();
  assert.deepEqual(lab.sent, ['PATCH 2 {"archived":false}', 'PATCH 3 {"archived":false}']);
});

test("only what was archived is said to be archived, and can be undone", async (context) => {
  const { actions, said } = openPage(context);
  void actions.archive(["a2", "a9"]);
  await answerAll();
  assert.equal(said.at(-1), "Archived run 2");
  void actions.archive(["a9"]);
  await answerAll();
  assert.equal(said.at(-1), "Archived run 2");
  assert.equal(actions.undo(), false);
});

test("an answer that comes late makes no later action final, and takes nothing from its undo", async (context) => {
  const { actions, said } = openPage(context);
  void actions.archive(["a2"]);
  await settled();
  actions.remove(["a3"]);
  await answerAll();
  assert.deepEqual(lab.sent, ['PATCH 2 {"archived":true}']);
  assert.deepEqual(said, ["Deleted run 3"]);
  assert.equal(actions.undo(), true);
  void actions.archive(["a2"], false);
  void actions.archive(["a3"]);
  await answerAll();
  assert.equal(said.at(-1), "Archived run 3");
  lab.sent = [];
  actions.undo();
  await answerAll();
  assert.deepEqual(lab.sent, ['PATCH 3 {"archived":false}']);
});
