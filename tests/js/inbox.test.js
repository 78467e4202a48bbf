/** The inbox: what a page knows of the runs while and after their list comes in parts. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Inbox } from "../../static/js/server/inbox.js";
import { Store } from "../../static/js/state/store.js";
import { makeRun } from "./lab.js";
import { forExamples } from "./random.js";

globalThis.requestAnimationFrame = () => 0;

/**
 * @param {Inbox} inbox
 * @param {object} message
 */
const say = (inbox, message) =>
  inbox.receive(JSON.stringify({ type: "runs", runs: [], deleted: [], ...message }));
/**
 * @param {string} id
 * @param {number} revision
 */
const run = (id, revision) => ({ ...makeRun(), id, revision, number: 1, archived: false });
/** @param {Store} store */
const known = (store) =>
  Object.fromEntries([...store.runs.values()].map(({ id, revision }) => [id, revision]));

test("known runs stay until the list is complete, and then only those in the list", () => {
  const store = new Store();
  say(new Inbox(store), { runs: [run("a", 1), run("b", 1), run("c", 1)], more: false });
  const inbox = new Inbox(store);
  say(inbox, { runs: [run("a", 2)], more: true });
  assert.deepEqual(known(store), { a: 2, b: 1, c: 1 });
  say(inbox, { runs: [run("c", 2)], more: false });
  assert.deepEqual(known(store), { a: 2, c: 2 });
});

test("the list of an empty lab is complete immediately", () => {
  const store = new Store();
  let complete = false;
  store.whenComplete(() => (complete = true));
  say(new Inbox(store), { more: false });
  assert.ok(complete);
});

test("a run that was launched while the list came stays, though no part names it", () => {
  const store = new Store();
  const inbox = new Inbox(store);
  say(inbox, { runs: [run("a", 1)], more: true });
  store.putRuns([run("launched", 1)]); // the answer to the command
  say(inbox, { more: false });
  assert.deepEqual(known(store), { a: 1, launched: 1 });
});

test("a run that was deleted between two parts does not come back", () => {
  const store = new Store();
  const inbox = new Inbox(store);
  say(inbox, { runs: [run("a", 1)], more: true });
  say(inbox, { deleted: ["a", "b"] });
  store.putRuns([run("a", 1)]); // a late answer
  say(inbox, { runs: [run("c", 1)], more: false });
  assert.deepEqual(known(store), { c: 1 });
});

test("whatever happens in the lab meanwhile, in the end the page knows its runs, and none leaves that comes again", () => {
  forExamples(300, (examples) => {
    const lab = new Map();
    let changes = 0;
    /** @param {string} id */
    const change = (id) => lab.set(id, { ...run(id, ++changes), archived: examples.of([true, false]) });
    for (const id of examples.list(12, () => `run ${examples.whole(1, 20)}`)) change(id);
    const store = new Store();
    store.putRuns([...lab.values(), run("of before", 0)].filter(() => examples.of([true, false])));

    const inbox = new Inbox(store);
    const due = [...lab.values()]
      .sort((a, b) => Number(a.archived) - Number(b.archived) || b.revision - a.revision)
      .map(({ id, revision }) => ({ id, revision }));
    for (;;) {
      const runs = [];
      /** @type {string[]} */
      const deleted = [];
      for (const id of examples.list(2, () => `run ${examples.whole(1, 20)}`)) {
        if (lab.has(id) && examples.of([true, false])) {
          lab.delete(id);
          deleted.push(id);
        } else if (!deleted.includes(id) && lab.has(id)) {
          change(id);
          runs.push(lab.get(id));
        }
      }
      const gone = [...store.runs.keys()].filter((id) => lab.has(id));
      if (runs.length + deleted.length) say(inbox, { runs: runs.filter(({ id }) => lab.has(id)), deleted });
      const part = due
        .splice(0, examples.whole(1, 4))
        .filter(({ id, revision }) => lab.get(id)?.revision === revision);
      say(inbox, { runs: part.map(({ id }) => lab.get(id)), more: due.length > 0 });
      if (!due.length) break;
      for (const id of gone) assert.ok(store.runs.has(id), `${id} has left the page`);
    }
    assert.deepEqual(known(store), Object.fromEntries([...lab].map(([id, { revision }]) => [id, revision])));
  });
});
