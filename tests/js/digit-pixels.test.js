/** What a network gets of a drawn digit: centred and scaled as the images of its data set are. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  centreOfMass,
  drawnPixels,
  erased,
  fromBase64,
  shifted,
  toBase64,
  trimmed,
} from "../../static/js/views/digit-pixels.js";

/** @import { Place } from "../../static/js/views/digit-pixels.js" */

/** A seven, somewhere in the square. @param {number} size @param {number} x @param {number} y @returns {Place[][]} */
const seven = (size, x, y) => [
  [
    [x, y],
    [x + size * 0.6, y],
    [x + size * 0.2, y + size],
  ],
];

/** The rows and columns with ink. @param {Uint8Array} pixels @param {number} width */
function box(pixels, width) {
  const inked = [...pixels.keys()].filter((at) => pixels[at] > 0);
  const [xs, ys] = [inked.map((at) => at % width), inked.map((at) => Math.floor(at / width))];
  return { width: Math.max(...xs) - Math.min(...xs) + 1, height: Math.max(...ys) - Math.min(...ys) + 1 };
}

test("the box around the ink is 20 of 28 pixels, wherever and however large one draws", () => {
  for (const strokes of [seven(0.7, 0.1, 0.1), seven(0.4, 0.5, 0.3), seven(0.6, 0.05, 0.3)]) {
    const { width, height } = box(drawnPixels(strokes, 28, 28), 28);
    assert.ok(Math.abs(height - 20) <= 1, `${height} rows`);
    assert.ok(width > 10 && width < 17, `the ratio is kept: ${width} columns`);
  }
});

test("the centre of mass is at pixel (14, 14), up to the rounding to whole pixels", () => {
  for (const strokes of [
    seven(0.7, 0.1, 0.1),
    seven(0.5, 0.4, 0.2),
    [...seven(0.3, 0, 0), ...seven(0.3, 0.5, 0.6)],
  ])
    for (const at of centreOfMass(drawnPixels(strokes, 28, 28), 28))
      assert.ok(Math.abs(at - 14) <= 0.51, `${at}`);
});

test("edges are grey and the inside is full ink, as in MNIST", () => {
  const pixels = drawnPixels(seven(0.7, 0.1, 0.1), 28, 28);
  assert.equal(Math.max(...pixels), 255);
  assert.ok(pixels.some((value) => value > 20 && value < 235));
});

test("a drawing for the digits of 8 × 8 pixels fills all rows, in 16 levels", () => {
  const pixels = drawnPixels(seven(0.5, 0.3, 0.2), 8, 8);
  assert.equal(box(pixels, 8).height, 8);
  for (const value of pixels) assert.ok(Math.abs(value / 255 - Math.round((value / 255) * 16) / 16) < 0.003);
});

test("a dot stays a dot, and no drawing is no ink", () => {
  const { width, height } = box(drawnPixels([[[0.9, 0.9]]], 28, 28), 28);
  assert.ok(width <= 6 && height <= 6);
  assert.ok(drawnPixels([], 28, 28).every((value) => value === 0));
});

test("a test image is moved by whole pixels, erased around a place and from a side", () => {
  const image = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual([...shifted(image, 3, 1, 0)], [0, 1, 2, 0, 4, 5, 0, 7, 8]);
  assert.deepEqual([...shifted(image, 3, 0, -1)], [4, 5, 6, 7, 8, 9, 0, 0, 0]);
  assert.deepEqual([...erased(image, 3, [0.5, 0.5], 0.1)], [1, 2, 3, 4, 0, 6, 7, 8, 9]);
  assert.deepEqual([...trimmed(image, 3, "left")], [0, 2, 3, 0, 5, 6, 0, 8, 9]);
  assert.deepEqual([...trimmed(shifted(image, 3, 0, 1), 3, "top")], [0, 0, 0, 0, 0, 0, 4, 5, 6]);
  assert.ok(trimmed(new Uint8Array(9), 3, "top").every((value) => value === 0));
});

test("bytes come back from base64 as they were", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  assert.deepEqual(fromBase64(toBase64(bytes)), bytes);
});
