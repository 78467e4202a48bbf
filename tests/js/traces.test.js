/** What a chart shows, as plain data. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { quantity } from "../../static/js/charts/quantities.js";
import { TraceMaker } from "../../static/js/charts/traces.js";
import { FIGURE_OPTIONS, makeRun, putRows } from "./lab.js";

/**
 * @import { Annotation, Run } from "../../static/js/types.js"
 */

/**
 * Put evaluations with these accuracies, one every ten iterations.
 * @param {Run} run
 * @param {number[]} accuracies
 */
function evaluate({ evaluation }, accuracies) {
  const iteration = accuracies.map((_, i) => 10 * (evaluation.length + i + 1));
  putRows(evaluation, { iteration, train_accuracy: accuracies, test_accuracy: accuracies });
}

/**
 * @param {TraceMaker} figure
 * @param {Run} run
 */
const marksOf = (figure, run) =>
  figure.traces([run], quantity("accuracy"), FIGURE_OPTIONS).at(-1)?.marks?.x ?? [];

/** @type {Annotation[]} */
const CHANGED = [{ kind: "live", iteration: 50, changes: { learning_rate: [0.1, 0.2] } }];

/** @type {[what: string, run: Run, before: number[], fits: boolean, after: number[]][]} */
const CASES = [
  ["of an ended run move its best", makeRun(), [30], false, [50]],
  [
    "of a run that was changed by hand move that mark",
    makeRun({ status: "running", finished_at: null, annotations: CHANGED }),
    [30, 30],
    false,
    [50, 50],
  ],
  [
    "of a run that goes on are drawn as a tail",
    makeRun({ status: "running", finished_at: null }),
    [],
    true,
    [],
  ],
];
for (const [what, run, before, fits, after] of CASES)
  test(`late rows ${what}`, () => {
    const figure = new TraceMaker();
    evaluate(run, [0.1, 0.2, 0.3]);
    assert.deepEqual(marksOf(figure, run), before);
    evaluate(run, [0.5, 0.9, 0.4]);
    assert.equal(figure.advance(), fits); // false: a new figure is due
    assert.deepEqual(marksOf(figure, run), after);
  });

test("late rows of an ended run are in its smoothed curve, whichever is asked first: for news, or for a figure", () => {
  for (const asksForNews of [true, false]) {
    const run = makeRun();
    const loss = quantity("loss");
    const options = { ...FIGURE_OPTIONS, smoothing: 0.6, allMarks: false };
    const figure = new TraceMaker();
    const rows = (/** @type {number} */ count) =>
      figure.traces([run], loss, options).every(({ points }) => points?.count === count);
    putRows(run.train, { iteration: [1, 2, 3], loss: [3, 2, 1] });
    assert.ok(rows(3));
    putRows(run.train, { iteration: [4, 5], loss: [1, 1] });
    if (asksForNews) assert.equal(figure.advance(), false);
    assert.ok(rows(5));
  }
});

test("a fork is drawn from its fork on if its origin is drawn too, and as a whole otherwise; a mark says what it is", () => {
  const origin = makeRun({ id: "a", number: 1, name: "first" });
  const forked = { run: "a", number: 1, name: "first", iteration: 20, seed: null };
  const fork = makeRun({ id: "b", number: 2, name: "second", origin: forked });
  for (const run of [origin, fork]) evaluate(run, [0.1, 0.2, 0.3, 0.4]);
  /** @param {Run[]} runs */
  const drawn = (...runs) => {
    const traces = new TraceMaker().traces(runs, quantity("accuracy"), FIGURE_OPTIONS);
    const curve = traces.find(({ meta }) => meta.run === "b" && meta.series === "test_accuracy");
    const marks = traces.at(-1)?.marks;
    return { x: [...(curve?.points?.x ?? [])], at: marks?.x[marks.kinds.indexOf("fork")] };
  };
  assert.deepEqual(drawn(origin, fork), { x: [20, 30, 40], at: 20 });
  assert.deepEqual(drawn(fork), { x: [10, 20, 30, 40], at: 20 });
});
