/** Series: the rows of one stream of one run, in typed columns that grow; and how they are thinned and smoothed. */

/** Rows of a stream. Rows come in order, each exactly once; `append` says whether they fitted. */
export class Series {
  #columns = new Map();
  #capacity = 0;
  length = 0;

  /**
   * Take a frame's rows, dropping those that are already here.
   * @returns {boolean} false if rows are missing between the last one here and the frame's first.
   */
  append({ first, rows, columns, values }) {
    if (first > this.length) return false;
    const skip = this.length - first;
    if (skip >= rows) return true;
    this.#reserve(first + rows, columns);
    columns.forEach((name, c) => this.#columns.get(name).set(values[c].subarray(skip), this.length));
    this.length = first + rows;
    return true;
  }

  /** A column's values so far (a view: take it anew after rows were added), or null. */
  column(name) {
    return this.#columns.get(name)?.subarray(0, this.length) ?? null;
  }

  /** The last value of a column, or NaN. */
  last(name) {
    return this.length ? (this.#columns.get(name)?.[this.length - 1] ?? NaN) : NaN;
  }

  #reserve(rows, names) {
    if (rows > this.#capacity) this.#capacity = Math.max(256, rows, 2 * this.#capacity);
    for (const name of names) {
      const old = this.#columns.get(name);
      if (old && old.length >= this.#capacity) continue;
      const grown = new Float32Array(this.#capacity);
      if (old) grown.set(old.subarray(0, this.length));
      this.#columns.set(name, grown);
    }
  }
}

/**
 * Exponential moving average with the bias of its start taken out, as TensorBoard's smoothing slider.
 * A value that is not finite passes through and does not enter the average.
 * @param {Float32Array} values
 * @param {number} weight 0 (none) to 0.99
 */
export function smooth(values, weight) {
  const out = new Float32Array(values.length);
  let average = 0;
  let share = 1;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!Number.isFinite(value)) {
      out[i] = value;
      continue;
    }
    average = weight * average + (1 - weight) * value;
    share *= weight;
    out[i] = average / (1 - share);
  }
  return out;
}

/**
 * The rows to draw of a curve: all of them up to `most`, else the lowest and the highest of each of `bins`
 * equal stretches of the shown range, so that no peak is lost, and the two neighbours outside it.
 * @param {Float32Array} x ascending
 * @param {Float32Array} y
 * @param {[number, number] | null} range shown part of x; null: all
 * @returns {Uint32Array | null} row numbers in order; null: every row
 */
export function thin(x, y, range, bins = 400, most = 4000) {
  if (x.length <= most) return null;
  const start = range ? Math.max(0, lowerBound(x, range[0]) - 1) : 0;
  const end = range ? Math.min(x.length, lowerBound(x, range[1]) + 2) : x.length;
  if (end - start <= most) return Uint32Array.from({ length: end - start }, (_, i) => start + i);
  const picked = [start];
  for (let bin = 0; bin < bins; bin++) {
    const from = start + Math.floor(((end - start) * bin) / bins);
    const to = start + Math.floor(((end - start) * (bin + 1)) / bins);
    let low = from;
    let high = from;
    for (let i = from; i < to; i++) {
      if (y[i] < y[low] || Number.isNaN(y[low])) low = i;
      if (y[i] > y[high] || Number.isNaN(y[high])) high = i;
    }
    for (const i of low < high ? [low, high] : [high, low]) {
      if (i > picked[picked.length - 1]) picked.push(i);
    }
  }
  if (picked[picked.length - 1] !== end - 1) picked.push(end - 1);
  return Uint32Array.from(picked);
}

/** The first index whose value is not below `target`. */
function lowerBound(values, target) {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < target) low = middle + 1;
    else high = middle;
  }
  return low;
}
