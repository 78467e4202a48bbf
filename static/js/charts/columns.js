/** How many columns the charts have, and where a dragged card goes in their order. */

import { MARGIN } from "./layout.js";

export const MAX_COLUMNS = 3;
/** Pixels between two cards, as in charts.css. */
const GAP = 10;
/**
 * The smallest width of a plot, in pixels: WIDE where the page chooses the number of columns, NARROW where the user chooses it or
 * there are cards with views.
 */
const WIDE = 240;
const NARROW = 120;
/** A good height of a card: this many pixels for the curves, and this many heights of a letter for its head and axis. */
const HIGH = { pixels: 130, letters: 10 };

/**
 * The space for the charts in pixels, with the height of a letter and the width of the names beside a plot, which are larger
 * in projector mode.
 * @typedef {{width: number, height: number, letter: number, names: number}} Room
 */

/**
 * The number of columns: the chosen number, or the smallest number with which each chart has a good height. There are never more
 * columns than have space side by side, and never more than charts.
 * @param {Room} room
 * @param {number} count the number of charts
 * @param {number | null} chosen null: the user has not chosen a number
 * @param {boolean} hasViews whether there are cards with views: these may be as narrow as NARROW, to be compared side by side
 */
export function columnsIn(room, count, chosen, hasViews = false) {
  const most = Math.max(1, Math.min(MAX_COLUMNS, count));
  if (chosen !== null) return Math.min(chosen, most, columnsFor(room, NARROW));
  const high = HIGH.pixels + HIGH.letters * room.letter;
  const widest = Math.min(most, columnsFor(room, hasViews ? NARROW : WIDE));
  let best = 1;
  for (let columns = 1; columns <= widest && heightIn(room, count, best) < high; columns++)
    if (heightIn(room, count, columns) > heightIn(room, count, best)) best = columns;
  return best;
}

/** The most columns that a user can choose. @param {Room} room */
export function mostColumns(room) {
  return columnsFor(room, NARROW);
}

/**
 * How many columns have space side by side.
 * @param {Room} room
 * @param {number} plot the smallest width of a plot
 */
function columnsFor({ width, letter, names }, plot) {
  // with narrow plots, the names get less space too
  const beside = (plot < WIDE ? 0.75 : 1) * names + MARGIN.l * letter;
  return Math.max(1, Math.min(MAX_COLUMNS, Math.floor((width + GAP) / (beside + plot + GAP))));
}

/**
 * The height of each card.
 * @param {Room} room
 * @param {number} count
 * @param {number} columns
 */
export function heightIn({ height }, count, columns) {
  const rows = Math.ceil(count / columns);
  return (height + GAP) / rows - GAP;
}

/**
 * The place in the order for a card that is dragged to a point: after all cards above the point, or to its left in the same row.
 * @param {{left: number, right: number, top: number, bottom: number}[]} others the other cards, in their order
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
