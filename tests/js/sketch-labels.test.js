/** Where the names of sketched curves stand. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { labelPlaces } from "../../static/js/lessons/sketch/labels.js";

test("names stand beside their curve, apart from the other one, and in the chart", () => {
  const room = { width: 500, height: 300, line: 16 };
  const level = (/** @type {number} */ y) => [
    { x: -2000, y },
    { x: 500, y },
  ];
  const [high, low] = labelPlaces(
    [100, 110].map((y) => ({ places: level(y), width: 120 })),
    room,
  );
  assert.ok(high && low);
  assert.ok(high.y + 16 < 100 && low.y > 110, "one above both, one below both");
  for (const y of [2, 299]) {
    const [name] = labelPlaces([{ places: level(y), width: 120 }], room);
    assert.ok(name && name.y >= 0 && name.y + 16 <= 300 && name.x >= 60 && name.x <= 440);
  }
  assert.deepEqual(labelPlaces([{ places: [], width: 10 }], room), [null]);
  assert.deepEqual(
    labelPlaces(
      [
        {
          places: [
            { x: -9, y: 1 },
            { x: -1, y: 1 },
          ],
          width: 10,
        },
      ],
      room,
    ),
    [null],
  );
});
