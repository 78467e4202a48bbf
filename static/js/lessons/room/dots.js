/** The places of a dot plot: one dot for each value, above each other where values are near. It uses no document. */

/** A dot: its place along the axis from 0 to 1, and in its column from 0 at the bottom. @typedef {{x: number, level: number, isOwn: boolean}} Dot */

/**
 * The dots for values, in columns of equal width.
 * @param {number[]} values
 * @param {object} of
 * @param {number} of.low the value at the left end
 * @param {number} of.high the value at the right end
 * @param {number} of.columns
 * @param {number} of.rows how many dots have room above each other
 * @param {number | null} of.own the own one of the values; null: there is none
 * @returns {{dots: Dot[], each: number}} `each`: for how many values a dot stands, where there is no room for all
 */
export function dotPlot(values, { low, high, columns, rows, own }) {
  const columnOf = (/** @type {number} */ value) =>
    Math.max(0, Math.min(columns - 1, Math.floor((columns * (value - low)) / (high - low || 1))));
  const counts = new Array(columns).fill(0);
  for (const value of values) counts[columnOf(value)]++;
  const each = Math.max(1, Math.ceil(Math.max(...counts) / rows));
  const ownColumn = own === null ? -1 : columnOf(own);
  const dots = counts.flatMap((count, column) =>
    Array.from({ length: Math.ceil(count / each) }, (_, level) => ({
      x: (column + 0.5) / columns,
      level,
      isOwn: column === ownColumn && level === 0,
    })),
  );
  return { dots, each };
}

/**
 * The ends of the axis: what may be answered, or what was, where that is only a part of it.
 * @param {number[]} values
 * @param {number} low
 * @param {number} high
 * @returns {[number, number]}
 */
export function axisOf(values, low, high) {
  const [from, to] = [Math.min(...values), Math.max(...values)];
  const room = 0.1 * (to - from) || 0.05 * (high - low) || 1;
  const isWide = values.length === 0 || to - from > 0.4 * (high - low);
  return isWide ? [low, high] : [Math.max(low, from - room), Math.min(high, to + room)];
}
