/**
 * Sketched curves as points in ascending order of iterations. Nothing here changes its arguments, and nothing uses the document.
 */

/** A sketched curve: [iteration, value]; the value is in per cent for accuracies. @typedef {[iteration: number, value: number][]} Points */

/** The server takes at most this many points of a curve. */
export const MAX_POINTS = 64;
/** A sketch is complete from this share of the iterations on: the ends need not be met exactly. */
const COVERED = 0.8;

/**
 * The value of a curve at an iteration, between two points on the line that joins them; beyond the ends, the value at the end.
 * @param {Points} points
 * @param {number} x
 * @returns {number} NaN without points
 */
export function valueAt(points, x) {
  const after = points.findIndex(([at]) => at >= x);
  if (after < 0) return points.at(-1)?.[1] ?? NaN;
  const [right, high] = points[after];
  if (after === 0 || right === x) return high;
  const [left, low] = points[after - 1];
  return low + ((high - low) * (x - left)) / (right - left);
}

/**
 * The curve after the pen has moved: between the two places it is the line between them, elsewhere as before. Drawing back over
 * a stretch therefore replaces it.
 * @param {Points} points
 * @param {[number, number]} from
 * @param {[number, number]} to
 * @returns {Points}
 */
export function withLine(points, from, to) {
  const [first, last] = from[0] <= to[0] ? [from, to] : [to, from];
  const before = points.filter(([x]) => x < first[0]);
  const after = points.filter(([x]) => x > last[0]);
  // where the line does not meet the curve, a point of the curve beside it keeps the stretch up to there
  const [left, right] = [first[0] - 1, last[0] + 1];
  const [start, end] = [points[0]?.[0] ?? 0, points.at(-1)?.[0] ?? 0];
  if (
    valueAt(points, first[0]) !== first[1] &&
    left < end &&
    before.length &&
    before[before.length - 1][0] < left
  )
    before.push([left, valueAt(points, left)]);
  if (valueAt(points, last[0]) !== last[1] && right > start && after.length && after[0][0] > right)
    after.unshift([right, valueAt(points, right)]);
  // straight up or down: the curve has one value, the newest
  return first[0] === last[0] ? [...before, to, ...after] : [...before, first, last, ...after];
}

/**
 * The curve with at most `most` points. Points whose removal changes the curve least are removed first, so corners stay.
 * @param {Points} points
 * @param {number} most at least 2
 * @returns {Points}
 */
export function thinned(points, most = MAX_POINTS) {
  const kept = [...points];
  while (kept.length > most) {
    let least = Infinity;
    let place = 1;
    for (let i = 1; i < kept.length - 1; i++) {
      const area = triangle(kept[i - 1], kept[i], kept[i + 1]);
      if (area < least) [least, place] = [area, i];
    }
    kept.splice(place, 1);
  }
  return kept;
}

/**
 * Twice the area between three points: how much the curve changes without the middle one.
 * @param {[number, number]} a
 * @param {[number, number]} b
 * @param {[number, number]} c
 */
function triangle([ax, ay], [bx, by], [cx, cy]) {
  return Math.abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay));
}

/** From where to where a curve goes, as a share of the iterations. @param {Points} points @param {number} iterations */
export function coverage(points, iterations) {
  return points.length < 2 ? 0 : (points[points.length - 1][0] - points[0][0]) / iterations;
}

/** Whether a curve goes far enough. @param {Points} points @param {number} iterations */
export function isComplete(points, iterations) {
  return coverage(points, iterations) >= COVERED;
}

/**
 * The curve with its ends at 0 and at the last iteration, if they are near: no hand begins at exactly 0.
 * @param {Points} points
 * @param {number} iterations
 * @returns {Points}
 */
export function withEnds(points, iterations) {
  if (!points.length) return points;
  const near = ((1 - COVERED) / 4) * iterations;
  const [[first, start]] = points;
  const [last, end] = points[points.length - 1];
  return [
    .../** @type {Points} */ (first > 0 && first <= near ? [[0, start]] : []),
    ...points,
    .../** @type {Points} */ (last < iterations && last >= iterations - near ? [[iterations, end]] : []),
  ];
}
