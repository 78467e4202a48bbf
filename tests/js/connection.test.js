/** The connection: whatever a network does to it, the page ends with every row, each once. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Clock, Lab, Network, TREATMENTS } from "./network.js";
import { Examples } from "./random.js";

/** @import { Treatment } from "./network.js" */

/** @type {(() => void)[]} */
const visibility = [];
/** What the modules under test use of a page. */
const page = {
  hidden: false,
  baseURI: "http://lab/",
  addEventListener: (/** @type {string} */ _, /** @type {() => void} */ listener) =>
    visibility.push(listener),
};
Object.assign(globalThis, {
  document: page,
  location: { protocol: "http:" },
  requestAnimationFrame: () => 0,
});

const { Connection } = await import("../../static/js/server/connection.js");
const { Store } = await import("../../static/js/state/store.js");

const clock = new Clock();

/**
 * A page through a network; the one that was open before is closed.
 * @param {Treatment} treatment
 * @param {boolean} hidden whether its tab is in the background
 */
function open(treatment, hidden = false) {
  clock.clear();
  visibility.length = 0;
  page.hidden = hidden;
  const lab = new Lab();
  const network = new Network(lab);
  network.treatment = treatment;
  lab.train(10);
  const store = new Store();
  new Connection(store);
  return { lab, network, store };
}

/** Show the page, or hide it. @param {boolean} hidden */
function hide(hidden) {
  page.hidden = hidden;
  for (const listener of visibility) listener();
}

/** The one run, as the page knows it. @param {InstanceType<typeof Store>} store */
function runOf(store) {
  const run = store.runs.get("a1");
  assert.ok(run);
  return run;
}

/**
 * Let seconds pass, in which the lab trains and says something now and then.
 * @param {Lab} lab
 * @param {number} seconds
 */
async function pass(lab, seconds, rows = 1) {
  for (let i = 0; i < seconds; i++) {
    lab.train(rows);
    if (i % 10 === 0) lab.keepAlive();
    await clock.pass(1000);
  }
}

/** @param {{lab: Lab, store: InstanceType<typeof Store>}} page */
function assertComplete({ lab, store }) {
  const { train } = runOf(store);
  assert.deepEqual([...(train.column("loss") ?? [])], lab.losses);
  assert.deepEqual(
    [...(train.column("iteration") ?? [])],
    lab.losses.map((_, i) => i + 1),
  );
}

test("where a WebSocket gets through, the page is live and never polls", async () => {
  const page = open(TREATMENTS.free);
  await pass(page.lab, 60);
  await clock.pass(1000);
  assert.equal(page.store.connection, "live");
  assert.equal(page.network.polls, 0);
  assertComplete(page);
});

for (const [name, treatment] of Object.entries(TREATMENTS))
  if (treatment.end)
    test(`where WebSockets are ${name}, the page polls within two minutes and has every row`, async () => {
      const page = open(treatment);
      await pass(page.lab, 120);
      assert.equal(page.store.connection, "polling");
      await clock.pass(2000);
      assertComplete(page);
    });

test("a page that polls goes back to a socket when one gets through, and stops polling", async () => {
  const page = open(TREATMENTS.refused);
  await pass(page.lab, 60);
  assert.equal(page.store.connection, "polling");
  page.network.treatment = TREATMENTS.free;
  await pass(page.lab, 400);
  assert.equal(page.store.connection, "live");
  const { polls } = page.network;
  await pass(page.lab, 60);
  assert.equal(page.network.polls, polls);
  assertComplete(page);
});

test("a page that polls says that the lab refuses it, and is back when it is let in again", async () => {
  const page = open(TREATMENTS.refused);
  await pass(page.lab, 60);
  assert.equal(page.store.connection, "polling");
  page.network.refusal = "not_joined";
  await pass(page.lab, 10);
  assert.deepEqual([page.store.connection, page.store.refusal?.code], ["refused", "not_joined"]);
  page.network.refusal = "";
  await pass(page.lab, 30);
  assert.equal(page.store.connection, "polling");
  await clock.pass(2000);
  assertComplete(page);
});

test("a page that polls asks again after an answer that a part of the page cannot take", async () => {
  /** @type {unknown[]} */
  const reported = [];
  const { error: report } = console;
  console.error = (/** @type {unknown} */ what) => reported.push(what);
  const page = open(TREATMENTS.refused);
  await pass(page.lab, 60);
  assert.equal(page.store.connection, "polling");
  const repaired = page.store.on("rows", () => {
    throw new Error("a fault of the page");
  });
  await pass(page.lab, 10);
  console.error = report;
  assert.match(String(reported[0]), /a fault of the page/);
  repaired();
  await pass(page.lab, 30);
  assert.equal(page.store.connection, "polling");
  await clock.pass(2000);
  assertComplete(page);
});

test("a hidden page requests no rows, and catches up when it is shown", async () => {
  const opened = open(TREATMENTS.refused);
  await pass(opened.lab, 60);
  hide(true);
  await pass(opened.lab, 30);
  const { polls } = opened.network;
  const rows = runOf(opened.store).train.length;
  await pass(opened.lab, 60);
  assert.ok(opened.network.polls - polls <= 7);
  assert.equal(runOf(opened.store).train.length, rows);
  hide(false);
  await clock.pass(3000);
  assertComplete(opened);
});

test("a page that was opened in the background requests no rows before it is shown", async () => {
  const opened = open(TREATMENTS.free, true);
  await pass(opened.lab, 30);
  const rows = runOf(opened.store).train.length;
  await pass(opened.lab, 60);
  assert.equal(runOf(opened.store).train.length, rows);
  hide(false);
  await clock.pass(3000);
  assertComplete(opened);
});

test("the page shows that the lab is offline, and that it is back", async () => {
  const page = open(TREATMENTS.free);
  await pass(page.lab, 30);
  page.network.answers = false;
  page.network.cut();
  await pass(page.lab, 30);
  assert.equal(page.store.connection, "offline");
  page.network.answers = true;
  await pass(page.lab, 60);
  await clock.pass(1000);
  assert.equal(page.store.connection, "live");
  assertComplete(page);
});

for (let seed = 1; seed <= 20; seed++)
  test(`whatever a network does in turn, the page ends with every row once (${seed})`, async () => {
    const examples = new Examples(seed);
    const page = open(examples.of(Object.values(TREATMENTS)));
    for (let turn = 0; turn < 8; turn++) {
      page.network.treatment = examples.of(Object.values(TREATMENTS));
      page.network.answers = examples.of([true, true, false]);
      hide(examples.of([false, false, true]));
      if (examples.of([true, false])) page.network.cut();
      await pass(page.lab, examples.whole(1, 90), examples.whole(0, 3));
    }
    page.network.treatment = TREATMENTS.free;
    page.network.answers = true;
    hide(false);
    await pass(page.lab, 700);
    await clock.pass(2000);
    assert.equal(page.store.connection, "live");
    assertComplete(page);
  });
