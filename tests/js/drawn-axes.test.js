/** What lies on drawn axes. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { DrawnAxes } from "../../static/js/charts/drawn-axes.js";

const size = { l: 40, r: 10, t: 10, w: 700, h: 300 };

test("a value beyond the end of an axis is not on it, also where the range of the axis was given", () => {
  const layout = {
    xaxis: { range: /** @type {[number, number]} */ ([-1, Math.log10(5)]), type: "log", autorange: false },
    yaxis: { range: /** @type {[number, number]} */ ([0, 1]), type: "linear", autorange: true },
    _size: size,
  };
  const axes = new DrawnAxes(layout);
  assert.deepEqual(
    [axes.hasX(0.1), axes.hasX(5), axes.hasX(5.1), axes.hasX(500)],
    [true, true, false, false],
  );
  assert.deepEqual([axes.hasY(1), axes.hasY(1.1), axes.hasY(NaN)], [true, false, true]);
});
