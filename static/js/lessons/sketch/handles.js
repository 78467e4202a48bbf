/**
 * Drawing by keyboard: five handles at equal distances along the iterations. ← and → go from one to the next, ↑ and ↓ move one,
 * and the curve around it bends with it. Nothing here uses the document.
 */

import { valueAt } from "./points.js";

/** @import { Points } from "./points.js" */

export const HANDLES = 5;

/** What a key does: the handle that has the focus afterwards, and by how much it moves, in steps. @typedef {{handle: number, by: number}} Move */

/** Keys that move the handle, by steps. @type {Record<string, number>} */
const UP = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 };
/** With Shift, an arrow key moves it by this many steps. */
const FAR = 10;

/** The iterations of the handles. @param {number} iterations */
export function handlePlaces(iterations) {
  return Array.from({ length: HANDLES }, (_, i) => Math.round((i * iterations) / (HANDLES - 1)));
}

/**
 * What a key does to a handle.
 * @param {number} handle from 0
 * @param {{key: string, shiftKey?: boolean}} event
 * @returns {Move | null} null: the key is not for it
 */
export function moveOf(handle, { key, shiftKey = false }) {
  const ends = { Home: 0, End: HANDLES - 1, ArrowLeft: Math.max(0, handle - 1), ArrowRight: handle + 1 };
  if (Object.hasOwn(ends, key))
    return { handle: Math.min(ends[/** @type {keyof typeof ends} */ (key)], HANDLES - 1), by: 0 };
  if (!Object.hasOwn(UP, key)) return null;
  return { handle, by: UP[key] * (shiftKey && key.startsWith("Arrow") ? FAR : 1) };
}

/**
 * The curve after a handle was moved: at its iteration by the whole step, less and less towards its neighbours, which stay.
 * @param {Points} points none: the curve begins as a level line
 * @param {number} handle
 * @param {number} by in the unit of the values
 * @param {{iterations: number, level: number, high: number}} sketch the value at which a curve begins, and the highest; the lowest
 *   is 0
 * @returns {Points}
 */
export function withHandleMoved(points, handle, by, { iterations, level, high }) {
  const places = handlePlaces(iterations);
  const center = places[handle];
  const reach = iterations / (HANDLES - 1);
  const old = (/** @type {number} */ x) => (points.length ? valueAt(points, x) : level);
  const xs = new Set([...points.map(([x]) => x), ...places]);
  return [...xs]
    .sort((a, b) => a - b)
    .map((x) => {
      const share = Math.max(0, 1 - Math.abs(x - center) / reach);
      return [x, rounded(Math.max(0, Math.min(high, old(x) + by * share)))];
    });
}

/** A value with the digits that a sketch has: three after the point. @param {number} value */
function rounded(value) {
  return Math.round(1000 * value) / 1000;
}
