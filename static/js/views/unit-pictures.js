/** Which layer is drawn as pictures of its units, and how. Pure functions. */

/** @import { View } from "./view.js" */

/** No network has more layers; the server refuses higher numbers as well. */
const MAX_LAYER = 1000;

/** The layer that an option of a card says, counted from 1; the first, if there can be no such layer. @param {string} option */
export function layerOf(option) {
  const layer = Number(option);
  return Number.isInteger(layer) && layer > 0 && layer <= MAX_LAYER ? layer : 1;
}

/** Whether the weights belong to the red, green and blue of images in colour, and are drawn in these. @param {Pick<View, "facts" | "arrays">} view */
export function isInColors({ facts, arrays }) {
  return facts.layer === 1 && arrays.weights.shape[1] === 3;
}

/**
 * The number of columns with which pictures are largest.
 * @param {number} count
 * @param {{width: number, height: number}} room
 * @param {number} ratio width / height of one picture
 */
export function bestColumns(count, room, ratio) {
  let best = { columns: 1, size: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const size = Math.min(room.width / columns, (room.height / Math.ceil(count / columns)) * ratio);
    if (size > best.size) best = { columns, size };
  }
  return best.columns;
}
