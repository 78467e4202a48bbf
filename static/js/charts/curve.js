/**
 * Curves that follow their series: smoothed and downsampled row by row as rows arrive, without starting again from the first row.
 *
 * Both are made for that. The moving average only looks back. Bins for thinning are counted from the first row and
 * not from the newest, so a bin that is full never changes: what is drawn stays, and only the tail moves. Only the curve
 * of a run that has ended is smoothed to both sides: no more rows come.
 */

import { centredAverage, Grown, MovingAverage } from "./smoothing.js";

/** @import { Series } from "../state/series.js" */

/** Points of a line that grow. @typedef {Pick<Thinned, "x" | "y" | "count" | "settled" | "lowest" | "highest">} Points */

/**
 * Points to draw: with `bin` 1 every one, else of each `bin` points the lowest and the highest, so that no peak is
 * lost, and always the first and the last. Of points outside `range` only the two neighbours are kept.
 */
export class Thinned {
  #bin;
  #range;
  #x = new Grown(Float64Array);
  #y = new Grown();
  /** @type {[number, number] | null} */
  #waiting = null;
  #count = 0;
  /** @type {[number, number]} */
  #low = [0, NaN];
  /** @type {[number, number]} */
  #high = [0, NaN];
  #lastX = 0;
  #lastY = NaN;
  #ended = false;
  /** How many points will not change any more; those after them belong to a bin that is not full. */
  settled = 0;
  /** Points taken so far. */
  count = 0;
  /** Of all finite values in the range so far. */
  lowest = Infinity;
  highest = -Infinity;
  /** How many values in the range so far are 0 or less: a logarithmic axis has no place for them. */
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
   * Take points `from` to the arrays' ends; x ascends.
   * @param {ArrayLike<number>} x
   * @param {ArrayLike<number>} y
   * @param {number} from
   */
  take(x, y, from) {
    this.#x.length = this.#y.length = this.settled;
    this.count = x.length;
    for (let i = from; i < x.length && !this.#ended; i++) this.#push(x[i], y[i]);
    if (!this.#count) return;
    this.#putBin();
    if (this.#lastX !== this.#x.view[this.#x.length - 1]) this.#put([this.#lastX, this.#lastY]);
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
    // A bin shows what is finite in it; only one without anything finite is a hole.
    if (this.#count === 0) this.#low = this.#high = [x, y];
    else if (Number.isFinite(y)) {
      if (y < this.#low[1] || !Number.isFinite(this.#low[1])) this.#low = [x, y];
      if (y > this.#high[1] || !Number.isFinite(this.#high[1])) this.#high = [x, y];
    }
    this.#lastX = x;
    this.#lastY = y;
    if (++this.#count === this.#bin) {
      this.#putBin();
      this.settled = this.#x.length;
      this.#count = 0;
    }
  }

  #putBin() {
    const [first, second] = this.#low[0] < this.#high[0] ? [this.#low, this.#high] : [this.#high, this.#low];
    this.#put(first);
    if (second[0] !== first[0]) this.#put(second);
  }

  /** @param {[x: number, y: number]} point */
  #put([x, y]) {
    this.#x.push(x);
    this.#y.push(y);
  }
}

/** What a curve is drawn from, followed row by row. */
export class Curve {
  #series;
  #columns;
  #value;
  #along;
  /** The computed value of each row; null: it is a column. @type {Grown | null} */
  #y = null;
  /** @type {MovingAverage | null} */
  #smoothed = null;
  /** The weight of smoothing to both sides; 0: it looks back only, or not at all. */
  #centred = 0;
  /** The values that are smoothed to both sides. @type {Float32Array | null} */
  #around = null;
  /**
   * Where each row is on the axis; null: at its iteration.
   * @type {{of: (series: Series) => (row: number) => number, values: Grown} | null}
   */
  #x = null;
  #rows = 0;

  /**
   * @param {Series} series
   * @param {object} how
   * @param {string[]} how.columns what `value` takes; one column and no `value`: that column
   * @param {(...values: number[]) => number} [how.value]
   * @param {(series: Series) => (row: number) => number} [how.along] instead: a value from the row's place
   * @param {number} how.smoothing weight of the moving average; 0: none
   * @param {boolean} [how.ended] no more rows are trained: it is smoothed to both sides
   * @param {number} how.bin rows of which two are drawn; 1: all are
   * @param {[number, number] | null} how.range shown part of x; null: all
   * @param {(series: Series) => (row: number) => number} [how.x] see axes.js; without: the iteration
   */
  constructor(series, { columns, value, along, smoothing, ended = false, bin, range, x }) {
    this.#series = series;
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

  /** Is it this series' curve, with all its rows or room for more? A run that came anew has others. @param {Series} series */
  follows(series) {
    return this.#series === series && !this.outdated;
  }

  /** Have rows come that smoothing to both sides does not know? Then the curve has to be made anew. */
  get outdated() {
    return Boolean(this.#centred && this.#rows && this.#rows !== this.#series.length);
  }

  /** Take the rows that have come. @returns {boolean} whether there were any */
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
    this.raw.take(xs, ys, from);
    if (this.#centred) this.#around = centredAverage(ys, this.#centred);
    else this.#smoothed?.take(ys, from);
    if (this.smoothedYs) this.smoothed?.take(xs, this.smoothedYs, from);
    return true;
  }

  /** From a row to what is computed of its columns. @returns {(row: number) => number} */
  #computed() {
    const columns = this.#columns.map((name) => this.#series.column(name) ?? new Float32Array(0));
    return (row) => this.#value?.(...columns.map((column) => column[row])) ?? NaN;
  }

  /** Where every row taken so far is on the axis. */
  get xs() {
    return this.#x?.values.view ?? this.iterations;
  }

  /** The iteration of every row taken so far. */
  get iterations() {
    return (this.#series.column("iteration") ?? new Float32Array(0)).subarray(0, this.#rows);
  }

  /** The exact value of every row taken so far. */
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
    return this.#around ?? this.#smoothed?.values ?? null;
  }
}
