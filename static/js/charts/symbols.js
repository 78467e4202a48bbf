/**
 * Symbols along curves: where a curve is too noisy or too flat for its dashes to be seen, its symbols still show its value.
 *
 * They stand at round places of x, so that they stay while the curve grows. Each run has places of its own: the symbols of
 * curves that cover each other do not cover each other.
 */

import { LINEAR, LOG, roundAbove } from "../scale.js";
import { lowerBound } from "../state/series.js";

/**
 * @import { Curve } from "./curve.js"
 * @import { GroupCurve } from "./groups.js"
 */

/**
 * The shapes, by the names that the figure's library has for them, as it draws them: SVG paths about a middle.
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

/** Symbols on a curve that goes all the way, at most; of round places there may be less than half as many. */
const MAX_SYMBOLS = 14;
/** On a logarithmic axis that would begin at 0, symbols begin this many powers of ten below its end. */
const DECADES = 4;
/** The golden section leaves the places of any number of runs apart. */
const GOLDEN = 0.618034;

/**
 * @param {string} name
 * @param {number} size its width, as the figure's library counts it
 */
export function shapePath(name, size) {
  return PATHS[name](size / 2);
}

/**
 * A curve that symbols go along, and how far they are: `next` is the number of the next round place.
 * @typedef {{curve: Curve | GroupCurve, shape: string, color: string, phase: number, next: number, row: number}} Followed
 */

export class Symbols {
  // one entry for each symbol: they grow as the curves do
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
    // a hair less, for what rounding has put above a round number
    this.#axis = { first, to, step: roundAbove((0.999 * (last - first)) / MAX_SYMBOLS), value };
  }

  /**
   * Let symbols go along a curve (see curve.js); a different `place` for each curve keeps their symbols apart.
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

  /** Put what the curves have come past. */
  advance() {
    const { to, step, value } = this.#axis;
    if (!(step > 0)) return;
    for (const one of this.#curves) {
      const { xs } = one.curve;
      const last = Math.min(to, xs.at(-1) ?? -Infinity);
      for (
        let x = value((one.next + one.phase) * step);
        x <= last;
        x = value((++one.next + one.phase) * step)
      ) {
        const row = lowerBound(xs, x);
        const y = (one.curve.smoothedYs ?? one.curve.ys)[row];
        if (row === one.row || xs[row] > to || !Number.isFinite(y)) continue;
        one.row = row;
        this.x.push(xs[row]);
        this.y.push(y);
        this.shapes.push(one.shape);
        this.colors.push(one.color);
      }
    }
  }
}
