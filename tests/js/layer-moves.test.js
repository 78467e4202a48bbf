/** Moving layers through a network, into residual blocks and out of them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { afterInsertion, isInside, move, step } from "../../static/js/form/layer-moves.js";
import { layerAt, pathOf, pathOfLayer } from "../../static/js/form/layer-places.js";
import { forExamples } from "./random.js";

/** @import { Layer } from "../../static/js/types.js" */

/**
 * @param {string} name
 * @returns {Layer}
 */
const layer = (name) => ({ type: "dense", name });
/**
 * @param {string} name
 * @param {Layer[]} layers
 * @returns {Layer}
 */
const block = (name, ...layers) => ({ type: "residual", name, layers });

/**
 * Names in their order, a block's in brackets.
 * @param {Layer[]} layers
 * @returns {string}
 */
const names = (layers) =>
  layers.map(({ name, layers: inside }) => (inside ? `${name}[${names(inside)}]` : name)).join(" ");

/**
 * Every place that a layer is at, with those inside blocks.
 * @param {Layer[]} layers
 * @param {number[]} outside
 * @returns {number[][]}
 */
function placesOf(layers, outside = []) {
  return layers.flatMap((layer, i) => [
    [...outside, i],
    ...(layer.layers ? placesOf(layer.layers, [...outside, i]) : []),
  ]);
}

test("arrow keys take a layer through a block and out again, and another block goes past it", () => {
  const layers = [layer("a"), block("R", layer("b")), layer("c")];
  /** @type {string[]} */
  const seen = [];
  /** @type {number[] | null} */
  let place = [0];
  while (place) {
    const to = step(layers, place, 1);
    place = to && move(layers, place, to);
    if (place) seen.push(names(layers));
  }
  assert.deepEqual(seen, ["R[a b] c", "R[b a] c", "R[b] a c", "R[b] c a"]);
  const two = [block("R", layer("a")), block("S", layer("b"))];
  move(two, [0], step(two, [0], 1) ?? []);
  assert.equal(names(two), "S[b] R[a]");
});

test("a layer that is moved is there once, all others stay in their order, and a step back brings a single one back", () =>
  forExamples(1000, (examples) => {
    let count = 0;
    /**
     * @param {number} depth
     * @returns {Layer[]}
     */
    const some = (depth) =>
      examples.list(
        4,
        () =>
          depth < 2 && examples.of([true, false, false])
            ? block(`r${count++}`, ...some(depth + 1))
            : layer(`l${count++}`),
        1,
      );
    const layers = some(0);
    const before = names(layers);
    const place = examples.of(placesOf(layers));
    const by = examples.of(/** @type {(1 | -1)[]} */ ([1, -1]));
    const back = by === 1 ? -1 : 1;
    const moved = layerAt(layers, pathOf(place));
    const to = step(layers, place, by);
    if (!to || !moved) return;
    const newPlace = move(layers, place, to);
    assert.ok(newPlace);
    assert.equal(pathOfLayer(layers, moved), pathOf(newPlace));
    const all = placesOf(layers).map((one) => layerAt(layers, pathOf(one))?.name);
    assert.equal(new Set(all).size, all.length);
    assert.equal(all.length, count);
    /** @param {string} text */
    const order = (text) =>
      text.match(/\w+/g)?.filter((name) => name !== moved.name && !names([moved]).includes(name));
    assert.deepEqual(order(names(layers)), order(before));
    if (moved.layers) return; // a block goes past other blocks, and not into them again
    move(layers, newPlace, step(layers, newPlace, back) ?? []);
    assert.equal(names(layers), before);
  }));

test("a block cannot be moved into itself", () => {
  const layers = [block("R", layer("a")), layer("b")];
  assert.equal(move(layers, [0], [0, 1]), null);
  assert.equal(names(layers), "R[a] b");
  assert.ok(isInside([0, 1], [0]));
});

test("after an insertion each layer is at the place that its old one is called by", () =>
  forExamples(300, (examples) => {
    const layers = [layer("a"), block("R", layer("b"), layer("c")), layer("d"), block("S", layer("e"))];
    const before = placesOf(layers).map((place) => ({
      path: pathOf(place),
      layer: layerAt(layers, pathOf(place)),
    }));
    const inside = examples.of([0, 1]) ? layers[1].layers : null;
    const list = inside ?? layers;
    const position = examples.whole(0, list.length);
    list.splice(position, 0, layer("new"));
    const prefix = inside ? "network.layers.1.layers." : "network.layers.";
    for (const { path, layer: old } of before)
      assert.equal(layerAt(layers, afterInsertion(path, prefix, position)), old);
  }));

test("the layer of a field's name is found by its place", () => {
  const layers = [layer("a"), block("R", layer("b"))];
  assert.equal(layerAt(layers, "network.layers.1.layers.0.units")?.name, "b");
  assert.equal(layerAt(layers, "network.layers.7.units"), undefined);
  assert.equal(layerAt(layers, "optimizer.name"), undefined);
});
