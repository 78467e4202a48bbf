/** Weights as pictures: which layer, and in which colours. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { isInColors, layerOf } from "../../static/js/views/unit-pictures.js";

test("a layer that no network can have, as any address may say, is the first one", () => {
  assert.deepEqual(["2", "1000"].map(layerOf), [2, 1000]);
  assert.deepEqual(["1001", "100000000", "1e300", "0", "-1", "1.5", "x", ""].map(layerOf), Array(8).fill(1));
});

test("only weights of the channels of images in colour are drawn in red, green and blue", () => {
  const drawn = (/** @type {number} */ layer, /** @type {number} */ channels) =>
    isInColors({
      facts: { layer },
      arrays: { weights: { shape: [8, channels, 5, 5], values: new Float32Array() } },
    });
  assert.ok(drawn(1, 3));
  assert.ok(!drawn(1, 1));
  assert.ok(!drawn(2, 3), "three filters below are no colours");
});
