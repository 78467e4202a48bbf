/** New names of runs: none is lost, and only another person's name conflicts with them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { NewNames } from "../../static/js/runs/new-names.js";
import { RunActions } from "../../static/js/runs/run-actions.js";
import { Store } from "../../static/js/state/store.js";
import { makeRun } from "./lab.js";

/** @import { Toast } from "../../static/js/page/toast.js" */

/** What the browser keeps for the next visit. @type {Map<string, string>} */
const stored = new Map();
/**
 * The name in the lab, requests that it has not answered yet, and whether it can be reached.
 * @type {{name: string, revision: number, waiting: (() => void)[], isUp: boolean}}
 */
const lab = { name: "", revision: 0, waiting: [], isUp: true };

Object.assign(globalThis, {
  addEventListener: () => {},
  requestAnimationFrame: () => 0,
  window: {
    kept: {
      get: (/** @type {string} */ key) => stored.get(key) ?? null,
      set: (/** @type {string} */ key, /** @type {string} */ text) => Boolean(stored.set(key, text)),
    },
  },
  /** Change the name as the lab does, once the test lets it answer. */
  fetch: (/** @type {string} */ _, /** @type {RequestInit} */ { body }) =>
    new Promise((resolve, reject) => {
      if (!lab.isUp) return reject(new TypeError("no network"));
      const { name, was } = JSON.parse(String(body));
      lab.waiting.push(() => {
        const isConflict = ![was.name, name].includes(lab.name);
        const error = { code: "changed_meanwhile", message: "", bounds: { now: lab.name } };
        if (isConflict) return resolve(Response.json({ error }, { status: 409 }));
        lab.name = name;
        resolve(Response.json(viewOfRun()));
      });
    }),
});

/** The run as the lab says it. */
function viewOfRun() {
  const { train, evaluation, ...view } = makeRun({ name: lab.name, revision: ++lab.revision });
  return view;
}

/** A page with one run, "A". */
function openPage() {
  stored.clear();
  Object.assign(lab, { name: "A", waiting: [], isUp: true });
  const store = new Store();
  store.beginList();
  store.listRuns([viewOfRun()]);
  store.endList();
  const names = new NewNames(store, new RunActions(store, /** @type {Toast} */ ({}), () => {}));
  return { names, store };
}

const settled = () => new Promise(setImmediate);

/** Let the lab answer all requests, also those that are sent after an answer. */
async function answerAll() {
  for (await settled(); lab.waiting.length; await settled()) lab.waiting.shift()?.();
}

/** The name that is kept for the next visit. */
function keptName() {
  return JSON.parse(stored.get("names") ?? "{}").a1?.name.text;
}

test("a name is kept for the next visit while its request is on the way", async () => {
  const { names } = openPage();
  names.send("a1", "B", "A");
  assert.equal(keptName(), "B");
  assert.equal(names.coming("a1"), "B");
  await answerAll();
  assert.equal(lab.name, "B");
  assert.equal(keptName(), undefined);
  assert.equal(names.coming("a1"), undefined);
});

test("a second name that is typed before the first one is stored does not conflict with it", async () => {
  const { names } = openPage();
  names.send("a1", "B", "A");
  names.send("a1", "C", String(names.coming("a1")));
  await answerAll();
  assert.equal(lab.name, "C");
  assert.equal(names.conflict("a1"), null);
  assert.equal(keptName(), undefined);
});

test("a name that is typed over one that could not be sent is sent in its place", async () => {
  const { names, store } = openPage();
  lab.isUp = false;
  names.send("a1", "B", "A");
  await settled();
  names.send("a1", "C", String(names.coming("a1")));
  await settled();
  assert.deepEqual([lab.name, keptName()], ["A", "C"]);
  lab.isUp = true;
  store.setConnection("live");
  await answerAll();
  assert.deepEqual([lab.name, keptName()], ["C", undefined]);
});

test("a box that was opened over a name on its way, and closed when that was stored, conflicts with nothing", async () => {
  const { names } = openPage();
  names.send("a1", "B", "A");
  const before = String(names.coming("a1"));
  await answerAll();
  names.send("a1", "C", before);
  await answerAll();
  assert.equal(lab.name, "C");
});

test("a name of another person conflicts with both of two names, and one of them is chosen", async () => {
  const { names } = openPage();
  names.send("a1", "B", "A");
  names.send("a1", "C", "B");
  lab.name = "theirs";
  await answerAll();
  assert.deepEqual(names.conflict("a1"), { mine: "C", theirs: "theirs" });
  assert.equal(names.coming("a1"), undefined); // a box shows the name in the list
  names.send("a1", "C", "theirs");
  await answerAll();
  assert.equal(lab.name, "C");
  assert.equal(names.conflict("a1"), null);

  names.send("a1", "D", "C");
  lab.name = "theirs";
  await answerAll();
  names.takeTheirs("a1");
  assert.deepEqual([names.conflict("a1"), keptName(), lab.name], [null, undefined, "theirs"]);
});
