/** Contours: the lines on which a function on a grid has a value, by marching squares. No document, no state. */

/** A grid: `values[row][column]` at `x[column]`, `y[row]`, which ascend; null where there is no value. @typedef {{x: number[], y: number[], values: (number | null)[][]}} Grid */
/** A line through the grid; a closed one ends where it begins. @typedef {[x: number, y: number][]} Line */

/** At most this many contours are drawn. */
const MAX_LINES = 9;

/**
 * The lines on which a grid has a value. Between its points the grid is linear along each edge. Where a square has two lines,
 * the mean of its corners decides which corners they join.
 * @param {Grid} grid
 * @param {number} level
 * @returns {Line[]}
 */
export function contours(grid, level) {
  const edges = new Edges(grid, level);
  for (let row = 0; row + 1 < grid.y.length; row++)
    for (let column = 0; column + 1 < grid.x.length; column++) edges.cross(row, column);
  return edges.lines();
}

/** The edges of a grid that a contour crosses, and which of them are joined by a piece of it. */
class Edges {
  #grid;
  #level;
  /** Edge → the edges that it is joined with, at most two. @type {Map<number, number[]>} */
  #joined = new Map();

  /**
   * @param {Grid} grid
   * @param {number} level
   */
  constructor(grid, level) {
    this.#grid = grid;
    this.#level = level;
  }

  /**
   * Join the edges of one square.
   * @param {number} row
   * @param {number} column
   */
  cross(row, column) {
    const { values } = this.#grid;
    const [below, above] = [values[row], values[row + 1]];
    const corners = [below[column], below[column + 1], above[column + 1], above[column]];
    if (corners.some((value) => value === null)) return;
    const heights = /** @type {number[]} */ (corners);
    const isIn = heights.map((value) => value >= this.#level);
    // counterclockwise from the lowest one: edge i is between the corners i and i + 1
    const edges = [
      this.#across(row, column),
      this.#up(row, column + 1),
      this.#across(row + 1, column),
      this.#up(row, column),
    ];
    const crossed = [0, 1, 2, 3].filter((i) => isIn[i] !== isIn[(i + 1) % 4]);
    if (crossed.length === 2) this.#join(edges[crossed[0]], edges[crossed[1]]);
    if (crossed.length !== 4) return;
    const middle = heights.reduce((sum, value) => sum + value, 0) / 4 >= this.#level;
    // the corners that are unlike the middle are each cut off
    for (let corner = 0; corner < 4; corner++)
      if (isIn[corner] !== middle) this.#join(edges[corner], edges[(corner + 3) % 4]);
  }

  /** @returns {Line[]} */
  lines() {
    /** @type {Line[]} */
    const lines = [];
    const begins = [...this.#joined.keys()];
    const ends = begins.filter((edge) => this.#joined.get(edge)?.length === 1);
    for (const edge of [...ends, ...begins])
      if (this.#joined.has(edge)) lines.push(this.#walk(edge).map((place) => this.#point(place)));
    return lines;
  }

  /** The edges of a line that begins at one; they are taken away. @param {number} first */
  #walk(first) {
    const line = [first];
    for (let edge = first; ; ) {
      const next = this.#joined.get(edge)?.[0];
      if (next === undefined) break;
      this.#part(edge, next);
      line.push(next);
      edge = next;
    }
    return line;
  }

  /**
   * @param {number} one
   * @param {number} other
   */
  #join(one, other) {
    this.#joined.set(one, [...(this.#joined.get(one) ?? []), other]);
    this.#joined.set(other, [...(this.#joined.get(other) ?? []), one]);
  }

  /**
   * @param {number} one
   * @param {number} other
   */
  #part(one, other) {
    for (const [edge, gone] of [
      [one, other],
      [other, one],
    ]) {
      const rest = [...(this.#joined.get(edge) ?? [])];
      rest.splice(rest.indexOf(gone), 1);
      if (rest.length) this.#joined.set(edge, rest);
      else this.#joined.delete(edge);
    }
  }

  /**
   * The number of the edge from a point to the next one in its row; those of edges to the next row are odd.
   * @param {number} row
   * @param {number} column
   */
  #across(row, column) {
    return 2 * (row * this.#grid.x.length + column);
  }

  /**
   * @param {number} row
   * @param {number} column
   */
  #up(row, column) {
    return this.#across(row, column) + 1;
  }

  /** Where the contour crosses an edge. @param {number} edge @returns {[number, number]} */
  #point(edge) {
    const { x, y, values } = this.#grid;
    const point = edge >> 1;
    const [row, column] = [Math.floor(point / x.length), point % x.length];
    const [nextRow, nextColumn] = edge % 2 ? [row + 1, column] : [row, column + 1];
    const [from, to] = [Number(values[row][column]), Number(values[nextRow][nextColumn])];
    const share = (this.#level - from) / (to - from);
    return [x[column] + share * (x[nextColumn] - x[column]), y[row] + share * (y[nextRow] - y[row])];
  }
}

/**
 * The value of a grid at a place, linear between its points; null where it has none.
 * @param {Grid} grid
 * @param {number} x
 * @param {number} y
 */
export function valueAt(grid, x, y) {
  const [column, right] = placeIn(grid.x, x);
  const [row, up] = placeIn(grid.y, y);
  const { values } = grid;
  const corners = [
    values[row][column],
    values[row][column + 1],
    values[row + 1][column],
    values[row + 1][column + 1],
  ];
  if (corners.some((value) => value === null)) return null;
  const [a, b, c, d] = corners.map(Number);
  return (1 - up) * ((1 - right) * a + right * b) + up * ((1 - right) * c + right * d);
}

/**
 * The place before a value, and how far it is on the way to the next one; at an end where it is beyond.
 * @param {number[]} places
 * @param {number} value
 * @returns {[place: number, share: number]}
 */
function placeIn(places, value) {
  const last = places.length - 2;
  let place = places.findIndex((_, i) => i === last || value < places[i + 1]);
  if (place < 0) place = last;
  const share = (value - places[place]) / (places[place + 1] - places[place]);
  return [place, Math.max(0, Math.min(1, share))];
}

/**
 * The lowest and the highest value of a grid above a bound; null if it has none.
 * @param {Grid} grid
 * @param {number} [bound]
 * @returns {[low: number, high: number] | null}
 */
export function ends({ values }, bound = -Infinity) {
  const numbers = values
    .flatMap((row) => row.filter((value) => value !== null))
    .filter((value) => value > bound);
  return numbers.length ? [Math.min(...numbers), Math.max(...numbers)] : null;
}

/**
 * Values for contours between two others, with two digits, at equal ratios; at equal distances where the lower one is not above 0.
 * @param {number} low
 * @param {number} high
 * @returns {number[]} ascending
 */
export function levelsOf(low, high) {
  if (!(high > low)) return [];
  const levels = new Set();
  for (let i = 1; i <= MAX_LINES; i++) {
    const share = i / (MAX_LINES + 1);
    const level = low > 0 ? low * (high / low) ** share : low + share * (high - low);
    levels.add(Number(level.toPrecision(2)));
  }
  return [...levels].filter((level) => level > low && level < high);
}
