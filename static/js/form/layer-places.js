/**
 * Places of layers in a network, in which residual blocks have their own layers. A place is a list of positions: [3, 1] is the
 * second layer in the block that is the fourth layer.
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

/** The position of a place in its own list. @param {number[]} place */
export function last(place) {
  return place[place.length - 1];
}

/**
 * The list that contains a place.
 * @param {Layer[]} layers
 * @param {number[]} place
 * @returns {Layer[]}
 */
export function listOf(layers, place) {
  return place
    .slice(0, -1)
    .reduce((list, position) => /** @type {Layer[]} */ (list?.[position]?.layers), layers);
}

/**
 * The place of a layer; null if it is not there.
 * @param {Layer[]} layers
 * @param {Layer} layer
 * @returns {number[] | null}
 */
export function find(layers, layer) {
  for (const [i, other] of layers.entries()) {
    const inside = other === layer ? [] : other.type === "residual" && find(other.layers ?? [], layer);
    if (inside) return [i, ...inside];
  }
  return null;
}
