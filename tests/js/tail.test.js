import assert from "node:assert/strict";
import { test } from "node:test";

import { toPixel } from "../../static/js/charts/tail.js";

test("places are written in tenths of a pixel", () => {
  assert.equal(toPixel(12.345), 12.3);
  assert.equal(toPixel(-0.06), -0.1);
});

test("a place that a path cannot hold is written as one far away", () => {
  for (const place of [1e39, 1.7e308]) {
    assert.equal(toPixel(place), 1e6);
    assert.equal(toPixel(-place), -1e6);
  }
});
