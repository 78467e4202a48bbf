/** Quantities: what a chart can show. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { isQuantity, known, linesOf, quantity } from "../../static/js/charts/quantities.js";
import { TraceMaker } from "../../static/js/charts/traces.js";
import { shade } from "../../static/js/page/palette.js";
import { speakAs } from "./catalog.js";
import { makeRun, putRows } from "./lab.js";

test("iterations per second are those of the last second of training", () => {
  // ten in each of three seconds, one in seven seconds, and one in two
  const [{ along }] = quantity("speed").lines;
  const trained = Float64Array.from([...[...Array(30).keys()].map((i) => (i + 1) / 10), 10, 12]);
  assert.ok(along);
  const [first, ...speeds] = [...trained.keys()].map(along({ trained }));
  assert.ok(Number.isNaN(first));
  const wanted = [...Array(29).fill(10), 1 / 7, 1 / 2];
  assert.equal(speeds.length, wanted.length);
  for (const [i, speed] of speeds.entries()) assert.ok(Math.abs(speed / wanted[i] - 1) < 1e-6);
});

for (const name of ["nothing", "train.", "__proto__", "constructor", ""])
  test(`there is no quantity of a name that means none: ${name}`, () => {
    assert.equal(isQuantity(name), false);
    assert.throws(() => quantity(name));
  });

/** A run of a network with this many layers that have weights. @param {number} layers */
function makeDeep(layers, number = 1) {
  const run = makeRun({ number });
  const columns = Array.from({ length: layers }, (_, i) => [`gradient_norm/${i + 1}`, [10 ** (i - layers)]]);
  putRows(run.train, { iteration: [1], loss: [2], ...Object.fromEntries(columns) });
  return run;
}

test("what is recorded of each layer is offered as one chart, before the layers by themselves", () => {
  const names = known([makeDeep(12), makeDeep(2)]).filter((name) => name.includes("/"));
  assert.deepEqual(names, [
    "train.gradient_norm/*",
    ...Array.from({ length: 12 }, (_, i) => `train.gradient_norm/${i + 1}`),
  ]);
  assert.ok(names.every(isQuantity));
});

test("a chart of layers has a curve for each layer of its run, by their places, with names and colours of their own", () => {
  speakAs("en");
  const run = makeDeep(12);
  const what = quantity("train.gradient_norm/*");
  assert.equal(what.log, true);
  assert.deepEqual(
    linesOf(what, run).map(({ columns }) => columns),
    Array.from({ length: 12 }, (_, i) => [`gradient_norm/${i + 1}`]),
  );
  assert.deepEqual(linesOf(what, makeRun()), []); // before the first rows
  const traces = new TraceMaker().traces([run], what, {
    bands: null,
    strokes: null,
    allMarks: true,
    axis: "iteration",
    across: { from: 0, to: 60, log: false },
    smoothing: 0.6,
    range: null,
    dark: false,
    bold: 1,
    partNames: {},
    names: new Map(),
  });
  const labels = traces.map(({ line }) => line?.label);
  assert.deepEqual([labels[0], labels[1], labels[11]], ["1 (input)", "layer 2", "12 (output)"]);
  assert.equal(new Set(traces.map(({ color }) => color)).size, 12);
  assert.equal(new Set(traces.map(({ uid }) => uid)).size, 12);
});

/** How bright a colour is, as WCAG 2 has it. @param {string} hex */
function luminance(hex) {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

for (const [name, dark, card] of /** @type {const} */ ([
  ["light", false, "#ffffff"],
  ["dark", true, "#161c26"],
]))
  test(`layers' colours go from dark to light, and each is seen on the ${name} card`, () => {
    for (const count of [1, 2, 5, 12, 50]) {
      const shades = Array.from({ length: count }, (_, i) => luminance(shade(i, count, dark)));
      assert.deepEqual(
        shades,
        [...shades].sort((a, b) => a - b),
      );
      for (const shade of shades) {
        const [low, high] = [shade, luminance(card)].sort((a, b) => a - b);
        assert.ok((high + 0.05) / (low + 0.05) >= 3, `${count}: ${shade}`);
      }
    }
  });
