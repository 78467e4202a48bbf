/** The palette of runs: colours differ for every kind of colour vision, and can be seen on their background. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { color } from "../../static/js/page/palette.js";
import { COLOR_COUNT } from "../../static/js/state/hues.js";

const CSS = readFileSync(new URL("../../static/css/base.css", import.meta.url), "utf8");
const [LIGHT_CARD, DARK_CARD] = [...CSS.matchAll(/--card: (#\w+)/g)].map(([, hex]) => hex);

/** How each kind of colour vision sees linear RGB: Machado, Oliveira and Fernandes (2009), all of one kind of cone missing. */
const VISIONS = {
  usual: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  "without red cones": [
    ...[0.152286, 1.052583, -0.204868],
    ...[0.114503, 0.786281, 0.099216],
    ...[-0.003882, -0.048116, 1.051998],
  ],
  "without green cones": [
    ...[0.367322, 0.860646, -0.227968],
    ...[0.280085, 0.672501, 0.047413],
    ...[-0.01182, 0.04294, 0.968881],
  ],
  "without blue cones": [
    ...[1.255528, -0.076749, -0.178779],
    ...[-0.078411, 0.930809, 0.147602],
    ...[0.004733, 0.691367, 0.3039],
  ],
};

/** A matrix of three rows times a column. @param {number[]} matrix @param {number[]} column */
const times = (matrix, column) =>
  [0, 3, 6].map((row) => column.reduce((sum, value, i) => sum + matrix[row + i] * value, 0));

/** @param {string} hex */
function linear(hex) {
  const long = hex.length === 4 ? hex.replaceAll(/\w/g, "$&$&") : hex;
  return [1, 3, 5].map((at) => {
    const part = Number.parseInt(long.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
}

/** OKLab (Ottosson 2020), in which equal distances look about equally far. @param {number[]} rgb linear */
function lab(rgb) {
  const cones = times(
    [
      ...[0.4122214708, 0.5363325363, 0.0514459929],
      ...[0.2119034982, 0.6806995451, 0.1073969566],
      ...[0.0883024619, 0.2817188376, 0.6299787005],
    ],
    rgb.map((part) => Math.min(1, Math.max(0, part))),
  );
  return times(
    [
      ...[0.2104542553, 0.793617785, -0.0040720468],
      ...[1.9779984951, -2.428592205, 0.4505937099],
      ...[0.0259040371, 0.7827717662, -0.808675766],
    ],
    cones.map(Math.cbrt),
  );
}

/** @param {string} one @param {string} other */
function contrast(one, other) {
  const [dark, light] = [one, other]
    .map((hex) => linear(hex).reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0))
    .sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

for (const dark of [false, true]) {
  const ground = dark ? "dark" : "light";
  const palette = Array.from({ length: COLOR_COUNT }, (_, hue) => color(hue, dark));

  test(`on ${ground} ground any two colours differ for every kind of colour vision`, () => {
    for (const [vision, matrix] of Object.entries(VISIONS))
      for (const [i, one] of palette.entries())
        for (const other of palette.slice(0, i)) {
          const [a, b] = [one, other].map((hex) => lab(times(matrix, linear(hex))));
          const distance = Math.hypot(...a.map((value, axis) => value - b[axis]));
          assert.ok(distance > 0.055, `${one} and ${other}, ${vision}: ${distance.toFixed(3)}`);
        }
  });

  test(`on ${ground} ground a line of any colour is seen`, () => {
    for (const hex of palette) {
      const ratio = contrast(hex, dark ? DARK_CARD : LIGHT_CARD);
      assert.ok(ratio >= 3, `${hex}: ${ratio.toFixed(2)}`);
    }
  });
}

test("more classes than there are colours share them", () => {
  for (const dark of [false, true]) assert.equal(color(COLOR_COUNT + 1, dark), color(1, dark));
});

test("reports have the colours of the page", () => {
  const lists = (/** @type {string} */ path) =>
    [
      ...readFileSync(new URL(path, import.meta.url), "utf8").matchAll(/const (?:LIGHT|DARK) = [^;]+;/g),
    ].join();
  assert.equal(lists("../../app/exports/assets/report.js"), lists("../../static/js/page/palette.js"));
});
