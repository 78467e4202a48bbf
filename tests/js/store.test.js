/** The store: what comes late, twice or in another order changes nothing that is newer. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Store } from "../../static/js/state/store.js";
import { makeRun } from "./lab.js";
import { forExamples } from "./random.js";

/** @import { Run } from "../../static/js/types.js" */

/** Frames that are drawn when the test says so. @type {FrameRequestCallback[]} */
const frames = [];
globalThis.requestAnimationFrame = (draw) => frames.push(draw);

/**
 * A run as the server says it: without the rows that the page has of it.
 * @param {number} number
 * @param {number} revision
 * @param {Partial<Run>} changes
 */
function view(number, revision, changes = {}) {
  const { train, evaluation, ...run } = makeRun({ number, revision, ...changes });
  return run;
}

test("in whichever order views of a run come, the one with the highest revision stays", () =>
  forExamples(200, (examples) => {
    const views = Array.from({ length: 8 }, (_, i) => view(1, i, { name: `revision ${i}` }));
    const store = new Store();
    for (const view of views.toSorted(() => examples.of([-1, 1]))) store.putRuns([view]);
    assert.equal(store.runs.get("a1")?.name, "revision 7");
  }));

test("a deleted run does not come back with a late answer", () => {
  const store = new Store();
  store.putRuns([view(1, 1), view(2, 2)]);
  store.removeRuns(["a1"]);
  store.putRuns([view(1, 9)]);
  assert.deepEqual([...store.runs.keys()], ["a2"]);
});

test("views are drawn once per frame for all messages, and immediately after an action of the viewer", () => {
  const store = new Store();
  let drawn = 0;
  store.on("draw", () => drawn++);
  frames.length = 0;
  for (let revision = 1; revision <= 5; revision++) store.putRuns([view(1, revision)]);
  assert.equal(drawn, 0);
  assert.equal(frames.length, 1);
  frames[0](0);
  assert.equal(drawn, 1);
  store.show(["a1"], false);
  assert.equal(drawn, 2);
});

test("the newest runs are shown until the viewer chooses, and a choice stays while others come", () => {
  const store = new Store();
  store.putRuns(Array.from({ length: 12 }, (_, i) => view(i + 1, i)));
  assert.deepEqual(
    store.shown().map(({ number }) => number),
    [5, 6, 7, 8, 9, 10, 11, 12],
  );
  store.showOnly(["a1"]);
  store.putRuns([view(13, 20)]);
  assert.deepEqual(
    store.shown().map(({ number }) => number),
    [1, 13],
  );
});

test("choices of an earlier visit are forgotten with their runs, and the newest are shown again", () => {
  const store = new Store({ gone: true, a1: false });
  store.beginList();
  store.listRuns([view(1, 1), view(2, 2)]);
  const before = store.choiceVersion;
  store.endList();
  assert.deepEqual([store.choices(), store.hasChoices], [{ a1: false }, true]);
  assert.ok(store.choiceVersion > before, "the page keeps what is left");
  const other = new Store({ gone: true });
  other.beginList();
  other.listRuns([view(2, 2)]);
  other.endList();
  assert.deepEqual([other.hasChoices, other.shown().length], [false, 1]);
});

test("the progress of a run and its place in the queue change nothing by which a list is arranged", () => {
  const store = new Store();
  store.putRuns([view(1, 1, { status: "running" }), view(2, 2, { status: "queued" })]);
  const { runs, results } = store.versions;
  store.putRuns([view(1, 3, { status: "running", iteration: 50 })]);
  store.putRuns([view(2, 4, { status: "queued", place: { ahead: 3, seconds: null } })]);
  assert.deepEqual(store.versions, { runs, results });
  store.putRuns([view(1, 5, { status: "completed" })]);
  assert.deepEqual(store.versions, { runs, results: results + 1 });
  store.putRuns([view(2, 6, { status: "queued", name: "renamed" })]);
  store.removeRuns(["a1"]);
  assert.deepEqual(store.versions, { runs: runs + 2, results: results + 1 });
  assert.deepEqual(
    store.list().map(({ name }) => name),
    ["renamed"],
  );
});
