/** Series: the rows of one stream of one run, in typed columns that grow. */

/** @import { Rows, Times } from "../types.js" */

/** The rows of a stream: in order, each exactly once. */
export class Series {
  /** @type {Map<string, Float32Array>} */
  #columns = new Map();
  /** See the getters `wall` and `trained`. */
  #wall = new Float64Array(0);
  #trained = new Float64Array(0);
  #capacity = 0;
  length = 0;
  /**
   * The overview of a long stream: the lowest and highest value in each of many bins of all its `rows`. It is dropped when the
   * rows themselves have come.
   * @type {{points: Series, rows: number} | null}
   */
  overview = null;

  /**
   * Add the rows of a frame, without those that the series already has.
   * @param {Rows} frame
   * @returns {boolean} false, without adding any, if rows are missing between the series and the frame
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
   * Store the times of new rows. The server gives them for some rows only: [rows so far, Unix seconds, seconds of training].
   * @param {number} end how many rows there are with the new ones
   * @param {Times} times
   */
  #keepTimes(end, times) {
    const knownAt = times.map(([upto]) => upto);
    const wall = times.map(([, at]) => at);
    this.#fillIn(this.#wall, { start: wall[0], end, knownAt, times: wall });
    this.#fillIn(this.#trained, { end, knownAt, times: times.map(([, , seconds]) => seconds) });
  }

  /**
   * Fill in the times of new rows by linear interpolation between the rows whose times are known.
   * @param {Float64Array} kept the times of all rows, which are filled in from `this.length` on
   * @param {object} known
   * @param {number} [known.start] the time before the first row
   * @param {number} known.end how many rows there are with the new ones
   * @param {number[]} known.knownAt ascending; `times[i]` is the time at which there were `knownAt[i]` rows
   * @param {number[]} known.times
   */
  #fillIn(kept, { start = 0, end, knownAt, times }) {
    let row = this.length;
    let before = row ? kept[row - 1] : start;
    for (const [i, upto] of [...knownAt, end].entries()) {
      const time = Math.max(times[Math.min(i, times.length - 1)] ?? before, before); // a clock may be set back, but times never go back
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
   * Store the overview in a frame, unless the series already has all the rows that it stands for.
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
   * The values of a column, or null if there is none. The array does not grow, so get it again after rows were added.
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
   * Make room for this many rows.
   * @param {number} rows
   * @param {string[]} names of the columns
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
 * A larger array of the same type that begins with these values.
 * @template {Float32Array | Float64Array} Values
 * @param {Values} values
 * @param {number} capacity
 */
function grown(values, capacity) {
  const type = /** @type {new (length: number) => Values} */ (values.constructor);
  const larger = new type(capacity);
  larger.set(values);
  return larger;
}

/**
 * The index of the first value that is not below `target`; the values ascend.
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
 * The index of the value that is nearest to `target`; the values ascend. -1 if there are no values.
 * @param {ArrayLike<number>} values
 * @param {number} target
 */
export function nearest(values, target) {
  const index = lowerBound(values, target);
  if (index === values.length) return index - 1;
  return index > 0 && target - values[index - 1] <= values[index] - target ? index - 1 : index;
}
