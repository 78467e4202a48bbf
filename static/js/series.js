/** Series: the rows of one stream of one run, in typed columns that grow. */

/** Rows of a stream. Rows come in order, each exactly once; `append` says whether they fitted. */
export class Series {
  #columns = new Map();
  #wall = new Float64Array(0);
  #capacity = 0;
  length = 0;
  /** A long stream's overview, {points: Series, rows}: two points for each bin of that many rows, until these are here. */
  overview = null;

  /**
   * Take a frame's rows, dropping those that are already here.
   * @returns {boolean} false if rows are missing between the last one here and the frame's first.
   */
  append({ first, rows, columns, values, times = [] }) {
    if (first > this.length) return false;
    const skip = this.length - first;
    if (skip >= rows) return true;
    this.#reserve(first + rows, columns);
    columns.forEach((name, c) => this.#columns.get(name).set(values[c].subarray(skip), this.length));
    this.#keepTimes(first + rows, times);
    this.length = first + rows;
    if (this.overview && this.length >= this.overview.rows) this.overview = null;
    return true;
  }

  /** When rows came is told now and then; between, they are as far apart in time as in number. */
  #keepTimes(end, times) {
    let row = this.length;
    let before = row ? this.#wall[row - 1] : (times[0]?.[1] ?? 0);
    for (const [upto, told] of [...times, [end, times.at(-1)?.[1] ?? before]]) {
      const time = Math.max(told, before); // a clock that was set back
      const last = Math.min(upto, end);
      const from = row;
      for (; row < last; row++) this.#wall[row] = before + ((time - before) * (row - from + 1)) / (last - from);
      before = time;
    }
  }

  /** When each row came, in Unix seconds. */
  get wall() {
    return this.#wall.subarray(0, this.length);
  }

  /** Take a frame that is the overview of rows which are still to come. */
  takeOverview(frame) {
    if (this.length >= frame.overview) return;
    this.overview = { points: new Series(), rows: frame.overview };
    this.overview.points.append(frame);
  }

  /** A column's values so far (a view: take it anew after rows were added), or null. */
  column(name) {
    return this.#columns.get(name)?.subarray(0, this.length) ?? null;
  }

  /** The names of the columns, in the order in which they came. */
  get names() {
    return [...this.#columns.keys()];
  }

  /** The last value of a column, or NaN. */
  last(name) {
    return this.length ? (this.#columns.get(name)?.[this.length - 1] ?? NaN) : NaN;
  }

  #reserve(rows, names) {
    if (rows > this.#capacity) this.#capacity = Math.max(256, rows, 2 * this.#capacity);
    if (this.#wall.length < this.#capacity) {
      const grown = new Float64Array(this.#capacity);
      grown.set(this.#wall.subarray(0, this.length));
      this.#wall = grown;
    }
    for (const name of names) {
      const old = this.#columns.get(name);
      if (old && old.length >= this.#capacity) continue;
      const grown = new Float32Array(this.#capacity);
      if (old) grown.set(old.subarray(0, this.length));
      this.#columns.set(name, grown);
    }
  }
}

/** The first index of ascending values that is not below `target`. */
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

/** The index of ascending values that is nearest to `target`; -1 where there are none. */
export function nearest(values, target) {
  const at = lowerBound(values, target);
  if (at === values.length) return at - 1;
  return at > 0 && target - values[at - 1] <= values[at] - target ? at - 1 : at;
}
