/** Series: the rows of one stream of one run, in typed columns that grow. */

/** @import { Rows, Times } from "../types.js" */

/** Rows of a stream. Rows come in order, each exactly once; `append` says whether they fitted. */
export class Series {
  /** @type {Map<string, Float32Array>} */
  #columns = new Map();
  #wall = new Float64Array(0);
  #trained = new Float64Array(0);
  #capacity = 0;
  length = 0;
  /**
   * A long stream's overview: two points for each bin of all `rows`, until the rows themselves are here.
   * @type {{points: Series, rows: number} | null}
   */
  overview = null;

  /**
   * Take a frame's rows, dropping those that are already here.
   * @param {Rows} frame
   * @returns {boolean} false if rows are missing between the last one here and the frame's first.
   */
  append({ first, rows, columns, values, times = [] }) {
    if (first > this.length) return false;
    const skip = this.length - first;
    if (skip >= rows) return true;
    this.#reserve(first + rows, columns);
    columns.forEach((name, c) => this.#columns.get(name)?.set(values[c].subarray(skip), this.length));
    this.#keepTimes(first + rows, times);
    this.length = first + rows;
    if (this.overview && this.length >= this.overview.rows) this.overview = null;
    return true;
  }

  /**
   * The server gives the times of some rows: `times` are [rows so far, Unix seconds, seconds of training].
   * @param {number} end
   * @param {Times} times
   */
  #keepTimes(end, times) {
    const rows = times.map(([upto]) => upto);
    this.#spread(
      this.#wall,
      times[0]?.[1],
      end,
      rows,
      times.map(([, at]) => at),
    );
    this.#spread(
      this.#trained,
      0,
      end,
      rows,
      times.map(([, , seconds]) => seconds),
    );
  }

  /**
   * Between the rows whose times are known, rows are as far apart in time as in number.
   * @param {Float64Array} kept
   * @param {number | undefined} start
   * @param {number} end
   * @param {number[]} rows
   * @param {number[]} times
   */
  #spread(kept, start = 0, end, rows, times) {
    let row = this.length;
    let before = row ? kept[row - 1] : start;
    for (const [i, upto] of [...rows, end].entries()) {
      const time = Math.max(times[Math.min(i, times.length - 1)] ?? before, before); // a clock that was set back
      const last = Math.min(upto, end);
      const from = row;
      for (; row < last; row++) kept[row] = before + ((time - before) * (row - from + 1)) / (last - from);
      before = time;
    }
  }

  /** When each row came, in Unix seconds. */
  get wall() {
    return this.#wall.subarray(0, this.length);
  }

  /** How long the run had trained when each row came, in seconds: pauses and waiting do not count. */
  get trained() {
    return this.#trained.subarray(0, this.length);
  }

  /**
   * Take a frame that is the overview of rows which are still to come.
   * @param {Rows} frame
   */
  takeOverview(frame) {
    const { overview = 0 } = frame;
    if (this.length >= overview) return;
    const points = new Series();
    points.append(frame);
    this.overview = { points, rows: overview };
  }

  /**
   * A column's values so far (a view: take it anew after rows were added), or null.
   * @param {string} name
   */
  column(name) {
    return this.#columns.get(name)?.subarray(0, this.length) ?? null;
  }

  /** The names of the columns, in the order in which they came. */
  get names() {
    return [...this.#columns.keys()];
  }

  /**
   * The last value of a column, or NaN.
   * @param {string} name
   */
  last(name) {
    return this.length ? (this.#columns.get(name)?.[this.length - 1] ?? NaN) : NaN;
  }

  /**
   * @param {number} rows
   * @param {string[]} names
   */
  #reserve(rows, names) {
    if (rows > this.#capacity) this.#capacity = Math.max(256, rows, 2 * this.#capacity);
    if (this.#wall.length < this.#capacity) {
      this.#wall = grown(this.wall, this.#capacity);
      this.#trained = grown(this.trained, this.#capacity);
    }
    for (const name of names) {
      const old = this.#columns.get(name);
      if (old && old.length >= this.#capacity) continue;
      this.#columns.set(name, grown(old?.subarray(0, this.length) ?? new Float32Array(0), this.#capacity));
    }
  }
}

/**
 * These values in an array of the same kind with more room.
 * @template {Float32Array | Float64Array} Values
 * @param {Values} values
 * @param {number} capacity
 */
function grown(values, capacity) {
  const kind = /** @type {new (length: number) => Values} */ (values.constructor);
  const room = new kind(capacity);
  room.set(values);
  return room;
}

/**
 * The first index of ascending values that is not below `target`.
 * @param {ArrayLike<number>} values
 * @param {number} target
 */
export function lowerBound(values, target) {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < target) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The index of ascending values that is nearest to `target`; -1 where there are none.
 * @param {ArrayLike<number>} values
 * @param {number} target
 */
export function nearest(values, target) {
  const at = lowerBound(values, target);
  if (at === values.length) return at - 1;
  return at > 0 && target - values[at - 1] <= values[at] - target ? at - 1 : at;
}
