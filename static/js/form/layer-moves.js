/** Moves layers in a network, also into residual blocks and out of them. A place as a target means the place before its layer. */

import { find, last, listOf } from "./layer-places.js";

/** @import { Layer } from "../types.js" */

/**
 * The target of a layer for an arrow key: after its neighbour, or into a neighbouring block, or out of its block at the end. A
 * block is not moved into other blocks.
 *
 * @param {Layer[]} layers all layers of the network
 * @param {number[]} place
 * @param {1 | -1} by
 * @returns {number[] | null} null at the ends of the network
 */
export function step(layers, place, by) {
  const list = listOf(layers, place);
  const [outside, i] = [place.slice(0, -1), last(place)];
  const next = list[i + by];
  if (next?.type === "residual" && list[i].type !== "residual")
    return [...outside, i + by, by > 0 ? 0 : (next.layers ?? []).length];
  if (next) return [...outside, by > 0 ? i + 2 : i - 1];
  if (!outside.length) return null;
  return [...outside.slice(0, -1), last(outside) + (by > 0 ? 1 : 0)];
}

/**
 * Move a layer. Returns its new place, or null if it stays, also because a block cannot be moved into itself.
 * @param {Layer[]} layers
 * @param {number[]} from
 * @param {number[]} to
 */
export function move(layers, from, to) {
  const [source, target] = [listOf(layers, from), listOf(layers, to)];
  const [index, before] = [last(from), last(to)];
  if (isInside(to, from) || (source === target && (before === index || before === index + 1))) return null;
  const [layer] = source.splice(index, 1);
  target.splice(source === target && before > index ? before - 1 : before, 0, layer);
  return find(layers, layer);
}

/**
 * The path of a layer after another layer was added to a list.
 * @param {string} path
 * @param {string} list the beginning of the paths in this list
 * @param {number} position of the new layer
 */
export function afterInsertion(path, list, position) {
  const [, i, rest] = (path.startsWith(list) && /^(\d+)(.*)$/.exec(path.slice(list.length))) || [];
  return i !== undefined && Number(i) >= position ? `${list}${Number(i) + 1}${rest}` : path;
}

/**
 * Whether a place is inside the block at another place.
 * @param {number[]} place
 * @param {number[]} block
 */
export function isInside(place, block) {
  return place.length > block.length && block.every((position, i) => position === place[i]);
}
