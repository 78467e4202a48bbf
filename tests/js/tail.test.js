/** Tails: the newest part of a curve as an SVG path. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { areaPath, toPixel } from "../../static/js/charts/tail.js";
import { Scale } from "../../static/js/scale.js";
import { forExamples } from "./random.js";

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

test("the area under a curve goes down to 0 at its ends and at each hole, and nowhere else", () =>
  forExamples(200, (examples) => {
    const scale = { x: new Scale([0, 10], [0, 100]), y: new Scale([0, 1], [50, 0]) };
    const holes = () => examples.whole(0, 3) === 0;
    const y = examples.list(11, () => (holes() ? NaN : examples.whole(0, 10) / 10));
    const x = [...y.keys()];
    // each stretch without holes, as a polygon
    const stretches = y
      .map((value) => (Number.isNaN(value) ? " " : "·"))
      .join("")
      .matchAll(/·+/g);
    const polygons = [...stretches].map(({ 0: { length }, index }) => {
      const line = x.slice(index, index + length).map((at) => `L${10 * at},${toPixel(50 - 50 * y[at])}`);
      return `M${10 * index},50${line.join("")}V50Z`;
    });
    assert.equal(areaPath(x, y, 0, y.length, scale), polygons.join(""));
  }));
