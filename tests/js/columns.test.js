/** In how many columns the charts stand, and where a card goes that is dragged. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { columnsIn, heightIn, placeAt } from "../../static/js/charts/columns.js";
import { forExamples } from "./random.js";

const usual = { letter: 11, names: 108 };
/** What the charts have where the window is as large as that. */
const ROOMS = {
  "1280x800": { ...usual, width: 664, height: 656 },
  "1920x1080": { ...usual, width: 1304, height: 936 },
  "1024x768": { ...usual, width: 408, height: 562 },
  "1024x768, projector": { letter: 19.2, names: 200, width: 1009, height: 701 },
  "1280x800, projector": { letter: 20, names: 208, width: 1264, height: 733 },
};
/** By the number of charts, from 1. @type {Record<string, number[]>} */
const COLUMNS = {
  "1280x800": [1, 1, 1, 1, 1, 1],
  "1920x1080": [1, 1, 1, 2, 2, 2, 3, 3, 3],
  "1024x768": [1, 1, 1, 1, 1, 1],
  "1024x768, projector": [1, 1, 1, 1],
  "1280x800, projector": [1, 1, 2, 2],
};

for (const [name, room] of Object.entries(ROOMS))
  test(`the columns at ${name} are as few as give each chart a good height`, () => {
    const columns = COLUMNS[name].map((_, i) => columnsIn(room, i + 1, null));
    assert.deepEqual(columns, COLUMNS[name]);
  });

test("no column is too narrow or empty, and every column added makes the charts higher", () =>
  forExamples(500, (examples) => {
    const room = {
      width: examples.whole(200, 3000),
      height: examples.whole(200, 2000),
      letter: 11,
      names: 108,
    };
    const count = examples.whole(1, 24);
    const columns = columnsIn(room, count, null);
    assert.ok(columns >= 1 && columns <= Math.min(3, count));
    if (columns === 1) return;
    assert.ok(room.width / columns > 390);
    assert.ok(heightIn(room, count, columns) > heightIn(room, count, columns - 1));
    const chosen = examples.whole(1, 3);
    const got = columnsIn(room, count, chosen);
    assert.ok(got <= chosen);
    assert.ok(got === Math.min(chosen, count) || room.width / (got + 1) < 260);
  }));

test("a card that is held over the left half of another goes before it, over the right half after it", () =>
  forExamples(300, (examples) => {
    const columns = examples.whole(2, 3);
    const boxes = Array.from({ length: examples.whole(1, 9) }, (_, i) => {
      const [left, top] = [310 * (i % columns), 210 * Math.floor(i / columns)];
      return { left, right: left + 300, top, bottom: top + 200 };
    });
    const over = examples.whole(0, boxes.length - 1);
    const y = boxes[over].top + examples.whole(1, 199);
    assert.equal(placeAt(boxes, boxes[over].left + examples.whole(1, 149), y, columns), over);
    assert.equal(placeAt(boxes, boxes[over].left + examples.whole(151, 299), y, columns), over + 1);
  }));
