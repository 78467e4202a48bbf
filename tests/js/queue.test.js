/** The queue as the page sees it: the place of each run that waits, and about when it begins and ends. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Queue } from "../../static/js/state/queue.js";
import { makeRun } from "./lab.js";
import { forExamples } from "./random.js";

/** @import { Examples } from "./random.js" */

/**
 * A run that waits, or trains, and would take so long.
 * @param {number} number
 * @param {number | null} seconds
 * @param {Parameters<typeof makeRun>[0]} changes
 */
const run = (number, seconds, changes = {}) =>
  makeRun({
    number,
    status: "queued",
    iteration: 0,
    started_at: null,
    seconds: null,
    expected_seconds: seconds,
    ...changes,
  });

/** A run that trains. @param {number} number @param {number} left seconds until it ends */
const running = (number, left) =>
  run(number, left + 1, { status: "running", started_at: 1, iteration: 1, iterations: 1 + left, seconds: 1 });

/** What the lab says of itself where the page sees all its runs. @param {number} workers @param {ReturnType<typeof makeRun>[]} runs */
const lab = (workers, runs = []) => {
  const count = (/** @type {string} */ status) =>
    new Set(runs.filter((run) => run.status === status).map(({ training }) => training)).size;
  return { workers, busy: count("running"), queued: count("queued"), slowness: 1 };
};

/** @param {ReturnType<typeof makeRun>[]} runs @param {number} workers */
const queueOf = (runs, workers) => new Queue(runs, lab(workers, runs));

test("new runs begin on the first worker that is free after those that train and wait", () => {
  const runs = [run(5, 1), running(1, 4), running(2, 10), run(3, 3), run(4, 8)];
  // 3 begins at 4, 4 at 7, 5 at 10
  assert.deepEqual(queueOf(runs, 2).launching([2]), { begin: 11, end: 13, alone: 2 });
});

test("the server's order of those that wait counts, and not that of their numbers", () => {
  const waiting = [
    run(2, 1, { place: { ahead: 1, seconds: 7 } }),
    run(3, 6, { place: { ahead: 0, seconds: 0 } }),
    run(4, 2, { place: { ahead: 2, seconds: 7 } }),
  ];
  // 3 until 6, then 2 and 4 one after the other beside 1; in the order of numbers, both would be free at 8
  assert.equal(queueOf([running(1, 9), ...waiting], 2).launching([5]).begin, 9);
});

test("paused and finished runs delay no other run", () => {
  const runs = ["paused", "completed", "failed", "cancelled", "diverged"].map((status, i) =>
    run(i + 1, 100, { status: /** @type {any} */ (status), started_at: 1, iteration: 3 }),
  );
  assert.equal(queueOf(runs, 1).launching([1]).begin, 0);
});

test("where others train or wait whose runs are not to be seen, the page promises no time", () => {
  const begin = (/** @type {number} */ busy, /** @type {number} */ queued) =>
    new Queue([running(1, 4)], { workers: 1, busy, queued, slowness: 1 }).launching([1]).begin;
  assert.equal(begin(1, 0), 4);
  assert.equal(begin(1, 3), null);
  assert.equal(begin(2, 0), null);
});

for (const [seconds, workers, end] of /** @type {[number[], number, number][]} */ ([
  [[3, 1, 1, 1], 1, 6],
  [[3, 1, 1, 1], 2, 3],
  [[1, 1, 4], 2, 5],
  [[2], 8, 2],
]))
  test(`in an empty lab, ${seconds} on ${workers} workers take ${end}, as the server says`, () => {
    assert.deepEqual(queueOf([], workers).launching(seconds), { begin: 0, end, alone: end });
  });

test("the queue is counted in", () => {
  const queue = queueOf([running(1, 4), run(2, 3)], 1);
  assert.deepEqual(queue.launching([2, 2]), { begin: 7, end: 11, alone: 4 });
  assert.deepEqual(queue.launching([2, 2]), { begin: 7, end: 11, alone: 4 }); // asking changes nothing
});

test("the measured speed of the machine corrects the estimate", () => {
  const runs = [run(9, 8), run(10, 8)];
  const queue = new Queue(runs, { ...lab(1, runs), slowness: 0.25 });
  assert.deepEqual(queue.launching([4]), { begin: 4, end: 5, alone: 1 });
});

test("behind a run of unknown length no time is known, and beside it all are", () => {
  const runs = [run(1, null, { status: "running", started_at: 1 }), run(2, 1)];
  assert.deepEqual(queueOf(runs, 1).launching([2]), { begin: null, end: null, alone: 2 });
  assert.equal(queueOf(runs, 2).launching([2]).begin, 1);
});

/** @param {Examples} examples */
function someLab(examples) {
  const count = examples.whole(0, 12);
  return Array.from({ length: count }, (_, i) =>
    examples.of([running(i + 1, examples.whole(1, 50)), run(i + 1, examples.whole(1, 50))]),
  );
}

test("one more run in the queue, or one worker less, lets nothing begin earlier", () =>
  forExamples(300, (examples) => {
    const runs = someLab(examples);
    const workers = examples.whole(2, 5);
    const more = [...runs, run(99, examples.whole(1, 50))];
    const [now, later, fewer] = [queueOf(runs, workers), queueOf(more, workers), queueOf(runs, workers - 1)];
    const wanted = examples.list(5, () => examples.whole(1, 9), 1);
    const [times, after] = [now.launching(wanted), later.launching(wanted)];
    assert.ok(Number(after.begin) >= Number(times.begin));
    assert.ok(Number(times.end) >= times.alone);
    assert.ok(Number(fewer.launching(wanted).begin) >= Number(times.begin));
  }));

test("a training that several runs show takes its time once", () => {
  const shared = [4, 6].map((number) => run(number, 3, { training: "shared" }));
  const trains = [1, 2, 3].map((number) => ({ ...running(number, 4), training: "running" }));
  assert.equal(queueOf([run(7, 1), ...shared, run(5, 8), ...trains], 1).launching([1]).begin, 16);
});
