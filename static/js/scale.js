/** Scales: convert between values and positions on an axis, a slider or a picture; and find round numbers for an axis. */

/**
 * How values are spaced on an axis. Positions are proportional to `measure(value)`; `value` is the inverse of `measure`.
 * @typedef {{measure: (value: number) => number, value: (measure: number) => number}} Spacing
 */

/** @type {Spacing} */
export const LINEAR = { measure: (value) => value, value: (measure) => measure };

/** Powers of ten have equal distances; only values above 0 have a position. @type {Spacing} */
export const LOG = { measure: Math.log10, value: (measure) => 10 ** measure };

/** `DIGITS` has this many steps from one power of ten to the next: 1, 2 … 9, 10, 20 … */
export const STEPS = 9;

/** Powers of ten have equal distances, and so have the values between them: … 0.8, 0.9, 1, 2, 3 … @type {Spacing} */
export const DIGITS = {
  measure(value) {
    const power = Math.floor(Math.log10(value));
    return STEPS * power + value / 10 ** power - 1;
  },
  value(measure) {
    const power = Math.floor(measure / STEPS);
    return Number(`${1 + measure - STEPS * power}e${power}`);
  },
};

export class Scale {
  #spacing;
  #first;
  #last;
  #from;
  #slope;

  /**
   * @param {number[]} values the values at the two ends
   * @param {number[]} places the positions of the two ends
   * @param {Spacing} spacing
   */
  constructor([first, last], [from, to], spacing = LINEAR) {
    this.#spacing = spacing;
    this.#first = spacing.measure(first);
    this.#last = spacing.measure(last);
    const isPoint = this.#first === this.#last; // then the value is in the middle
    this.#from = isPoint ? (from + to) / 2 : from;
    this.#slope = isPoint ? 0 : (to - from) / (this.#last - this.#first);
  }

  /** The position of a value. @param {number} value */
  place(value) {
    return this.#from + this.#slope * (this.#spacing.measure(value) - this.#first);
  }

  /** The value at a position. @param {number} place */
  value(place) {
    return this.#spacing.value(this.#first + (this.#slope ? (place - this.#from) / this.#slope : 0));
  }

  /** Whether a value is between the ends, or at one of them. @param {number} value */
  holds(value) {
    const measure = this.#spacing.measure(value);
    return (measure - this.#first) * (measure - this.#last) <= 0;
  }
}

/**
 * The lowest round number (1, 2, 5, 10, 20 …) that is not below a length.
 * @param {number} length more than 0
 * @param {number[]} steps the round numbers from 1 to less than 10
 */
export function roundAbove(length, steps = [1, 2, 5]) {
  const power = 10 ** Math.floor(Math.log10(length));
  return (steps.find((step) => step * power >= length) ?? 10) * power;
}
