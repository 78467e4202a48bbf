/** Which charts there are and how each is set, as the address says it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { quantity } from "../../static/js/charts/quantities.js";
import { MAX_CHARTS, makeSpec, readSpec, readSpecs, writeSpec } from "../../static/js/charts/specs.js";
import { forExamples } from "./random.js";

test("a chart that is written to the address is read back unchanged", () =>
  forExamples(500, (examples) => {
    const name = examples.of([
      "loss",
      "accuracy",
      "learning_rate",
      "speed",
      "train.penalty",
      "evaluation.x/1",
      "train.gradient_norm/*",
    ]);
    const switches = () => examples.of([true, false]);
    const spec = {
      ...makeSpec(name),
      ...(quantity(name).smoothing === undefined ? {} : { smoothing: examples.of([0, 0.6, 0.99]) }),
      logX: switches(),
      logY: switches(),
      outliers: switches(),
      marks: switches(),
      gap: name === "accuracy" && switches(),
    };
    assert.deepEqual(readSpec(writeSpec(spec)), spec);
  }));

test("invalid options in an address become defaults, and unknown charts are left out", () => {
  const defaults = makeSpec("loss");
  assert.deepEqual(readSpecs(["nothing", "loss:smooth=7:log=z", "train.", "__proto__"]), [defaults]);
  assert.deepEqual(readSpecs(["loss:", "loss:smooth=", "loss:gap", "loss:crop"]), Array(4).fill(defaults));
  assert.deepEqual(readSpecs(["accuracy:smooth=0.5"]), [makeSpec("accuracy")]); // it is never smoothed
  assert.equal(readSpecs(Array(100).fill("loss")).length, MAX_CHARTS);
});
