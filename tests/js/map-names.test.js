/** How the maps of a network are called. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { channelsAt, mapName } from "../../static/js/views/map-names.js";
import { speakAs } from "./catalog.js";

/** The names of three maps. @param {number[]} shape of the input @param {number} layer */
const names = (shape, layer) =>
  [0, 1, 2].map((channel) =>
    mapName({ arrays: { input: { shape, values: new Float32Array() } } }, layer, channel),
  );

test("the channels of an image in colour have the names of their colours, all other maps have numbers", () => {
  speakAs("en");
  assert.deepEqual(names([3, 32, 32], 0), ["red", "green", "blue"]);
  assert.deepEqual(names([3, 32, 32], 1), ["map 1", "map 2", "map 3"]);
  assert.deepEqual(names([1, 28, 28], 0).slice(0, 1), ["map 1"]);
  speakAs("ja");
  assert.deepEqual(names([3, 32, 32], 0), ["赤", "緑", "青"]);
});

test("at a place of an image in colour its three channels are seen, and one channel of anything else", () => {
  const channels = (/** @type {number[]} */ shape, /** @type {number} */ layer) =>
    channelsAt(
      { arrays: { input: { shape, values: new Float32Array() } } },
      { layer, channel: 0, y: 1, x: 1 },
    );
  assert.deepEqual(channels([3, 32, 32], 0), [0, 1, 2]);
  assert.deepEqual(channels([3, 32, 32], 1), [0]);
  assert.deepEqual(channels([1, 28, 28], 0), [0]);
  assert.deepEqual(channels([3], 0), [0]);
});
