/**
 * Curves follow their series: new rows are smoothed and thinned as they come, without computing earlier rows again.
 *
 * Therefore the moving average uses only earlier rows. Bins for thinning are counted from the first row, so a full bin never
 * changes: the drawn points stay, and only the tail of a curve changes. If a run has ended, no more rows come, and its curve
 * is smoothed in both directions.
 */

import { lowerBound } from "../state/series.js";
import { centredAverage, Grown, MovingAverage } from "./smoothing.js";

/** @import { Series } from "../state/series.js" */

/** @typedef {[x: number, y: number]} Point */
/** The points of a line that grows. @typedef {Pick<Thinned, "x" | "y" | "count" | "settled" | "lowest" | "highest">} Points */

/**
 * The points to draw. With `bin` 1 these are all points; otherwise of each `bin` points the lowest and the highest, so that no
 * peak is lost, and always the first and the last point. Of the points outside of `range` only the two nearest ones are kept.
 */
export class Thinned {
  #bin;
  #range;
  #x = new Grown(Float64Array);
  #y = new Grown();
  /** The last point before the range. It is drawn if a point follows it. @type {Point | null} */
  #waiting = null;
  /** How many points the bin that is not full has. */
  #inBin = 0;
  /** Of the last bin, the lowest, the highest and the last point. @type {Point} */
  #low = [0, NaN];
  #high = this.#low;
  #last = this.#low;
  #ended = false;
  /** How many points to draw will not change any more; the points after them belong to a bin that is not full. */
  settled = 0;
  /** How many points were taken. */
  count = 0;
  /** Of the points in the range and the nearest one on each side: the lowest and the highest finite value. */
  lowest = Infinity;
  highest = -Infinity;
  /** How many values in the range are 0 or less; a logarithmic axis has no place for them. */
  notPositive = 0;

  /**
   * @param {number} bin
   * @param {[number, number] | null} range of x; null: all
   */
  constructor(bin, range) {
    this.#bin = bin;
    this.#range = range;
  }

  get x() {
    return this.#x.view;
  }

  get y() {
    return this.#y.view;
  }

