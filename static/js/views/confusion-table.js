/** The numbers of a confusion matrix: each row is a true class, each column a predicted one. Pure functions. */

/**
 * A cell: images of the class `truth` that the network takes for the class `predicted`.
 * @typedef {{truth: number, predicted: number}} Cell
 */

/**
 * Each count divided by the sum of its row, which is the images of a class. A row without images has zeros.
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
 * How many images of the true class `row` there are.
 * @param {ArrayLike<number>} counts
 * @param {number} classes
 * @param {number} row
 */
export function rowSum(counts, classes, row) {
  let sum = 0;
  for (let column = 0; column < classes; column++) sum += counts[row * classes + column];
  return sum;
}

/** A cell as a text for the page's address, such as "8-3". @param {Cell | null} cell */
export function writeCell(cell) {
  return cell ? `${cell.truth}-${cell.predicted}` : "";
}

/**
 * The cell that `writeCell` wrote; null if a matrix of this number of classes has no such cell.
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
 * The cell that an arrow key, Home or End leads to; null for other keys.
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
  const clamped = (/** @type {number} */ index) => Math.max(0, Math.min(classes - 1, index));
  return { truth: clamped(truth + down), predicted: clamped(predicted + right) };
}

/**
 * The n for which every n-th class has room for its name.
 * @param {number} classPixels how many pixels a class has
 * @param {number} namePixels how many a name needs
 */
export function nameEvery(classPixels, namePixels) {
  return Math.max(1, Math.ceil(namePixels / classPixels));
}
