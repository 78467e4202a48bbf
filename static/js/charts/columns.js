/** Columns: how many columns of charts there are, and which chart is in which. */

export const MAX_COLUMNS = 3;
/** Pixels between two cards, as in charts.css. */
const GAP = 10;
/** What is left of the plot, in letters: the numbers of y. */
const NUMBERS = 4.7;
/** A plot that is this wide, in pixels, is read with ease; one that is narrower than the other at least with care. */
const WIDE = 240;
const NARROW = 120;
/** A card is as high as its curves need: these pixels, and its head and axis, which are as many letters. */
const HIGH = { pixels: 130, letters: 10 };

/**
 * What the charts have: pixels across and down, and in these the height of a letter and the width of the names beside a
 * plot, which are larger on the projector.
 * @typedef {{width: number, height: number, letter: number, names: number}} Room
 */

/**
 * In how many columns the charts stand: as many as were chosen, or as few as leave each chart a good height. Never more than
 * there is width for, and not more than charts.
 * @param {Room} room
 * @param {number} count of the charts
 * @param {number | null} chosen null: by the room
 */
export function columnsIn(room, count, chosen) {
  const most = Math.max(1, Math.min(MAX_COLUMNS, count));
  if (chosen !== null) return Math.min(chosen, most, columnsFor(room, NARROW));
  const high = HIGH.pixels + HIGH.letters * room.letter;
  const widest = Math.min(most, columnsFor(room, WIDE));
  let best = 1;
  for (let columns = 1; columns <= widest && heightIn(room, count, best) < high; columns++)
    if (heightIn(room, count, columns) > heightIn(room, count, best)) best = columns;
  return best;
}

/** How many columns can be chosen at most. @param {Room} room */
export function mostColumns(room) {
  return columnsFor(room, NARROW);
}

/**
 * @param {Room} room
 * @param {number} plot how wide each plot is at least
 */
function columnsFor({ width, letter, names }, plot) {
  // by hand the names get less
  const beside = (plot < WIDE ? 0.75 : 1) * names + NUMBERS * letter;
  return Math.max(1, Math.min(MAX_COLUMNS, Math.floor((width + GAP) / (beside + plot + GAP))));
}

/**
 * How high each card would be.
 * @param {Room} room
 * @param {number} count
 * @param {number} columns
 */
export function heightIn({ height }, count, columns) {
  const rows = Math.ceil(count / columns);
  return (height + GAP) / rows - GAP;
}

/**
 * Where in the order a card goes that is held over a point: behind all that are above it or, in its row, to the left.
 * @param {{left: number, right: number, top: number, bottom: number}[]} others in their order
 * @param {number} x
 * @param {number} y
 * @param {number} columns
 */
export function placeAt(others, x, y, columns) {
  const isBefore = (/** @type {typeof others[number]} */ { left, right, top, bottom }) => {
    if (columns === 1) return (top + bottom) / 2 < y;
    return bottom < y || (top < y && (left + right) / 2 < x);
  };
  return others.filter(isBefore).length;
}
