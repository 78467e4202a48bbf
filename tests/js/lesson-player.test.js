/** A lesson that is played, without a page: the prediction, its steps, and what the page shows meanwhile. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Store } from "../../static/js/state/store.js";
import { speakAs } from "./catalog.js";
import { makeRun } from "./lab.js";

/** @import { Attempt, Question } from "../../static/js/lessons/types.js" */

/** What the browser keeps. @type {Map<string, string>} */
const kept = new Map();
/** What the page listens to as a whole. */
const page = new EventTarget();
/** Requests that wait for their answers, the oldest first. @type {{path: string, answer: (json: object, status?: number) => Promise<void>}[]} */
const waiting = [];
Object.assign(globalThis, {
  addEventListener: page.addEventListener.bind(page),
  fetch: (/** @type {string} */ path) =>
    new Promise((resolve) => {
      const answer = async (/** @type {object} */ json, status = 200) => {
        resolve(Response.json(json, { status }));
        await new Promise((done) => setImmediate(done));
      };
      waiting.push({ path, answer });
    }),
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

const { Draft, faultOfGuess, movedBy, readNumber, SURE, toggled } = await import(
  "../../static/js/lessons/prediction.js"
);
const { Launches } = await import("../../static/js/lessons/launches.js");
const { OnCharts } = await import("../../static/js/lessons/on-charts.js");
const { Session } = await import("../../static/js/lessons/session.js");
const { offText, valueText } = await import("../../static/js/lessons/see-step.js");
const { resultParts } = await import("../../static/js/lessons/result-parts.js");
const { RunWatch } = await import("../../static/js/lessons/run-watch.js");
const { Stage } = await import("../../static/js/lessons/stage.js");
const { progressOf, runsOf, shareOf, stepOf } = await import("../../static/js/lessons/steps.js");
const { urlState } = await import("../../static/js/state/address.js");
const { PROPERTIES } = await import("../../static/js/state/url-state.js");
const { registerLessons } = await import("../../static/js/words/labels.js");
const { ApiError } = await import("../../static/js/server/api.js");

/** @type {Question[]} */
const QUESTIONS = [
  { id: "ahead", kind: "choice", ask: "", options: ["sgd", "adam"].map((id) => ({ id, text: id })) },
  { id: "order", kind: "rank", ask: "", runs: ["SGD", "Adam"] },
  { id: "final", kind: "number", ask: "", low: 0, high: 100 },
  { id: "curves", kind: "sketch", ask: "", runs: ["SGD"] },
];

/** @param {Partial<Attempt>} changes @returns {Attempt} */
const attemptWith = (changes) => ({
  id: "x",
  sealed_at: 1,
  sure: "guess",
  prediction: {},
  runs: ["a1", "a2"],
  full: false,
  step: "run",
  voting: null,
  missing: [],
  outcome: null,
  see: null,
  explain: null,
  transfer: null,
  exit: null,
  ...changes,
});

test("a prediction is complete when each question is answered within its bounds, and how sure one is", () => {
  kept.clear();
  const draft = new Draft("lesson", "");
  assert.deepEqual(draft.missing(QUESTIONS), ["ahead", "order", "final", "curves", SURE]);
  draft.set("ahead", "momentum");
  draft.set("order", ["SGD", "SGD"]);
  draft.set("final", { value: 101, range: 1 });
  draft.set("curves", { SGD: [[0, 10]] });
  draft.set(SURE, "very");
  assert.deepEqual(draft.missing(QUESTIONS), ["ahead", "order", "final", "curves", SURE]);
  draft.set("ahead", "adam");
  draft.set("order", ["Adam", "SGD"]);
  draft.set("final", { value: 100, range: 0 });
  draft.set("curves", {
    SGD: [
      [0, 10],
      [9, 50],
    ],
  });
  draft.set(SURE, "certain");
  assert.deepEqual(draft.missing(QUESTIONS), []);
  draft.set("gone", "from an older file of the lesson");
  const { prediction, sure } = draft.sealed(QUESTIONS);
  assert.deepEqual([Object.keys(prediction), sure], [["ahead", "order", "final", "curves"], "certain"]);
});

test("a page that is loaded again has what was predicted there, but not for another lesson or person", () => {
  kept.clear();
  new Draft("lesson", "p1").set("ahead", "adam");
  assert.deepEqual(new Draft("lesson", "p1").values, { ahead: "adam" });
  assert.deepEqual(new Draft("lesson", "p2").values, {});
  assert.deepEqual(new Draft("other", "p1").values, {});
  new Draft("lesson", "p1").forget();
  assert.deepEqual(new Draft("lesson", "p1").values, {});
  const sealed = new Draft("lesson", "p1");
  sealed.set("ahead", "adam");
  new Draft("other", "p1").set("ahead", "sgd"); // in another tab
  sealed.forget();
  assert.deepEqual(new Draft("other", "p1").values, { ahead: "sgd" });
  kept.set("lesson-draft", "no JSON");
  assert.deepEqual(new Draft("lesson", "p1").values, {});
});

test("numbers are read with Japanese digits, groups of three digits and a decimal comma", () => {
  const typed = ["８０", "3,686,912", "1,234.5", "0,5", "0,125", "-0,001", "2,305", "−2", "", "many"];
  const read = typed.map((text) => readNumber(text, { low: -10, high: 1e7 }));
  assert.deepEqual(read, [80, 3686912, 1234.5, 0.5, 0.125, -0.001, 2305, -2, NaN, NaN]);
  assert.equal(readNumber("2,305", { low: 0, high: 10 }), 2.305); // 2305 is not among the answers
  assert.equal(readNumber("2,305", { low: 0, high: 1 }), 2305); // both are wrong
});

test("how far a guess may be off is at most the width of the question's bounds, as on the server", () => {
  const faultAt = (/** @type {number} */ range) => faultOfGuess({ value: 50, range }, { low: 10, high: 110 });
  assert.deepEqual([0, 100, 101, -1, NaN].map(faultAt), [null, null, "range", "range", "range"]);
});

test("an order is made by choosing one run after the other, and changed by moving one", () => {
  assert.deepEqual(toggled(["a"], "b"), ["a", "b"]);
  assert.deepEqual(toggled(["a", "b"], "a"), ["b"]);
  assert.deepEqual(movedBy(["a", "b", "c"], "c", -1), ["a", "c", "b"]);
  assert.deepEqual(movedBy(["a", "b"], "a", -1), ["a", "b"]);
});

test("an attempt goes from step to step, and is done with the last question that the lesson has", () => {
  const question = QUESTIONS[0];
  const answer = { value: "adam", right: true, came: "adam", html: "" };
  const outcome = /** @type {any} */ ([]);
  const asked = { html: "", question, answer: null };
  const transfer = { ...asked, tries: [], voting: false };
  const attempts = [
    null,
    attemptWith({}),
    attemptWith({ outcome, see: asked }),
    attemptWith({ outcome, see: { ...asked, answer }, explain: { html: "" }, transfer }),
    attemptWith({
      outcome,
      see: { ...asked, answer },
      explain: { html: "" },
      transfer: { ...transfer, answer },
    }),
    attemptWith({ outcome, see: { ...asked, answer }, explain: { html: "" } }),
  ];
  assert.deepEqual(attempts.map(stepOf), ["predict", "run", "see", "explain", "explain", "explain"]);
  assert.deepEqual(attempts.map(progressOf), ["none", "predicted", "predicted", "seen", "done", "done"]);
});

test("the result is asked for when no run will train by itself, also if one is paused or deleted", () => {
  const attempt = attemptWith({});
  /** @param {import("../../static/js/types.js").Status[]} statuses */
  const after = (...statuses) => {
    const runs = statuses.map((status, i) => makeRun({ number: i + 1, status, iteration: 30 }));
    return runsOf(attempt, { runs: new Map(runs.map((run) => [run.id, run])), complete: true });
  };
  assert.equal(after("completed", "running").ended, false);
  assert.equal(after("completed", "diverged").ended, true);
  assert.equal(after("completed", "paused").ended, true);
  assert.equal(after("completed").ended, true);
  assert.equal(shareOf(after("completed", "running").runs), 0.75);
});

test("how far off is said in points of per cent, in places, or in the question's unit", () => {
  assert.equal(
    offText(12.34, { kind: "number", unit: "%" }),
    offText(12.34, { kind: "sketch", chart: "accuracy" }),
  );
  assert.equal(offText(0.25, { kind: "sketch", chart: "loss" }), "0.25");
  assert.equal(offText(40, { kind: "number", unit: "iterations" }), "40 iterations");
  assert.equal(offText(0, { kind: "rank" }), "");
  assert.equal(valueText(QUESTIONS[0], "adam"), "adam");
  assert.equal(valueText({ ...QUESTIONS[2], unit: "%" }, { value: 80, range: 0 }), "80 %");
});

/**
 * The parts after the runs of an attempt that has everything.
 * @param {string} stored the text that the server has of the last question
 * @param {{sent: string | null, written?: string | null, session?: object}} known what was written on the page
 */
function partsAfter(stored, { sent, written = sent, session = {} }) {
  const attempt = attemptWith({
    ...{ outcome: [], explain: { html: "" }, exit: { id: "unclear", ask: "?", text: stored } },
  });
  const now = { slug: "small", attempt, questions: [], sending: "", refusal: null, ...session };
  const play = { runs: [{}], run: { html: "" } };
  const on = { next: () => {} };
  return resultParts(
    /** @type {any} */ ({
      ...{
        session: { play, ...now },
        shown: "explain",
        runs: null,
        exit: { written, sent },
        person: null,
        on,
      },
    }),
  );
}

test("a text is called saved when the server has it, and not after a refusal or in another attempt", () => {
  const exitState = (/** @type {Parameters<typeof partsAfter>} */ ...known) => {
    const exit = /** @type {any} */ (partsAfter(...known).find(({ name }) => name === "exit"));
    return exit.state.slice(1, 3);
  };
  assert.deepEqual(exitState("", { sent: null }), ["", ""]);
  assert.deepEqual(exitState("why", { sent: null }), ["why", ""]);
  assert.deepEqual(exitState("why", { sent: "why" }), ["why", "saved"]);
  assert.deepEqual(exitState("", { sent: "why", session: { sending: "unclear" } }), ["why", "sending"]);
  const refusal = { id: "unclear", error: new ApiError({ code: "unreachable", message: "" }, 503) };
  assert.deepEqual(exitState("", { sent: "why", session: { refusal } }), ["why", ""]);
  assert.deepEqual(exitState("", { sent: "why" }), ["why", ""]); // another answer was sent since then, or not even this
});

test("what is written in the box does not draw the box again", () => {
  const state = (/** @type {Parameters<typeof partsAfter>} */ ...known) =>
    partsAfter(...known).find(({ name }) => name === "exit")?.state;
  assert.deepEqual(state("", { sent: null, written: "bec" }), state("", { sent: null }));
  assert.deepEqual(state("why", { sent: "why", written: "why?" }), state("why", { sent: "why" }));
});

test("the next lesson is the one after the open one; after the last, and after one that is not listed, there is none", () => {
  const next = (/** @type {string} */ slug) =>
    partsAfter("", { sent: null, session: { slug } }).find(({ name }) => name === "next")?.state;
  const texts = () => ({ title: { en: "First" }, question: { en: "" } });
  const rest = { runs: [], dataset: "digits", made_for: "digits" };
  registerLessons([
    { slug: "first", section: "1a", ...texts(), ...rest },
    { slug: "small", section: "1b", ...texts(), title: { en: "Small" }, ...rest },
  ]);
  assert.deepEqual([next("first"), next("small"), next("elsewhere")], ["1b Small", undefined, undefined]);
});

test("while a lesson is open the page shows its cards and its runs, and afterwards what it showed before", () => {
  kept.clear();
  const store = new Store();
  store.beginList();
  store.listRuns([makeRun({ number: 1 }), makeRun({ number: 2 }), makeRun({ number: 3 })]);
  store.endList();
  store.showOnly(["a1"]);
  urlState.set({ charts: PROPERTIES.charts.default, axis: "epoch" });
  const shown = () => store.shown().map(({ id }) => id);
  const stage = new Stage(store);
  stage.begin("lesson", ["test_accuracy", "view.gradients"]);
  stage.show([]);
  assert.deepEqual(
    [urlState.get("charts"), urlState.get("axis"), shown()],
    [["accuracy", "view.gradients"], "iteration", []],
  );

  // loaded again: the reader has removed a card, and it stays away
  urlState.set({ charts: ["accuracy"] });
  const again = new Stage(store);
  again.begin("lesson", ["test_accuracy", "view.gradients"]);
  assert.deepEqual(urlState.get("charts"), ["accuracy"]);
  again.end({ keepsRuns: false });
  assert.deepEqual(
    [urlState.get("charts"), urlState.get("axis"), shown()],
    [["loss", "accuracy"], "epoch", ["a1"]],
  );

  again.begin("lesson", []);
  again.show(["a3"]);
  again.end({ keepsRuns: true });
  assert.deepEqual(shown(), ["a3"]);
});

const SEEN = attemptWith({ step: "explain", outcome: [], explain: { html: "" } });
const UNSEEN = attemptWith({
  step: "see",
  outcome: [],
  see: { html: "", question: QUESTIONS[0], answer: null },
});

/** A lesson whose newest attempt is at the step "see". */
async function openLesson() {
  waiting.length = 0;
  const session = new Session("lesson", "");
  void session.load();
  await waiting.splice(0)[0].answer({ title: "Two rates", predict: { questions: [] }, attempt: UNSEEN });
  return session;
}

test("a lesson comes in another language although an answer is sent while it loads, and the answer stays", async () => {
  const session = await openLesson();
  speakAs("ja");
  void session.load();
  void session.answer("ahead", "adam");
  const [play, answer] = waiting.splice(0);
  await answer.answer(SEEN);
  await play.answer({ title: "二つの学習率", attempt: UNSEEN });
  speakAs("en");
  assert.equal(session.play?.title, "二つの学習率");
  assert.equal(session.step, "explain");
});

test("an answer that was taken stays, whenever an attempt comes that was asked for meanwhile", async () => {
  for (const isServedFirst of [true, false]) {
    const session = await openLesson();
    void session.answer("ahead", "adam");
    void session.renew();
    const [answer, older] = waiting.splice(0);
    if (isServedFirst) await older.answer(UNSEEN);
    await answer.answer(SEEN);
    if (!isServedFirst) await older.answer(UNSEEN);
    assert.equal(session.step, "explain");
    // there may be news in what was asked for
    await waiting.splice(0)[0].answer({ ...SEEN, missing: [{ name: "SGD", run: null, why: "deleted" }] });
    assert.equal(session.attempt?.missing.length, 1);
  }
});

test("runs of a lesson that was left before they came do not take over the page", async () => {
  for (const isLeft of [true, false]) {
    const session = await openLesson();
    const taken = /** @type {any[]} */ ([]);
    session.on("launched", (runs) => taken.push(...runs));
    void session.seal(false);
    if (isLeft) session.close();
    await waiting.splice(0)[0].answer({ attempt: attemptWith({}), runs: [{ id: "a1" }] });
    assert.deepEqual(taken, isLeft ? [] : [{ id: "a1" }]);
  }
});

test("a lesson that was left is not asked for its result any more", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  for (const isLeft of [false, true]) {
    const session = await openLesson();
    void session.renew();
    await waiting.splice(0)[0].answer(attemptWith({}));
    const store = new Store();
    store.complete = true;
    const watch = new RunWatch(store, session);
    store.emit("draw");
    t.mock.timers.tick(0);
    if (isLeft) {
      watch.stop();
      session.close();
    }
    await waiting.splice(0)[0].answer(attemptWith({}));
    t.mock.timers.tick(10_000);
    assert.equal(waiting.length, isLeft ? 0 : 1);
    watch.stop();
  }
});

/** What a lesson launches, on a page that counts the experiments in its form. */
function launches() {
  waiting.length = 0;
  const form = { loaded: 0, load: () => Promise.resolve(Boolean(++form.loaded)) };
  const page = { form, store: { putRuns: () => {} }, toast: { show: () => {} }, launched: () => {} };
  const stage = { show: () => {} };
  return { form, launches: new Launches(/** @type {any} */ (page), /** @type {any} */ (stage)) };
}

const REFUSED = { error: { code: "queue_full", message: "" } };

test("why something to try was refused is not said any more after its lesson was left", async () => {
  const { launches: made } = launches();
  const wanted = /** @type {any} */ ({ config: {} });
  void made.launchTry(wanted);
  await waiting.splice(0)[0].answer(REFUSED, 409);
  assert.equal(made.tryRefusal?.code, "queue_full");
  made.forgetTries();
  assert.equal(made.tryRefusal, null);
  void made.launchTry(wanted);
  made.forgetTries();
  await waiting.splice(0)[0].answer(REFUSED, 409);
  assert.equal(made.tryRefusal, null);
});

test("the form has a lesson's experiment only if the server gave it, and none of a lesson that was left", async () => {
  const { form, launches: made } = launches();
  const refused = made.loadLesson("lesson");
  await waiting.splice(0)[0].answer(REFUSED, 409);
  assert.deepEqual([await refused, form.loaded], [false, 0]);
  const given = made.loadLesson("lesson");
  await waiting.splice(0)[0].answer({ experiment: {} });
  assert.deepEqual([await given, form.loaded], [true, 1]);
  for (const isLeft of [false, true]) {
    made.show([/** @type {any} */ (makeRun({ number: 1 }))]);
    if (isLeft) made.leave();
    await waiting.splice(0)[0].answer({ config: {} });
  }
  assert.equal(form.loaded, 2);
});

test("a click in the chart of a question pins its moment also if the list of runs comes after the question", () => {
  const question = { id: "last", kind: "click", ask: "", chart: "accuracy", iterations: 100 };
  const plotElement = Object.assign(new EventTarget(), {
    dataset: {},
    getBoundingClientRect: () => ({ left: 0, top: 0 }),
  });
  const chart = {
    card: { plotElement, spec: { quantity: "accuracy" } },
    drawing: { axes: { values: (/** @type {number} */ x) => ({ x, y: 0 }) } },
  };
  const pinned = /** @type {any[]} */ ([]);
  const playhead = {
    run: null,
    show: (/** @type {any} */ run, /** @type {number} */ at) => pinned.push([run.id, at]),
  };
  const onCharts = new OnCharts(
    /** @type {any} */ ({ charts: [chart] }),
    new Store(),
    /** @type {any} */ (() => playhead),
    () => {},
  );
  const session = /** @type {any} */ ({
    attempt: attemptWith({ see: /** @type {any} */ ({ question, answer: null }) }),
  });
  onCharts.listen(session, []);
  onCharts.listen(session, [/** @type {any} */ (makeRun({ number: 1 }))]);
  const press = (/** @type {string} */ type) =>
    Object.assign(new Event(type), { clientX: 40, clientY: 5, button: 0 });
  plotElement.dispatchEvent(press("pointerdown"));
  page.dispatchEvent(press("pointerup"));
  return Promise.resolve().then(() => assert.deepEqual(pinned, [["a1", 40]]));
});

test("of two lessons and a run, the form gets the experiment of the one that was asked for last", async () => {
  waiting.length = 0;
  /** @type {string[]} */
  const loaded = [];
  /** @type {any} */
  const page = {
    form: { load: async (/** @type {{name: string}} */ { name }) => Boolean(loaded.push(name)) },
    store: { putRuns: () => {} },
  };
  /** @type {any} */
  const stage = { show: () => {} };
  const launches = new Launches(page, stage);
  void launches.loadLesson("a");
  launches.leave();
  await waiting[0].answer({ experiment: { name: "left" } });
  assert.deepEqual(loaded, []);
  void launches.loadLesson("b");
  void launches.loadLesson("c");
  await waiting[2].answer({ experiment: { name: "c" } });
  await waiting[1].answer({ experiment: { name: "b" } });
  assert.deepEqual(loaded, ["c"]);
  launches.show([makeRun({ id: "a1" })]);
  void launches.loadLesson("d");
  await waiting[4].answer({ experiment: { name: "d" } });
  await waiting[3].answer({ config: { name: "run" } });
  assert.deepEqual(loaded, ["c", "d"]);
});
