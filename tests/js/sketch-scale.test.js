/** The scale of a sketch: from places on a chart to iterations and values. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { SketchScale } from "../../static/js/lessons/sketch/sketch-scale.js";
import { LINEAR, Scale } from "../../static/js/scale.js";

test("a pen draws nothing that the server does not take, also where the axes reach further", () => {
  const axes = /** @type {any} */ ({
    scale: { x: new Scale([-20, 220], [0, 240], LINEAR), y: new Scale([-0.05, 1.05], [220, 0], LINEAR) },
    area: { left: 40, top: 10, width: 240, height: 220 },
  });
  const scale = new SketchScale(axes, { percent: true, perEpoch: 1, logarithmic: false });
  const drawn = (/** @type {number} */ x, /** @type {number} */ y) =>
    scale.values({ x, y }, { iterations: 200, highest: 100 });
  assert.deepEqual(drawn(120, 110), [100, 50]);
  assert.deepEqual(drawn(0, 0), [0, 100]);
  assert.deepEqual(drawn(240, 220), [200, 0]);
});
