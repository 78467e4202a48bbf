/** Maps of the plane: what a network says of each place, as colours and as shares of points. No document, no state. */

/** @import { Rgb } from "./scales.js" */
/** @import { ViewArray } from "./view.js" */

/** The square that a map shows. @typedef {{left: number, right: number, bottom: number, top: number}} Extent */

/** How strong the colours of classes are beside the card's; points of the same colour stand out on them. */
const STRENGTH = 0.5;

/** @param {string} hex such as #255d98 @returns {Rgb} */
export function rgbOf(hex) {
  return /** @type {Rgb} */ ([1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)));
}

/**
 * The colour of a cell: those of the classes, each by its probability, on the card's; the card's where there is no number.
 * @param {ViewArray} probabilities (classes, rows, columns)
 * @param {Rgb[]} colors of the classes
 * @param {Rgb} card
 * @param {number} row
 * @param {number} column
 * @returns {Rgb}
 */
export function cellColor({ shape: [classes, rows, columns], values }, colors, card, row, column) {
  const mixed = card.map((value) => value * (1 - STRENGTH));
  for (let index = 0; index < classes; index++) {
    const p = values[(index * rows + row) * columns + column];
    if (!Number.isFinite(p)) return card;
    for (let i = 0; i < 3; i++) mixed[i] += STRENGTH * p * colors[index][i];
  }
  return /** @type {Rgb} */ (mixed);
}

/**
 * The class with the largest probability in the cell of a place; null outside of the map, or where there is no number.
 * @param {ViewArray} probabilities (classes, rows, columns), row 0 on top
 * @param {Extent} extent
 * @param {[x: number, y: number]} place
 */
export function classAt({ shape: [classes, rows, columns], values }, { left, right, bottom, top }, [x, y]) {
  const column = Math.floor(((x - left) / (right - left)) * columns);
  const row = Math.floor(((top - y) / (top - bottom)) * rows);
  if (row < 0 || row >= rows || column < 0 || column >= columns) return null;
  const cell = Array.from({ length: classes }, (_, index) => values[(index * rows + row) * columns + column]);
  const best = Math.max(...cell);
  return Number.isFinite(best) ? cell.indexOf(best) : null;
}

/**
 * The share of points that lie in cells of their own class; NaN without points.
 * @param {ViewArray} probabilities
 * @param {Extent} extent
 * @param {[number, number][]} points
 * @param {number[]} labels
 */
export function shareInOwn(probabilities, extent, points, labels) {
  const own = points.filter((point, i) => classAt(probabilities, extent, point) === labels[i]);
  return own.length / points.length;
}
