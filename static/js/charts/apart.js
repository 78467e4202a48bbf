/** Label placement: labels are moved apart so that none overlap. */

/**
 * Where labels go: in their order, none nearer to the next than `gap`, each as near to its wanted place as can be (the
 * smallest sum of squares: places that are too near to each other are shared out around their mean).
 * @param {number[]} wanted ascending
 * @param {number} gap
 * @param {number} low the lowest place
 * @param {number} high the highest one; there is room for all
 * @returns {number[]}
 */
export function apart(wanted, gap, low, high) {
  /** Labels that touch, by where the first one of all would be. @type {{sum: number, count: number}[]} */
  const blocks = [];
  for (const [i, place] of wanted.entries()) {
    let block = { sum: place - i * gap, count: 1 };
    for (;;) {
      const above = blocks.at(-1);
      if (!above || above.sum / above.count <= block.sum / block.count) break;
      blocks.pop();
      block = { sum: above.sum + block.sum, count: above.count + block.count };
    }
    blocks.push(block);
  }
  const last = high - (wanted.length - 1) * gap;
  const firsts = blocks.flatMap(({ sum, count }) => new Array(count).fill(sum / count));
  return firsts.map((first, i) => Math.min(Math.max(first, low), last) + i * gap);
}

/**
 * Which labels share a line where there are not enough lines: neighbours that are nearest to each other, while they are nearer
 * than a line is high and the line is long enough. More lines than there are may still be left.
 * @param {number[]} wanted heights, ascending
 * @param {number} line how high a line is
 * @param {number} most lines
 * @param {number[]} widths of the labels
 * @param {number} width of a line
 * @returns {number[][]} the labels of each line: indices, ascending
 */
export function sharedRows(wanted, line, most, widths, width) {
  const rows = wanted.map((_, i) => [i]);
  /** @param {number} at */
  const distance = (at) => wanted[rows[at + 1][0]] - wanted[rows[at][0]];
  /** @param {number} at */
  const fit = (at) =>
    distance(at) < line && [...rows[at], ...rows[at + 1]].reduce((sum, i) => sum + widths[i], 0) <= width;
  while (rows.length > Math.max(most, 0)) {
    const pairs = [...rows.keys()].slice(0, -1).filter(fit);
    if (!pairs.length) break;
    const nearest = pairs.reduce((best, at) => (distance(at) < distance(best) ? at : best));
    rows.splice(nearest, 2, [...rows[nearest], ...rows[nearest + 1]]);
  }
  return rows;
}

/**
 * The places that labels are kept at where there is not room for all: of the two that are nearest to each other the
 * second one goes, until the rest fits.
 * @param {number[]} wanted ascending
 * @param {number} most
 * @param {(i: number) => boolean} isNeeded whether a label stays in any case
 * @returns {number[]} indices
 */
export function withRoom(wanted, most, isNeeded = () => false) {
  const kept = [...wanted.keys()];
  while (kept.length > Math.max(most, 0)) {
    let nearest = -1;
    for (let at = 0; at < kept.length; at++) {
      if (isNeeded(kept[at])) continue;
      if (nearest < 0 || roomAbove(wanted, kept, at) < roomAbove(wanted, kept, nearest)) nearest = at;
    }
    if (nearest < 0) break;
    kept.splice(nearest, 1);
  }
  return kept;
}

/**
 * @param {number[]} wanted
 * @param {number[]} kept
 * @param {number} at
 */
function roomAbove(wanted, kept, at) {
  return at ? wanted[kept[at]] - wanted[kept[at - 1]] : Infinity;
}
