/** Scales: convert between values and positions on an axis, a slider or a picture; and round numbers for ends and marks. */

/**
 * How values are spaced: `measure` of a value is what places go by, `value` is the way back.
 * @typedef {{measure: (value: number) => number, value: (measure: number) => number}} Spacing
 */

/** @type {Spacing} */
export const LINEAR = { measure: (value) => value, value: (measure) => measure };

/** Powers of ten are as far apart as each other; there is no place for what is not above 0. @type {Spacing} */
export const LOG = { measure: Math.log10, value: (measure) => 10 ** measure };

/** Whole steps of `DIGITS` in a power of ten: 1, 2 … 9, 10, 20 … */
export const STEPS = 9;

/** Powers of ten as with `LOG`, and between them each first digit is a whole step: … 0.8, 0.9, 1, 2, 3 … @type {Spacing} */
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
   * @param {number[]} values the two that are at the ends
   * @param {number[]} places of the ends
   * @param {Spacing} spacing
   */
  constructor([first, last], [from, to], spacing = LINEAR) {
    this.#spacing = spacing;
    this.#first = spacing.measure(first);
    this.#last = spacing.measure(last);
    const isPoint = this.#first === this.#last; // then its place is the middle
    this.#from = isPoint ? (from + to) / 2 : from;
    this.#slope = isPoint ? 0 : (to - from) / (this.#last - this.#first);
  }

  /** Where a value is. @param {number} value */
  place(value) {
    return this.#from + this.#slope * (this.#spacing.measure(value) - this.#first);
  }

  /** The value at a place. @param {number} place */
  value(place) {
    return this.#spacing.value(this.#first + (this.#slope ? (place - this.#from) / this.#slope : 0));
  }

  /** Is a value between the ends, or at one of them? @param {number} value */
  holds(value) {
    const measure = this.#spacing.measure(value);
    return (measure - this.#first) * (measure - this.#last) <= 0;
  }
}

/**
 * The lowest of 1, 2, 5, 10, 20 … that is not below a length; or of other steps in each power of ten.
 * @param {number} length more than 0
 * @param {number[]} steps from 1 to less than 10
 */
export function roundAbove(length, steps = [1, 2, 5]) {
  const power = 10 ** Math.floor(Math.log10(length));
  return (steps.find((step) => step * power >= length) ?? 10) * power;
}