  /**
   * Append the points from index `from` to the end of the arrays; x ascends.
   * @param {ArrayLike<number>} x
   * @param {ArrayLike<number>} y
   * @param {number} from
   */
  append(x, y, from) {
    this.#x.length = this.#y.length = this.settled;
    this.count = x.length;
    for (let i = from; i < x.length && !this.#ended; i++) this.#push(x[i], y[i]);
    if (this.#inBin) this.#putBin();
    if (this.#last !== this.#low && this.#last !== this.#high) this.#put(this.#last);
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  #push(x, y) {
    if (this.#range) {
      if (x < this.#range[0]) {
        this.#waiting = [x, y];
        return;
      }
      if (x > this.#range[1]) this.#ended = true;
      if (this.#waiting) {
        const before = this.#waiting;
        this.#waiting = null;
        this.#add(before[0], before[1]);
      }
    }
    this.#add(x, y);
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  #add(x, y) {
    if (y < this.lowest && y !== -Infinity) this.lowest = y;
    if (y > this.highest && y !== Infinity) this.highest = y;
    if (y <= 0) this.notPositive++;
    if (this.#bin === 1 || this.settled === 0) {
      this.#x.push(x);
      this.#y.push(y);
      this.settled = this.#x.length;
      return;
    }
    // Values that are not finite are left out, unless a bin has no others; then the curve has a hole.
    this.#last = [x, y];
    if (this.#inBin === 0) this.#low = this.#high = this.#last;
    else if (Number.isFinite(y)) {
      if (y < this.#low[1] || !Number.isFinite(this.#low[1])) this.#low = this.#last;
      if (y > this.#high[1] || !Number.isFinite(this.#high[1])) this.#high = this.#last;
    }
    if (++this.#inBin === this.#bin) {
      this.#putBin();
      this.settled = this.#x.length;
      this.#inBin = 0;
    }
  }

  #putBin() {
    const [first, second] = this.#low[0] < this.#high[0] ? [this.#low, this.#high] : [this.#high, this.#low];
    this.#put(first);
    if (second !== first) this.#put(second);
  }

  /** @param {Point} point */
  #put([x, y]) {
    this.#x.push(x);
    this.#y.push(y);
  }
}

/** The values of a curve for every row of a series, and the points to draw. */
export class Curve {
  #series;
  #columns;
  #value;
  #along;
  /** The computed value of each row; null if the values are those of a column. @type {Grown | null} */
  #y = null;
  /** @type {MovingAverage | null} */
  #smoothed = null;
  /** The weight of smoothing in both directions; 0 if the curve is not smoothed so. */
  #centred = 0;
  /** The values after smoothing in both directions. @type {Float32Array | null} */
  #centredYs = null;
  /**
   * The x of each row; null if x is the iteration.
   * @type {{of: (series: Series) => (row: number) => number, values: Grown} | null}
   */
  #x = null;
  #rows = 0;
  #since;
  /**
   * The index of the first drawn row: the last row up to iteration `since`. Null until a row after `since` has come.
   * @type {number | null}
   */
  #first = null;

  /**
   * @param {Series} series
   * @param {object} options
   * @param {string[]} options.columns the arguments of `value`; without `value`, the only column is the curve
   * @param {(...values: number[]) => number} [options.value] computes a value from columns
   * @param {(series: Series) => (row: number) => number} [options.along] computes a value from the number of a row instead
   * @param {number} options.smoothing the weight of the moving average; 0: not smoothed
   * @param {boolean} [options.ended] whether the run has ended; then the curve is smoothed in both directions
   * @param {number} options.bin of this many rows, two points are drawn; 1: all rows are drawn
   * @param {[number, number] | null} options.range the shown part of x; null: all of it
   * @param {(series: Series) => (row: number) => number} [options.x] see axes.js; without it, x is the iteration
   * @param {number} [options.since] the iteration from which on it is drawn; rows before are only smoothed
   */
  constructor(series, { columns, value, along, smoothing, ended = false, bin, range, x, since = 0 }) {
    this.#series = series;
    this.#since = since;
    if (x) this.#x = { of: x, values: new Grown(Float64Array) };
    this.#columns = columns;
    this.#value = value;
    this.#along = along;
    if (value || along) this.#y = new Grown();
    this.raw = new Thinned(bin, range);
    this.smoothed = null;
    if (smoothing > 0) {
      if (ended) this.#centred = smoothing;
      else this.#smoothed = new MovingAverage(smoothing);
      this.smoothed = new Thinned(bin, range);
    }
  }

  /** Whether this curve can be used for a series; a run that was loaded again has a new series. @param {Series} series */
  follows(series) {
    return this.#series === series && !this.outdated;
  }

  /** Whether rows have come after smoothing in both directions; then a new curve must be made. */
  get outdated() {
    return Boolean(this.#centred && this.#rows && this.#rows !== this.#series.length);
  }

  /** Take new rows of the series. @returns {boolean} whether there were any */
  advance() {
    const rows = this.#series.length;
    const from = this.#rows;
    if (rows === from || this.outdated || !this.#series.column(this.#columns[0])) return false;
    this.#rows = rows;
    if (this.#y) {
      const at = this.#along?.(this.#series) ?? this.#computed();
      for (let i = from; i < rows; i++) this.#y.push(at(i));
    }
    if (this.#x) {
      const at = this.#x.of(this.#series);
      for (let i = from; i < rows; i++) this.#x.values.push(at(i));
    }
    const { xs, ys } = this;
    const drawn = this.#drawnFrom(from);
    this.raw.append(xs, ys, drawn);
    if (this.#centred) this.#centredYs = centredAverage(ys, this.#centred);
    else this.#smoothed?.append(ys, from);
    if (this.smoothedYs) this.smoothed?.append(xs, this.smoothedYs, drawn);
    return true;
  }

  /** The first of the new rows that is drawn. @param {number} from the first new row */
  #drawnFrom(from) {
    if (!this.#since || this.#first !== null) return from;
    const { iterations } = this;
    const after = lowerBound(iterations, this.#since + 1);
    if (after === iterations.length) return after;
    this.#first = Math.max(0, after - 1);
    return this.#first;
  }

  /** The index of the first drawn row; if none is drawn yet, that of the next one to come. */
  get first() {
    return this.#first ?? (this.#since ? this.#rows : 0);
  }

  /** The function that computes the value of a row from its columns. @returns {(row: number) => number} */
  #computed() {
    const columns = this.#columns.map((name) => this.#series.column(name) ?? new Float32Array(0));
    return (row) => this.#value?.(...columns.map((column) => column[row])) ?? NaN;
  }

  /** The x of every taken row. */
  get xs() {
    return this.#x?.values.view ?? this.iterations;
  }

  /** The iteration of every taken row. */
  get iterations() {
    return (this.#series.column("iteration") ?? new Float32Array(0)).subarray(0, this.#rows);
  }

  /** The exact value of every taken row. */
  get ys() {
    return this.#y
      ? this.#y.view
      : (this.#series.column(this.#columns[0]) ?? new Float32Array(0)).subarray(0, this.#rows);
  }

  /** How long the run had trained when a row came, in seconds. @param {number} row */
  trained(row) {
    return this.#series.trained[row];
  }

  /** How many values in the shown range are 0 or less. */
  get notPositive() {
    return this.raw.notPositive;
  }

  /** The smoothed value of every row, or null without smoothing. */
  get smoothedYs() {
    return this.#centredYs ?? this.#smoothed?.values ?? null;
  }
}
