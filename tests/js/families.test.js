/** Families: the order of runs and their forks. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { inFamilies, rootOf } from "../../static/js/state/families.js";
import { forExamples } from "./random.js";

/** @param {string} id @param {string} [of] */
const fork = (id, of) => ({
  id,
  number: id.charCodeAt(0),
  origin: of ? { run: of, number: 1, name: "", iteration: 10, seed: null } : null,
});

test("forks stand beneath the run that they were forked from, in the given order", () => {
  const runs = [fork("e"), fork("d", "b"), fork("c", "a"), fork("b", "a"), fork("a")];
  const { runs: ordered, nested } = inFamilies(runs);
  assert.equal(ordered.map(({ id }) => id).join(""), "eacbd");
  assert.equal([...nested].sort().join(""), "bcd");
  assert.equal(rootOf(runs[1], new Map(runs.map((run) => [run.id, run]))).id, "a");
});

test("a fork whose origin is not there stands by itself", () => {
  const { runs, nested } = inFamilies([fork("b", "gone"), fork("a")]);
  assert.equal(runs.map(({ id }) => id).join(""), "ba");
  assert.equal(nested.size, 0);
});

test("every run is there once, whatever says what it was forked from, and a fork comes after its origin", () =>
  forExamples(50, (examples) => {
    const ids = [..."abcdefghijkl"].slice(0, examples.whole(1, 12));
    const runs = ids.map((id) => fork(id, examples.of([undefined, ...ids]))); // an import may say anything
    const { runs: ordered, nested } = inFamilies(runs);
    assert.deepEqual(ordered.map(({ id }) => id).sort(), ids.toSorted());
    for (const { id, origin } of ordered)
      if (origin && nested.has(id))
        assert.ok(
          ordered.findIndex((run) => run.id === origin.run) < ordered.findIndex((run) => run.id === id),
        );
  }));
