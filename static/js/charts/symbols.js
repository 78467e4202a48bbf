/**
 * Symbols along curves. If a curve is too noisy or too flat to see its line style, its symbols still show the value.
 *
 * The distances between symbols are round numbers of x, so that symbols do not move while the curve grows. Each run has its
 * own offset, so that the symbols of two curves at the same place do not cover each other.
 */

import { LINEAR, LOG, roundAbove } from "../scale.js";
import { lowerBound } from "../state/series.js";

/**
 * @import { Curve } from "./curve.js"
 * @import { GroupCurve } from "./groups.js"
 */

/**
 * The shapes by Plotly's names: SVG paths around the centre, the same as Plotly's.
 * @type {Record<string, (r: number) => string>}
 */
const PATHS = {
  circle: (r) => `M${r},0A${r},${r} 0 1,1 0,${-r}A${r},${r} 0 0,1 ${r},0Z`,
  square: (r) => `M${r},${r}H${-r}V${-r}H${r}Z`,
  "triangle-up": (r) => `M${(-2 * r) / Math.sqrt(3)},${r / 2}H${(2 * r) / Math.sqrt(3)}L0,${-r}Z`,
  diamond: (r) => `M${1.3 * r},0L0,${1.3 * r}L${-1.3 * r},0L0,${-1.3 * r}Z`,
  cross: (r) =>
    `M${1.2 * r},${0.4 * r}H${0.4 * r}V${1.2 * r}H${-0.4 * r}V${0.4 * r}H${-1.2 * r}V${-0.4 * r}H${-0.4 * r}V${-1.2 * r}H${0.4 * r}V${-0.4 * r}H${1.2 * r}Z`,
};
export const SHAPES = Object.keys(PATHS);

/** A whole curve has at most this many symbols; because distances are round, it may have less than half as many. */
const MAX_SYMBOLS = 14;
/** On a logarithmic axis, symbols begin at most this many powers of ten below its end. */
const DECADES = 4;
/** With multiples of the golden section as offsets, any number of runs have different offsets. */
const GOLDEN = 0.618034;

/**
 * @param {string} name
 * @param {number} size Plotly's size of a symbol: its width
 */
export function shapePath(name, size) {
  return PATHS[name](size / 2);
}

/**
 * A curve with symbols; `next` is the number of its next symbol. `phase`: the offset of its symbols, as a share of a step;
 * `row`: the row of its last symbol, −1 before the first.
 * @typedef {{curve: Curve | GroupCurve, shape: string, color: string, phase: number, next: number, row: number}} Followed
 */

export class Symbols {
  // one entry for each symbol; new symbols are added while curves grow
  /** @type {number[]} */
  x = [];
  /** @type {number[]} */
  y = [];
  /** @type {string[]} */
  shapes = [];
  /** @type {string[]} */
  colors = [];
  /** @type {Followed[]} */
  #curves = [];
  #axis;

  /** @param {{from: number, to: number, log: boolean}} across the shown part of x */
  constructor({ from, to, log }) {
    const { measure, value } = log ? LOG : LINEAR;
    const [first, last] = [log ? Math.max(from, to / 10 ** DECADES) : from, to].map(measure);
    // 0.999, because a rounding error may have put the length just above a round number
    this.#axis = { first, to, step: roundAbove((0.999 * (last - first)) / MAX_SYMBOLS), value };
  }

  /**
   * Add symbols to a curve (see curve.js); with a different `place` for each curve, their symbols do not cover each other.
   * @param {Curve | GroupCurve} curve
   * @param {string} shape
   * @param {string} color
   * @param {number} place
   */
  follow(curve, shape, color, place) {
    const { first, step } = this.#axis;
    const phase = (place * GOLDEN) % 1;
    this.#curves.push({ curve, shape, color, phase, next: Math.ceil(first / step - phase), row: -1 });
  }

  /** Add symbols to the new parts of curves. */
  advance() {
    const { to, step, value } = this.#axis;
    if (!(step > 0)) return;
    for (const entry of this.#curves) {
      const { xs } = entry.curve;
      const last = Math.min(to, xs.at(-1) ?? -Infinity);
      for (
        let x = value((entry.next + entry.phase) * step);
        x <= last;
        x = value((++entry.next + entry.phase) * step)
      ) {
        const row = lowerBound(xs, x);
        const y = (entry.curve.smoothedYs ?? entry.curve.ys)[row];
        if (row === entry.row || xs[row] > to || !Number.isFinite(y)) continue;
        entry.row = row;
        this.x.push(xs[row]);
        this.y.push(y);
        this.shapes.push(entry.shape);
        this.colors.push(entry.color);
      }
    }
  }
}
