/** Same curves: a run is said to have an earlier one's curve if, and only if, all their rows are equal. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { sameCurves } from "../../static/js/state/same-curve.js";
import { Series } from "../../static/js/state/series.js";
import { putRows } from "./lab.js";
import { forExamples } from "./random.js";

/**
 * @param {number} number
 * @param {number[]} loss
 * @param {"running" | "completed"} status
 */
function run(number, loss, status = "completed") {
  const train = new Series();
  putRows(train, { iteration: loss.map((_, i) => i + 1), loss });
  return {
    id: `run${number}`,
    number,
    status,
    iterations: 40,
    train,
    evaluation: new Series(),
    training: `training${number}`,
  };
}

/** @param {ReturnType<typeof run>[]} runs */
const numbers = (runs) => Object.fromEntries([...sameCurves(runs)].map(([id, { number }]) => [id, number]));

test("a run with the same losses as earlier ones names the earliest of them, in any order of the list", () => {
  const losses = Array.from({ length: 40 }, (_, i) => (i === 30 ? NaN : 1 / (i + 1)));
  const runs = [run(7, losses), run(3, losses), run(5, losses.map(Math.sqrt)), run(4, losses)];
  assert.deepEqual(numbers(runs), { run4: 3, run7: 3 });
});

test("one different row, or one more row, makes another curve", () =>
  forExamples(50, (examples) => {
    const losses = examples.list(40, () => examples.logarithmic(1e-3, 10), 20);
    const other = [...losses];
    other[examples.whole(0, losses.length - 1)] *= 1.5;
    assert.deepEqual(numbers([run(1, losses), run(2, other)]), {});
    assert.deepEqual(numbers([run(1, losses), run(2, losses.slice(1))]), {});
    assert.deepEqual(numbers([run(1, losses), run(2, losses.slice(0, -1))]), {});
    assert.deepEqual(numbers([run(1, losses), run(2, losses)]), { run2: 1 });
  }));

test("rows are compared when both runs have ended", () => {
  const losses = Array.from({ length: 40 }, (_, i) => 1 / (i + 1));
  assert.deepEqual(numbers([run(1, losses), run(2, losses.slice(0, 20), "running")]), {});
});

test("runs that were tested on different images have the same losses and different test curves", () => {
  const losses = Array.from({ length: 40 }, (_, i) => 1 / (i + 1));
  const runs = [run(1, losses), run(2, losses), run(3, losses)];
  for (const [i, one] of runs.entries())
    putRows(one.evaluation, { iteration: [20, 40], test_accuracy: [0.5, i === 1 ? 0.6 : 0.7] });
  assert.deepEqual(numbers(runs), { run2: 1, run3: 1 });
  const byTest = sameCurves(runs, { stream: "evaluation", columns: ["test_accuracy"] });
  assert.deepEqual([...byTest.keys()], ["run3"]);
});

test("runs of one training have the same curve before their rows are here", () => {
  const runs = [3, 5, 4].map((number) => ({ ...run(number, []), training: "shared" }));
  assert.deepEqual(numbers([...runs, run(6, [])]), { run4: 3, run5: 3 });
});
