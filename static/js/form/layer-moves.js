/**
 * Moves layers in a network, in which residual blocks have their own layers. A place is a list of positions: [3, 1] is the
 * second layer in the block that is the fourth layer. As a target, it means the place before that layer.
 */

/** @import { Layer } from "../types.js" */

/** The path of a place in the document: "network.layers.3.layers.1". @param {number[]} place */
export function pathOf(place) {
  return `network.layers.${place.join(".layers.")}`;
}

/** The part of a field's path that is the path of its layer. */
export const LAYER = /^network\.layers\.\d+(?:\.layers\.\d+)*/;

/**
 * The layer of a field, or undefined.
 * @param {Layer[] | undefined} layers
 * @param {string} field
 */
export function layerAt(layers, field) {
  const place = LAYER.exec(field)?.[0].match(/\d+/g)?.map(Number);
  return place && layers && listOf(layers, place)?.[last(place)];
}

/**
 * The present path of a layer; null if it was removed.
 * @param {Layer[] | undefined} layers
 * @param {Layer} layer
 */
export function pathOfLayer(layers, layer) {
  const place = layers && find(layers, layer);
  return place && pathOf(place);
}

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
  const [at, before] = [last(from), last(to)];
  if (isInside(to, from) || (source === target && (before === at || before === at + 1))) return null;
  const [layer] = source.splice(at, 1);
  target.splice(source === target && before > at ? before - 1 : before, 0, layer);
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

/** The position of a place in its own list. @param {number[]} place */
function last(place) {
  return place[place.length - 1];
}

/**
 * The list that contains a place.
 * @param {Layer[]} layers
 * @param {number[]} place
 * @returns {Layer[]}
 */
function listOf(layers, place) {
  return place
    .slice(0, -1)
    .reduce((list, position) => /** @type {Layer[]} */ (list?.[position]?.layers), layers);
}

/**
 * @param {Layer[]} layers
 * @param {Layer} layer
 * @returns {number[] | null}
 */
function find(layers, layer) {
  for (const [i, other] of layers.entries()) {
    const inside = other === layer ? [] : other.type === "residual" && find(other.layers ?? [], layer);
    if (inside) return [i, ...inside];
  }
  return null;
}
