/** Where the maps of a network are drawn on a canvas, and how one moves among them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  boxOf,
  layoutOf,
  placeAfter,
  placeAt,
  readPlace,
  writePlace,
} from "../../static/js/views/maps-layout.js";

/** An image of 8 × 8, three maps of 6 × 6, and ten units. */
const LAYERS = [
  { number: 0, count: 1, rows: 8, columns: 8, isFlat: false },
  { number: 1, count: 3, rows: 6, columns: 6, isFlat: false },
  { number: 2, count: 10, rows: 1, columns: 1, isFlat: true },
];

test("each number of each map is found where it is drawn, and nothing between maps", () => {
  const layout = layoutOf(LAYERS, 300);
  for (const { layer, channel, rows, columns } of layout.maps)
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++) {
        const place = { layer, channel, y, x };
        const box = boxOf(layout, place);
        assert.ok(box);
        assert.deepEqual(placeAt(layout, box.left + box.width / 2, box.top + box.height / 2), place);
      }
  assert.equal(placeAt(layout, 299, 1), null);
});

test("many maps take two lines at most, and say how many are shown", () => {
  const many = { number: 1, count: 64, rows: 8, columns: 8, isFlat: false };
  const { lines, maps } = layoutOf([many], 300);
  assert.equal(lines[0].shown, maps.length);
  assert.ok(maps.length < 64);
  assert.equal(new Set(maps.map(({ top }) => top)).size, 2);
  assert.ok(Math.max(...maps.map(({ left, width }) => left + width)) <= 300);
  assert.equal(layoutOf([many], 1200).lines[0].shown, 64);
});

test("a window that reaches beyond the edge is drawn as far as there is a map", () => {
  const layout = layoutOf(LAYERS, 300);
  const [corner, inside] = [
    boxOf(layout, { layer: 0, channel: 0, y: -1, x: -1 }, 3, 3),
    boxOf(layout, { layer: 0, channel: 0, y: 0, x: 0 }, 2, 2),
  ];
  assert.deepEqual(corner, inside);
  assert.equal(boxOf(layout, { layer: 1, channel: 9, y: 0, x: 0 }), null);
});

test("arrow keys go from number to number, from map to map and from layer to layer, and stay at the edges", () => {
  const layout = layoutOf(LAYERS, 300);
  /** @param {number[]} place */
  const at = (...[layer, channel, y, x]) => ({ layer, channel, y, x });
  assert.deepEqual(placeAfter(layout, at(1, 0, 2, 3), "ArrowLeft"), at(1, 0, 2, 2));
  assert.deepEqual(placeAfter(layout, at(1, 0, 2, 5), "ArrowRight"), at(1, 1, 2, 0));
  assert.deepEqual(placeAfter(layout, at(1, 1, 2, 0), "ArrowLeft"), at(1, 0, 2, 5));
  assert.deepEqual(placeAfter(layout, at(1, 2, 2, 5), "ArrowRight"), at(1, 2, 2, 5));
  assert.deepEqual(placeAfter(layout, at(1, 0, 0, 0), "ArrowUp"), at(0, 0, 7, 0));
  assert.deepEqual(placeAfter(layout, at(0, 0, 0, 4), "ArrowUp"), at(0, 0, 0, 4));
  assert.equal(placeAfter(layout, at(1, 0, 5, 0), "ArrowDown")?.layer, 2);
  assert.deepEqual(placeAfter(layout, at(2, 4, 0, 0), "Home"), at(0, 0, 0, 0));
  assert.deepEqual(placeAfter(layout, at(0, 0, 0, 0), "End"), at(2, 0, 0, 0));
  assert.equal(placeAfter(layout, at(0, 0, 0, 0), "a"), null);
});

test("a place that is written to the address is read back, and others are none", () => {
  const place = { layer: 3, channel: 0, y: 12, x: 7 };
  assert.deepEqual(readPlace(writePlace(place)), place);
  assert.equal(writePlace(null), "");
  for (const text of ["", "1-2-3", "1-2-3-", "1-2-3-4-5", "-1-2-3-4", "1-2-3-x"])
    assert.equal(readPlace(text), null);
});
