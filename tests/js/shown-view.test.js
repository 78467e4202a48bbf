/** What a teacher shows to all, on a student's page: while it is shown, where the student has nothing of it, and afterwards. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Store } from "../../static/js/state/store.js";
import { makeRun } from "./lab.js";

/** @import { Shown } from "../../static/js/class/types.js" */

/** What the browser keeps. @type {Map<string, string>} */
const kept = new Map();
Object.assign(globalThis, {
  addEventListener: () => {},
  history: { replaceState: () => {} },
  location: { hash: "", pathname: "/", search: "" },
  matchMedia: () => ({ matches: false }),
  requestAnimationFrame: () => 0,
  window: {
    kept: {
      get: (/** @type {string} */ key) => kept.get(key) ?? null,
      set: (/** @type {string} */ key, /** @type {string} */ value) => kept.set(key, value),
    },
  },
});

const { ShownView } = await import("../../static/js/class/shown-view.js");
const { keepShown } = await import("../../static/js/state/shown-runs.js");
const { urlState } = await import("../../static/js/state/address.js");
const { PROPERTIES } = await import("../../static/js/state/url-state.js");

const OWN = { id: "p1", number: 1, nickname: "lemon" };
const TEACHER = { id: "p0", number: null, nickname: null };

/** The page of a student with two own runs, and a third that is the teacher's. @param {{runs?: string[], moment?: string}} address */
function openPage({ runs = PROPERTIES.runs.default, moment = "" } = {}) {
  urlState.set({ runs, moment });
  const store = new Store();
  store.person = { id: "p1", role: "student" };
  const list = () => {
    store.beginList();
    store.listRuns([
      makeRun({ number: 1, owner: OWN }),
      makeRun({ number: 2, owner: OWN }),
      makeRun({ number: 3, owner: TEACHER }),
    ]);
    store.endList();
  };
  /** @param {Shown | null} shown */
  const show = (shown) => store.emit("class", { held: false, shown });
  const drawn = () =>
    store
      .shown()
      .map(({ id }) => id)
      .join();
  return { store, list, show, drawn };
}

test("where a student has nothing of what is shown, the page is as before; what comes of it later is shown", () => {
  kept.clear();
  const { store, list, show, drawn } = openPage({ moment: "1@5" });
  list();
  new ShownView(store);
  assert.equal(drawn(), "a1,a2");
  show({ kind: "moment", runs: ["a3"], iteration: 10 });
  assert.deepEqual([drawn(), urlState.get("moment")], ["a3", "3@10"]);
  show({ kind: "runs", runs: ["a4"] });
  assert.deepEqual([drawn(), urlState.get("moment")], ["a1,a2", "1@5"]);
  store.putRuns([makeRun({ number: 4, owner: OWN })]);
  assert.equal(drawn(), "a4");
  show(null);
  assert.deepEqual([drawn(), urlState.get("moment")], ["a1,a2,a4", "1@5"]);
});

test("a lesson can be left and come back to; another one that is shown is open again, and nothing else can be left", () => {
  kept.clear();
  const { store, list, show, drawn } = openPage();
  list();
  store.putRuns([makeRun({ number: 4, owner: OWN, lesson: "rates" })]);
  store.showOnly(["a1"]);
  const view = new ShownView(store);
  /** @type {(string | null)[]} */
  const opened = [];
  view.on("change", () => opened.push(view.lesson));
  show({ kind: "lesson", lesson: "rates" });
  assert.deepEqual([drawn(), view.left], ["a1", null]); // the lesson itself shows its runs
  view.leave(true);
  assert.deepEqual([view.isLeft, view.left], [true, "rates"]);
  store.emit("class", { held: true, shown: { kind: "lesson", lesson: "rates" } });
  assert.equal(view.isLeft, true); // left is left, whatever else the teacher does
  view.leave(false);
  assert.equal(view.isLeft, false);
  view.leave(true);
  show({ kind: "lesson", lesson: "seeds" });
  assert.deepEqual([drawn(), view.isLeft], ["a1", false]);
  show({ kind: "runs", runs: ["a3"] });
  assert.equal(drawn(), "a3");
  show(null);
  assert.equal(drawn(), "a1");
  assert.deepEqual(opened, ["rates", null, "rates", null, "seeds", null]);
});

test("of a moment, only the run that it is of is pinned", () => {
  kept.clear();
  const { store, list, show, drawn } = openPage();
  list();
  new ShownView(store);
  show({ kind: "moment", runs: ["unseen", "a3"], iteration: 10 });
  assert.deepEqual([drawn(), urlState.get("moment")], ["a3", ""]);
});

for (const isLate of [false, true])
  test(`a page loaded again after the showing shows what it showed before${isLate ? ", also if the runs come late" : ""}`, () => {
    kept.clear();
    kept.set("before-shown", JSON.stringify({ runs: ["a2"], moment: "" }));
    const { store, list, show, drawn } = openPage({ runs: ["1", "9"], moment: "9@10" }); // run 9 is no longer seen
    if (!isLate) {
      list();
      show(null);
    }
    /** @type {string[]} */
    const gone = [];
    new ShownView(store);
    keepShown(store, (numbers) => gone.push(...numbers));
    if (isLate) {
      show(null);
      list();
    }
    assert.deepEqual([drawn(), gone, urlState.get("moment")], ["a2", [], ""]);
    // the next address counts again
    urlState.apply("#runs=1,8");
    assert.deepEqual([drawn(), gone], ["a1", ["8"]]);
    store.removeRuns(["a1", "a2", "a3"]); // this page writes no address any more
  });

test("a run that is hidden before all runs have come stays hidden, whatever the address says", () => {
  kept.clear();
  const { store, list, drawn } = openPage({ runs: ["1", "2"] });
  keepShown(store, () => {});
  store.beginList();
  store.listRuns([makeRun({ number: 1, owner: OWN })]);
  store.show(["a1"], false);
  list();
  assert.deepEqual([drawn(), urlState.get("runs")], ["a2", ["2"]]);
  store.removeRuns(["a1", "a2", "a3"]); // this page writes no address any more
});
