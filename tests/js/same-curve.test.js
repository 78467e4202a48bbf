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
  return { id: `run${number}`, number, status, iterations: 40, train, training: `training${number}` };
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

test("a run that trains has the curve of another as far as it has come, once that is more than a few rows", () => {
  const losses = Array.from({ length: 40 }, (_, i) => 1 / (i + 1));
  assert.deepEqual(numbers([run(1, losses), run(2, losses.slice(0, 20), "running")]), { run2: 1 });
  assert.deepEqual(numbers([run(1, losses), run(2, losses.slice(0, 2), "running")]), {});
});

test("runs of one training have the same curve before their rows are here", () => {
  const runs = [3, 5, 4].map((number) => ({ ...run(number, []), training: "shared" }));
  assert.deepEqual(numbers([...runs, run(6, [])]), { run4: 3, run5: 3 });
});
