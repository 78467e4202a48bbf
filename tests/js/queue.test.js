/** The queue as the page sees it: who waits in which place, and when each begins and ends about. */

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

/** @param {Queue} queue */
const seen = (queue) => [...queue.waits].map(([id, { place, seconds }]) => [id, place, seconds]);

test("runs begin in their order on the first free worker, after those that train", () => {
  const runs = [run(5, 1), running(1, 4), running(2, 10), run(3, 3), run(4, 8)];
  assert.deepEqual(seen(new Queue(runs, 2)), [
    ["a3", 1, 4],
    ["a4", 2, 7],
    ["a5", 3, 10],
  ]);
});

test("a run that has begun and waits again is before the others", () => {
  const runs = [
    running(1, 5),
    run(2, 1),
    run(3, 6, { started_at: 1, iteration: 50, iterations: 100, seconds: 2 }),
  ];
  assert.deepEqual(seen(new Queue(runs, 1)), [
    ["a3", 1, 5],
    ["a2", 2, 7],
  ]);
});

test("paused and finished runs delay no other run", () => {
  const runs = ["paused", "completed", "failed", "cancelled", "diverged"].map((status, i) =>
    run(i + 1, 100, { status: /** @type {any} */ (status), started_at: 1, iteration: 3 }),
  );
  assert.deepEqual(seen(new Queue([...runs, run(9, 1)], 1)), [["a9", 1, 0]]);
});

for (const [seconds, workers, end] of /** @type {[number[], number, number][]} */ ([
  [[3, 1, 1, 1], 1, 6],
  [[3, 1, 1, 1], 2, 3],
  [[1, 1, 4], 2, 5],
  [[2], 8, 2],
]))
  test(`in an empty lab, ${seconds} on ${workers} workers take ${end}, as the server says`, () => {
    assert.deepEqual(new Queue([], workers).launching(seconds), { begin: 0, end, alone: end });
  });

test("the queue is counted in", () => {
  const queue = new Queue([running(1, 4), run(2, 3)], 1);
  assert.deepEqual(queue.launching([2, 2]), { begin: 7, end: 11, alone: 4 });
  assert.deepEqual(queue.launching([2, 2]), { begin: 7, end: 11, alone: 4 }); // asking changes nothing
});

test("the measured durations of runs correct the estimate", () => {
  const ended = [0.5, 0.5, 4].map((seconds, i) => run(i + 1, 2, { status: "completed", seconds }));
  const queue = new Queue([...ended, run(9, 8), run(10, 8)], 1);
  assert.equal(queue.waits.get("a10")?.seconds, 2);
  assert.equal(queue.launching([4]).alone, 1);
});

test("with a run of unknown length, every place in the queue is known, and every time that does not depend on it", () => {
  const runs = [run(1, null, { status: "running", started_at: 1 }), run(2, 1)];
  const queue = new Queue(runs, 1);
  assert.deepEqual(seen(queue), [["a2", 1, null]]);
  assert.deepEqual(queue.launching([2]), { begin: null, end: null, alone: 2 });
  assert.equal(new Queue(runs, 2).waits.get("a2")?.seconds, 0);
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
    const [now, later, fewer] = [
      new Queue(runs, workers),
      new Queue(more, workers),
      new Queue(runs, workers - 1),
    ];
    const wanted = examples.list(5, () => examples.whole(1, 9), 1);
    const [times, after] = [now.launching(wanted), later.launching(wanted)];
    assert.ok(Number(after.begin) >= Number(times.begin));
    assert.ok(Number(times.end) >= times.alone);
    for (const [id, { seconds, place }] of now.waits) {
      assert.deepEqual(later.waits.get(id), { seconds, place });
      assert.ok(Number(fewer.waits.get(id)?.seconds) >= Number(seconds));
    }
  }));

test("runs that show one training wait for it together, and it takes its time once", () => {
  const shared = [4, 6].map((number) => run(number, 3, { training: "shared" }));
  const trains = [1, 2, 3].map((number) => ({ ...running(number, 4), training: "running" }));
  assert.deepEqual(seen(new Queue([run(7, 1), ...shared, run(5, 8), ...trains], 1)), [
    ["a4", 1, 4],
    ["a6", 1, 4],
    ["a5", 2, 7],
    ["a7", 3, 15],
  ]);
});
