/** The lab's page in a class: who may change which runs, and what is said of the class. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { bannersOf, inParts, ownerText } from "../../static/js/class/wording.js";
import { RunActions } from "../../static/js/runs/run-actions.js";
import { readQuery } from "../../static/js/runs/run-query.js";
import { Inbox } from "../../static/js/server/inbox.js";
import { Store } from "../../static/js/state/store.js";
import { speakAs } from "./catalog.js";
import { arranged, Configs, makeRun } from "./lab.js";
import { forExamples } from "./random.js";

/**
 * @import { PersonOfPage, Shown } from "../../static/js/class/types.js"
 * @import { Toast } from "../../static/js/page/toast.js"
 */

globalThis.requestAnimationFrame = () => 0;
Object.assign(globalThis, { addEventListener: () => {} });

const LEMON = { id: "p21", number: 21, nickname: "lemon" };
const OTHER = { id: "p4", number: 4, nickname: null };
const TEACHER = { id: "p0", number: null, nickname: null };
/** @type {PersonOfPage} */
const STUDENT = { id: "p21", role: "student" };

test("each person may change their own runs, the teacher all, and whoever opens a lab without a class all", () =>
  forExamples(100, (examples) => {
    const owners = [LEMON, OTHER, TEACHER, null];
    const runs = Array.from({ length: 12 }, (_, i) => makeRun({ number: i + 1, owner: examples.of(owners) }));
    const store = new Store();
    store.putRuns(runs);
    const actions = new RunActions(store, /** @type {Toast} */ ({}), () => {});
    const ids = runs.map(({ id }) => id);
    const of = (/** @type {string} */ person) =>
      runs.filter(({ owner }) => owner?.id === person).map(({ id }) => id);
    assert.deepEqual(actions.changeable(ids), ids);
    for (const [person, role, expected] of /** @type {[string, PersonOfPage["role"], string[]][]} */ ([
      ["p21", "student", of("p21")],
      ["p4", "student", of("p4")],
      ["p0", "teacher", ids],
      ["p9", "projector", []],
    ])) {
      store.person = { id: person, role };
      assert.deepEqual(actions.changeable(ids), expected, role);
      // only own runs are drawn until one chooses others
      const drawn = store.shown().map(({ id }) => id);
      assert.ok(
        drawn.every((id) => of(person).includes(id)),
        role,
      );
    }
  }));

test("what cannot be changed is neither deleted nor archived", () => {
  const store = new Store();
  store.person = STUDENT;
  store.putRuns([makeRun({ number: 1, owner: OTHER, shared: true })]);
  const toast = /** @type {Toast} */ (
    /** @type {unknown} */ ({ show: () => assert.ok(false, "it says that something was done") })
  );
  const actions = new RunActions(store, toast, () => {});
  actions.remove(["a1"]);
  void actions.archive(["a1"]);
  assert.deepEqual(
    store.list().map(({ id }) => id),
    ["a1"],
  );
});

test("a message of the class is kept for a part of the page that is loaded later", () => {
  const store = new Store();
  let heard = 0;
  store.on("class", () => heard++);
  new Inbox(store).receive(JSON.stringify({ type: "class", held: true, shown: null }));
  assert.equal(heard, 1);
  assert.equal(store.messages.class.held, true);
});

test("a banner says what the teacher does, with whose runs, in both languages", () => {
  const runs = [
    makeRun({ number: 1, name: "sigmoid", owner: OTHER }),
    makeRun({ number: 2, name: "ReLU", owner: OTHER }),
  ];
  /** @param {Shown | null} shown @param {PersonOfPage} [person] */
  const said = (shown, person = STUDENT) =>
    bannersOf({ held: false, shown }, person, runs).map(({ text }) => text);
  speakAs("en");
  assert.deepEqual(bannersOf({ held: false, shown: null }, STUDENT, runs), []);
  assert.deepEqual(said({ kind: "runs", runs: ["a1", "a2"] }), [
    "Your teacher is showing sigmoid and ReLU to everyone.",
  ]);
  assert.match(said({ kind: "runs", runs: ["a1", "unknown"] })[0], /showing 2 runs to everyone/);
  assert.match(
    said({ kind: "moment", runs: ["a1"], iteration: 1000 })[0],
    /sigmoid at iteration 1,000 to everyone/,
  );
  assert.match(
    said({ kind: "person", person: "p4", number: 4, runs: [] })[0],
    /the runs of number 4 to everyone/,
  );
  for (const language of ["en", "ja"]) {
    speakAs(language);
    const both = bannersOf({ held: true, shown: { kind: "runs", runs: ["a1"] } }, STUDENT, runs);
    assert.deepEqual(
      both.map(({ kind }) => kind),
      ["held", "shown"],
    );
    assert.match(both[0].text, language === "en" ? /until/ : /まで/);
    assert.ok(said({ kind: "runs", runs: ["a1"] }, { id: "p0", role: "teacher" })[0] !== both[1].text);
  }
});

test("while the teacher moves all runs together, a page says so, and by how many iterations", () => {
  speakAs("en");
  const said = (/** @type {number | null} */ stepped) =>
    bannersOf({ held: true, stepped, shown: null }, STUDENT, [])[0].text;
  assert.match(said(10), /moves all runs together, last by 10 iterations/);
  assert.match(said(0), /moves all runs together\. They go on/);
  assert.match(said(null), /Launching is held/);
});

test("an owner is a number, and a nickname for those who may see it", () => {
  speakAs("en");
  assert.equal(ownerText({ owner: LEMON }), "21 lemon");
  assert.equal(ownerText({ owner: OTHER }), "4");
  assert.equal(ownerText({ owner: TEACHER }), "Teacher");
  assert.equal(ownerText({ owner: null }), "");
});

test("runs are found by the number and the nickname of their owner, and those that are shared", () => {
  const runs = [
    makeRun({ number: 1, owner: LEMON }),
    makeRun({ number: 2, owner: OTHER, shared: true }),
    makeRun({ number: 3 }),
  ];
  const found = (/** @type {string} */ text) =>
    arranged(runs, readQuery({ text }), new Configs([])).flatMap(({ runs }) =>
      runs.map(({ number }) => number),
    );
  assert.deepEqual(found("owner=21"), [1]);
  assert.deepEqual(found("owner:LEM"), [1]);
  assert.deepEqual(found("lemon"), [1]);
  assert.deepEqual(found("is:shared"), [2]);
});

test("a list is divided into parts that together are the list", () =>
  forExamples(50, (examples) => {
    const items = Array.from({ length: examples.whole(0, 50) }, (_, i) => i);
    const size = examples.whole(1, 9);
    const parts = inParts(items, size);
    assert.deepEqual(parts.flat(), items);
    assert.ok(parts.every((part) => part.length > 0 && part.length <= size));
  }));
