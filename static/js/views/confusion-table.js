/** The numbers of a confusion matrix. No document, no state. */

/**
 * A cell: images of the class `truth` that the network takes for the class `predicted`.
 * @typedef {{truth: number, predicted: number}} Cell
 */

/**
 * The share of each count in its row, row by row: of the images of a class. 0 in a row without images.
 * @param {ArrayLike<number>} counts
 * @param {number} classes
 */
export function rowShares(counts, classes) {
  const shares = new Float32Array(classes * classes);
  for (let row = 0; row < classes; row++) {
    const sum = rowSum(counts, classes, row);
    for (let column = 0; column < classes; column++) {
      const cell = row * classes + column;
      shares[cell] = sum ? counts[cell] / sum : 0;
    }
  }
  return shares;
}

/**
 * How many images of a class there are.
 * @param {ArrayLike<number>} counts
 * @param {number} classes
 * @param {number} row
 */
export function rowSum(counts, classes, row) {
  let sum = 0;
  for (let column = 0; column < classes; column++) sum += counts[row * classes + column];
  return sum;
}

/** A cell as a text for the address, such as "8-3". @param {Cell | null} cell */
export function writeCell(cell) {
  return cell ? `${cell.truth}-${cell.predicted}` : "";
}

/**
 * The cell of a text that `writeCell` made; null if a matrix of this number of classes has no such cell.
 * @param {string} text
 * @param {number} classes
 * @returns {Cell | null}
 */
export function readCell(text, classes = Infinity) {
  const [, truth, predicted] = /^(\d{1,5})-(\d{1,5})$/.exec(text) ?? [];
  if (truth === undefined) return null;
  const cell = { truth: Number(truth), predicted: Number(predicted) };
  return Math.max(cell.truth, cell.predicted) < classes ? cell : null;
}

/**
 * The cell that an arrow key leads to; null for other keys.
 * @param {Cell} cell
 * @param {string} key
 * @param {number} classes
 * @returns {Cell | null}
 */
export function cellAfter({ truth, predicted }, key, classes) {
  const steps = /** @type {Record<string, [number, number]>} */ ({
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
    Home: [0, -classes],
    End: [0, classes],
  });
  if (!Object.hasOwn(steps, key)) return null;
  const [down, right] = steps[key];
  const bounded = (/** @type {number} */ place) => Math.max(0, Math.min(classes - 1, place));
  return { truth: bounded(truth + down), predicted: bounded(predicted + right) };
}

/**
 * Every how many classes a name has room, where a class takes `each` pixels and a name needs `needed`.
 * @param {number} each
 * @param {number} needed
 */
export function nameEvery(each, needed) {
  return Math.max(1, Math.ceil(needed / each));
}
