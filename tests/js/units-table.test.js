/** The numbers of the card of update ratios, dead and saturated units. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { besideBand, placeOf, worstOf } from "../../static/js/views/units-table.js";

const LAYER = { name: "1", activation: "relu", units: 4, dead: null, saturated: null, update_ratio: null };

test("ratios stand on a logarithmic axis from 10⁻⁶ to 1, and what is beyond at its ends", () => {
  assert.equal(placeOf(1e-3), 0.5);
  assert.deepEqual([0, 1e-9, 1, 30].map(placeOf), [0, 0, 1, 1]);
});

test("a ratio below or above the band is marked, and one that is not known is not", () => {
  assert.deepEqual([9e-5, 1e-4, 1e-2, 0.011, null].map(besideBand), [-1, 0, 0, 1, 0]);
});

test("the layer with the most dead or saturated units comes first, if there is one", () => {
  assert.equal(worstOf([LAYER, { ...LAYER, dead: 0 }]), null);
  const layers = [
    { ...LAYER, dead: 0.25 },
    { ...LAYER, name: "2", saturated: 0.5 },
  ];
  assert.deepEqual(worstOf(layers), { layer: "2", kind: "saturated", share: 0.5 });
});
