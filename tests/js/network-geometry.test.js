/** The picture of a network: nothing lies on anything else, everything is inside, and small networks show their units. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { pictureOf, RADIUS, stagesOf, WIDTH } from "../../static/js/form/network-geometry.js";
import { forExamples } from "./random.js";

/**
 * @import { LayerSummary } from "../../static/js/types.js"
 * @import { Examples } from "./random.js"
 */

/**
 * A layer, as the server's summary has it.
 * @param {string} type
 * @param {number[]} input
 * @param {number[]} output
 * @returns {LayerSummary}
 */
const layer = (type, input, output) => ({
  type,
  input_shape: input,
  output_shape: output,
  shapes: {},
  parameters: 0,
  multiply_adds: 0,
});

/** Dense layers of these sizes, with functions between them. @param {number[]} sizes */
const dense = (...sizes) =>
  sizes
    .slice(1)
    .flatMap((size, i) => [layer("dense", [sizes[i]], [size]), layer("activation", [size], [size])]);

/** Any network: some layers on images, then some on lists. @param {Examples} examples */
function anyNetwork(examples) {
  /** @type {LayerSummary[]} */
  const layers = [];
  let shape = examples.of([[784], [1, 28, 28], [3, 32, 32], [2], [3, 227, 227]]);
  /**
   * @param {string} type
   * @param {number[]} next
   */
  const add = (type, next) => {
    layers.push(layer(type, shape, next));
    shape = next;
  };
  if (shape.length === 3)
    for (let i = examples.whole(0, 30); i > 0; i--) {
      const [channels, side] = shape;
      const type = examples.of(["conv2d", "max_pool2d", "activation", "residual"]);
      const next = type === "max_pool2d" ? Math.max(1, side >> 1) : side;
      add(type, [type === "conv2d" ? examples.whole(1, 512) : channels, next, next]);
    }
  for (let i = examples.whole(1, 30); i > 0; i--)
    add(examples.of(["dense", "dropout", "residual"]), [examples.whole(1, 65536)]);
  add("dense", [examples.whole(2, 10)]);
  return layers;
}

/** How wide a label may be drawn. @param {{lines: string[]}} label */
const widthOf = ({ lines }) => Math.max(...lines.map((line) => line.length)) * 5.4;

test("whatever the network is, boxes and labels lie inside the picture and beside each other", () =>
  forExamples(500, (examples) => {
    const layers = anyNetwork(examples);
    const { boxes, columns, labels, skips, height } = pictureOf(layers);
    const stages = stagesOf(layers);
    assert.deepEqual(
      [...boxes, ...columns].map(({ stage }) => stage),
      stages,
    );
    boxes.forEach((box, i) => {
      assert.ok(box.x >= 0 && box.x + box.width <= WIDTH && box.width > 0 && box.height > 0);
      assert.ok(box.y >= 0 && box.y + box.height <= height);
      if (i) assert.ok(boxes[i - 1].x + boxes[i - 1].width <= box.x);
    });
    for (const { ys } of columns) {
      assert.ok(ys[0] - RADIUS >= 0 && (ys.at(-1) ?? 0) + RADIUS <= height);
      for (const [i, y] of ys.slice(1).entries()) assert.ok(y - ys[i] >= 2 * RADIUS);
    }
    for (const [i, one] of labels.entries()) {
      const half = widthOf(one) / 2;
      assert.ok(one.x - half >= -1e-9 && one.x + half <= WIDTH + 1e-9 && one.y <= height);
      for (const other of labels.slice(i + 1))
        assert.ok(one.y !== other.y || Math.abs(one.x - other.x) >= half + widthOf(other) / 2);
    }
    const ends = [labels[0].stage, labels.at(-1)?.stage];
    assert.deepEqual(ends, [stages[0], stages.at(-1)]);
    assert.equal(skips.length, stages.filter(({ type }) => type === "residual").length);
  }));

test("a small network of dense layers shows its units, some at both ends of a layer that has many", () => {
  const { columns, boxes, labels } = pictureOf(dense(784, 40, 3, 10));
  assert.deepEqual(
    columns.map(({ ys, isWhole }) => [ys.length, isWhole]),
    [
      [8, false],
      [8, false],
      [3, true],
      [10, true],
    ],
  );
  assert.deepEqual(boxes, []);
  assert.deepEqual(
    labels.map(({ lines }) => lines.join()),
    ["784", "40", "3", "10"],
  );
});

test("an image that a dense layer takes is shown as its pixels", () => {
  const { columns, labels } = pictureOf([layer("dense", [1, 8, 8], [5])]);
  assert.equal(columns.length, 2);
  assert.equal(labels[0].lines.join(), "64");
});

test("layers on images are boxes as high as the images, with the channels above the sides in the label", () => {
  const { boxes, labels } = pictureOf([
    layer("conv2d", [1, 28, 28], [30, 24, 24]),
    layer("activation", [30, 24, 24], [30, 24, 24]),
    layer("max_pool2d", [30, 24, 24], [30, 12, 12]),
    layer("dense", [30, 12, 12], [10]),
  ]);
  const [input, conv, pool] = boxes;
  assert.ok(input.height > conv.height && conv.height > pool.height);
  assert.ok(conv.width > input.width && conv.width === pool.width);
  assert.deepEqual(labels[1].lines, ["30", "24×24"]);
  assert.equal(boxes.length, 4);
});
