/**
 * Where each name of a sketched curve stands: in the chart, and as far as possible from the other curves and names. It uses no
 * document.
 */

/** @import { Place } from "./sketch-scale.js" */

/** A curve to be named: the places it goes through, from left to right, and the width of its name in pixels. @typedef {{places: Place[], width: number}} Named */
/** A name: its middle, and its top. @typedef {{x: number, y: number}} LabelPlace */

/** Where a name may stand, as shares of its curve's width, the best first. */
const SHARES = [0.4, 0.6, 0.25, 0.75, 0.5, 0.15, 0.85];
/** Pixels between a curve and its name. */
const BESIDE = 5;
/** More room than this, in heights of a name, is no better. */
const ENOUGH = 2;
/** How much worse a place outside of the chart is, in heights of a name, and each further one of `SHARES`. */
const [OUTSIDE, LATER] = [10, 1 / 20];

/**
 * Places for the names, each in the chart and as far as possible from the other curves and names.
 * @param {Named[]} curves
 * @param {{width: number, height: number, line: number}} room of the chart, and the height of a name
 * @returns {(LabelPlace | null)[]} null: nothing of the curve is in the chart
 */
export function labelPlaces(curves, { width, height, line }) {
  /** @type {{left: number, right: number, top: number}[]} */
  const taken = [];
  return curves.map(({ places, width: own }, at) => {
    if (places.length < 2) return null;
    const [first, last] = [Math.max(0, places[0].x), Math.min(places[places.length - 1].x, width)];
    if (first >= last) return null;
    let best = null;
    let most = -Infinity;
    for (const [i, share] of SHARES.entries()) {
      const middle = Math.min(Math.max(first + share * (last - first), own / 2), width - own / 2);
      const [left, right] = [middle - own / 2, middle + own / 2];
      const [highest, lowest] = extent(places, left, right);
      for (const top of [highest - BESIDE - line, lowest + BESIDE]) {
        const others = curves.filter((_, j) => j !== at).map((other) => extent(other.places, left, right));
        const rooms = [
          ...others.map(([upper, lower]) => Math.max(upper - top - line, top - lower)),
          ...taken
            .filter((label) => label.left < right && label.right > left)
            .map((label) => Math.abs(label.top - top) - line),
        ];
        const isOutside = top < 0 || top + line > height;
        const room = Math.min(ENOUGH * line, ...rooms) / line - (isOutside ? OUTSIDE : 0) - LATER * i;
        if (room > most) {
          most = room;
          best = { x: middle, y: Math.max(0, Math.min(top, height - line)), left, right };
        }
      }
    }
    if (!best) return null;
    taken.push({ left: best.left, right: best.right, top: best.y });
    return { x: best.x, y: best.y };
  });
}

/**
 * The highest and the lowest place of a curve between two x, in pixels from the top; far away if it has none there.
 * @param {Place[]} places
 * @param {number} left
 * @param {number} right
 */
function extent(places, left, right) {
  let [top, bottom] = [Infinity, -Infinity];
  for (let i = 0; i < places.length; i++) {
    const [from, to] = [places[i], places[i + 1] ?? places[i]];
    if (to.x < left || from.x > right) continue;
    for (const at of [left, right, from.x, to.x]) {
      if (at < Math.max(left, from.x) || at > Math.min(right, to.x)) continue;
      const share = to.x > from.x ? (at - from.x) / (to.x - from.x) : 0;
      const y = from.y + share * (to.y - from.y);
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
    }
  }
  return [top, bottom];
}
