/** Placement of labels at the ends of curves: labels are moved apart so that none overlap. */

/**
 * Places for labels, at least `gap` apart and in the same order as the ends of their curves. The sum of the squared distances
 * to the ends is the smallest possible: labels that would overlap are spread evenly around their mean.
 * @param {number[]} wanted the ends of the curves, ascending
 * @param {number} gap
 * @param {number} low the lowest possible place
 * @param {number} high the highest possible place; there must be room for all labels
 * @returns {number[]}
 */
export function apart(wanted, gap, low, high) {
  /** Groups of touching labels; `sum`: for each label, its wanted place minus one gap for each label before it, added up. @type {{sum: number, count: number}[]} */
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
  // where the first of all labels would be, as seen from each label
  const firsts = blocks.flatMap(({ sum, count }) => new Array(count).fill(sum / count));
  return firsts.map((first, i) => Math.min(Math.max(first, low), last) + i * gap);
}

/**
 * If there are more labels than lines, let labels share lines: again and again the two nearest neighbours (if several are as near
 * to a pixel, those with the fewest labels), as long as they are nearer than the height of a line and the line is wide enough. The
 * result may still have too many lines.
 * @param {number[]} wanted the ends of the curves, ascending
 * @param {number} line the height of a line
 * @param {number} most the number of lines
 * @param {number[]} widths of the labels
 * @param {number} width of a line
 * @returns {number[][]} the labels of each line: indices, ascending
 */
export function sharedRows(wanted, line, most, widths, width) {
  const rows = wanted.map((_, i) => [i]);
  /** @param {number} at */
  const distance = (at) => wanted[rows[at + 1][0]] - wanted[rows[at][0]];
  /** @param {number} at */
  const count = (at) => rows[at].length + rows[at + 1].length;
  /** @param {number} at */
  const fit = (at) =>
    distance(at) < line && [...rows[at], ...rows[at + 1]].reduce((sum, i) => sum + widths[i], 0) <= width;
  while (rows.length > Math.max(most, 0)) {
    const pairs = [...rows.keys()].slice(0, -1).filter(fit);
    if (!pairs.length) break;
    const [nearest] = pairs.sort(
      (a, b) => Math.round(distance(a)) - Math.round(distance(b)) || count(a) - count(b),
    );
    rows.splice(nearest, 2, [...rows[nearest], ...rows[nearest + 1]]);
  }
  return rows;
}

/**
 * If there is not enough room for all labels, remove some: again and again the second of the two nearest labels.
 * @param {number[]} wanted the ends of the curves, ascending
 * @param {number} most how many labels have room
 * @param {(i: number) => boolean} isNeeded whether a label must not be removed
 * @returns {number[]} the indices of the labels that are kept
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
