/** How large tiles are, by how many there are and how much room there is. It uses no document. */

/** More tiles than this have no curves: they are smaller. */
export const MAX_WITH_CURVES = 40;
/** On a narrow screen, tiles stand in this many columns. */
const NARROW_COLUMNS = 4;
export const NARROW = 560;
const GAP = 6;
/** Rows are planned for this many tiles more, so that the tiles keep their places while students join. */
const STEP = 8;
/** The smallest width of a tile, in letters: what stands beside each other in its first line needs them. */
const LETTERS = { curves: 6.2, small: 5.5 };
/** Heights in letters: with a line for the name, and without. */
const HEIGHTS = { named: 4.8, unnamed: 3.5, highest: 9, small: 2.8 };
/** Width to height: a curve is seen best a little wider than high. */
const SHAPE = 1.35;

/**
 * Columns, and the height of each tile; what has no room is reached by scrolling.
 * @param {number} count of tiles
 * @param {{width: number, height: number}} room
 * @param {{letter?: number, named?: boolean}} text `letter`: the size of the text; `named`: tiles have a line for the name
 * @returns {{columns: number, height: number, curves: boolean}}
 */
export function gridOf(count, { width, height }, { letter = 13, named = true } = {}) {
  const curves = count <= MAX_WITH_CURVES;
  const low = Math.round(letter * (curves ? HEIGHTS[named ? "named" : "unnamed"] : HEIGHTS.small));
  if (width < NARROW) return { columns: NARROW_COLUMNS, height: low, curves };
  const least = letter * LETTERS[curves ? "curves" : "small"];
  const most = Math.max(NARROW_COLUMNS, Math.floor((width + GAP) / (least + GAP)));
  if (!curves) return { columns: most, height: low, curves };
  const planned = Math.min(MAX_WITH_CURVES, Math.max(2 * STEP, Math.ceil(count / STEP) * STEP));
  const options = Array.from({ length: most - NARROW_COLUMNS + 1 }, (_, i) => {
    const columns = i + NARROW_COLUMNS;
    const rows = Math.ceil(planned / columns);
    const tall = Math.floor((height - GAP * (rows - 1)) / rows);
    const shape = (width - GAP * (columns - 1)) / columns / tall;
    return { columns, tall, badness: Math.abs(Math.log(shape / SHAPE)) };
  }).filter(({ tall }) => tall >= low);
  const best = options.sort((a, b) => a.badness - b.badness)[0] ?? { columns: most, tall: low };
  return { columns: best.columns, height: Math.min(Math.round(letter * HEIGHTS.highest), best.tall), curves };
}
