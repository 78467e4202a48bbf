/**
 * The cloud: what many curves of accuracy have in common, and how far they lie apart. It uses no document.
 *
 * Curves end at different iterations, and some still go on. So that nothing is said about runs that have not got there:
 * the median and the band are given only where at least half of all curves that have begun have a value, and a stretch
 * is called `settled` only where nearly all that will get there have got there.
 */

/**
 * A curve of one run. `points` are [iteration, accuracy], in the order of their iterations. `over`: no point will follow.
 * @typedef {{points: [number, number][], over: boolean, iterations: number}} Curve
 */

/** What the curves have at one iteration. @typedef {{x: number, median: number, low: number, high: number, settled: boolean}} Column */

/** A band of fewer curves would show as much about the choice of the percentiles as about the curves. */
export const MIN_FOR_BAND = 3;
/** The share of curves that may be missing from a settled stretch: the median of all is then within five percentiles. */
const MAX_MISSING = 0.1;
/** How many columns a chart gets. */
const COLUMNS = 96;
/** "Half of them" says something from this many on. */
const MIN_FOR_HALF = 4;
/** Accuracy this far above chance is no chance, even with some hundred images. */
const CLEARLY = 0.1;

/** @param {Curve} curve */
const reach = ({ points }) => points[points.length - 1][0];

/**
 * The median, and the 10th and the 90th percentile, of the curves along the iterations.
 * @param {Curve[]} curves the same curve may be there several times, once for each run that shows it
 * @param {number} end the last iteration of the chart
 * @returns {Column[]} only where at least half of the curves that have begun have a value
 */
export function columnsOf(curves, end) {
  const begun = curves.filter(({ points }) => points.length);
  if (!begun.length || end <= 0) return [];
  const readers = begun.map(({ points }) => reader(points));
  const sorted = new Float64Array(begun.length);
  /** @type {Column[]} */
  const columns = [];
  for (const x of grid(begun, end)) {
    let count = 0;
    let missing = 0;
    for (let i = 0; i < begun.length; i++) {
      const y = readers[i](x);
      if (y !== null) sorted[count++] = y;
      else if (!begun[i].over && x <= begun[i].iterations && x > reach(begun[i])) missing++;
    }
    if (count * 2 < begun.length) continue;
    const values = sorted.subarray(0, count).sort();
    columns.push({
      x,
      median: percentile(values, 0.5),
      low: percentile(values, 0.1),
      high: percentile(values, 0.9),
      settled: missing <= MAX_MISSING * (count + missing),
    });
  }
  return columns;
}

/**
 * Iterations at equal distances, and those at which lines end: where the first and the last curve end.
 * @param {Curve[]} curves
 * @param {number} end
 */
function grid(curves, end) {
  const ends = curves.map(reach);
  const starts = curves.map(({ points }) => points[0][0]);
  const even = Array.from({ length: COLUMNS + 1 }, (_, i) => (end * i) / COLUMNS);
  const own = [Math.max(...starts), Math.min(...ends), Math.max(...ends), middle(ends)];
  return [...new Set([...even, ...own.filter((x) => x <= end)])].sort((a, b) => a - b);
}

/** The last place that at least half of them reach. @param {number[]} ends */
function middle(ends) {
  return ends.toSorted((a, b) => a - b)[Math.floor(ends.length / 2)];
}

/**
 * A function from iterations, which ascend from call to call, to the curve's value there: between two points on the line
 * that joins them; before the first and after the last point null.
 * @param {[number, number][]} points
 */
function reader(points) {
  let next = 0;
  return (/** @type {number} */ x) => {
    while (next < points.length && points[next][0] < x) next++;
    if (next === points.length) return null;
    const [right, high] = points[next];
    if (right === x) return high;
    if (next === 0) return null;
    const [left, low] = points[next - 1];
    return low + ((high - low) * (x - left)) / (right - left);
  };
}

/**
 * The curve that is nearest to a place, of those that have a value there; null: all are farther away.
 * @template {{points: [number, number][]}} Any
 * @param {Any[]} curves
 * @param {number} x
 * @param {number} y
 * @param {number} farthest how far a curve may be from it in y
 * @returns {Any | null}
 */
export function nearest(curves, x, y, farthest) {
  let closest = null;
  let least = farthest;
  for (const curve of curves) {
    const value = reader(curve.points)(x);
    if (value === null || Math.abs(value - y) > least) continue;
    least = Math.abs(value - y);
    closest = curve;
  }
  return closest;
}

/**
 * A percentile of sorted values, between two of them on the line that joins them.
 * @param {ArrayLike<number>} sorted at least one
 * @param {number} share from 0 to 1
 */
export function percentile(sorted, share) {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below];
  return low + (place - below) * (sorted[Math.min(below + 1, sorted.length - 1)] - low);
}

/**
 * The iteration by which half of the curves have left chance; null if that cannot be said: because fewer
 * than half have, because a curve that still goes on may do so earlier, or because no curve was at chance.
 * @param {(Curve & {chance: number})[]} curves with the accuracy of guessing, which differs between data sets
 * @returns {number | null}
 */
export function halfTakenOff(curves) {
  const begun = curves.filter(({ points }) => points.length);
  if (begun.length < MIN_FOR_HALF) return null;
  const offs = begun.map(({ points, chance }) => points.find(([, y]) => y >= chance + CLEARLY)?.[0] ?? null);
  const reached = offs.filter((x) => x !== null).sort((a, b) => a - b);
  const half = Math.ceil(begun.length / 2);
  if (reached.length < half) return null;
  const x = reached[half - 1];
  if (begun.some((curve, i) => offs[i] === null && !curve.over && reach(curve) < x)) return null;
  const waited = begun.filter(({ points }, i) => offs[i] !== null && offs[i] > points[0][0]);
  return waited.length * 2 >= reached.length ? x : null;
}

/**
 * The last iteration of the chart: as far as the runs are to go. Where a few go much farther than all others, the chart
 * ends with the others, and `beyond` counts those that go on.
 * @param {Curve[]} curves
 * @returns {{end: number, beyond: number}}
 */
export function extentOf(curves) {
  const ends = curves.map(planned).sort((a, b) => a - b);
  if (!ends.length) return { end: 0, beyond: 0 };
  const longest = ends[ends.length - 1];
  const most = ends[Math.ceil(0.9 * ends.length) - 1];
  const end = longest > 4 * most ? most : longest;
  return { end, beyond: ends.filter((runEnd) => runEnd > end).length };
}

/** The iteration at which a curve ends, or is to end. @param {Curve} curve */
function planned(curve) {
  return curve.over ? (curve.points.length ? reach(curve) : 0) : curve.iterations;
}
