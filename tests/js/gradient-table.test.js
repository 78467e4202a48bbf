/** The numbers of the map of gradients: norms in bins, medians, and the scale of colours. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { binned, decades, mediansAt, normsOf, spread } from "../../static/js/views/gradient-table.js";
import { logShare, power, sizeColor, twoDigits } from "../../static/js/views/scales.js";

const norms = {
  iterations: [1, 2, 3, 4],
  layers: [
    [0.25, 0.5, 0.75, NaN],
    [1, 2, 3, 4],
  ],
};

test("the norms of a run are those of its layers, the lowest first", () => {
  /** @type {Record<string, number[]>} */
  const columns = { iteration: [1], "gradient_norm/1": [5], "gradient_norm/2": [6], "weight_norm/1": [7] };
  const found = normsOf({ names: Object.keys(columns), column: (name) => columns[name] });
  assert.deepEqual(found, { iterations: [1], layers: [[5], [6]] });
});

test("a bin has the highest norm of its rows, and nothing where no row is", () => {
  assert.deepEqual([...binned(norms, 1, 4, 8)], [1, 3, 4, NaN]);
  assert.deepEqual([...binned(norms, 1, 2, 8, 2)], [1.5, 2]);
  assert.deepEqual([...binned(norms, 0, 1, 8)], [0.75]); // of a run that diverged, what was before is shown
});

test("beside the map stand the medians of the last rows up to the moment", () => {
  assert.deepEqual(mediansAt(norms, 2, [1, 1]), [0.375, 1.5]);
  assert.deepEqual(mediansAt(norms, 3, [1, 2]), [0.5, 1]);
  assert.deepEqual(mediansAt({ iterations: [], layers: [[]] }, 3, [1]), [NaN]);
  assert.deepEqual(mediansAt({ iterations: [1, 2], layers: [[3, NaN]] }, 2, [1]), [3]);
});

test("the scale has at least two decades and at most twelve", () => {
  assert.deepEqual(decades([1, 0.5, NaN, 0]), { low: -2, high: 0 });
  assert.deepEqual(decades([1e-30, 3]), { low: -11, high: 1 });
  assert.deepEqual(decades([]), { low: -4, high: 0 });
});

test("by how much the lowest layer's gradient is smaller is said also where no gradient arrives", () => {
  assert.equal(spread([0.5, 9, 1]), 2);
  assert.equal(spread([0, 1]), Number.POSITIVE_INFINITY);
  assert.ok(Number.isNaN(spread([0, 0])));
  assert.ok(Number.isNaN(spread([NaN, 3])));
});

test("nothing has the colour of the card, and small numbers are powers of ten", () => {
  assert.deepEqual(sizeColor(0, false), [255, 255, 255]);
  assert.deepEqual(sizeColor(Number.NaN, true), sizeColor(0, true));
  assert.equal(logShare(0, 1e-4, 1), 0);
  assert.equal(logShare(1e-2, 1e-4, 1), 0.5);
  assert.equal(power(-12), "10⁻¹²");
  assert.equal(twoDigits(0.000_031), "3.1·10⁻⁵");
  assert.equal(twoDigits(0.0123), "0.012");
  assert.deepEqual([9.96e-5, -9.94e-5].map(twoDigits), ["1.0·10⁻⁴", "−9.9·10⁻⁵"]);
  assert.equal(twoDigits(-0.5), "−0.5");
  assert.deepEqual([Infinity, -Infinity, NaN].map(twoDigits), ["∞", "−∞", "–"]);
});
