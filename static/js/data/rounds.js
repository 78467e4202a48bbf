/** The digits that a person draws: ten one after another, and again from the start. Pure; no document. */

import { goOn } from "../views/pen.js";

/** @import { Place } from "../views/digit-pixels.js" */

export const DIGITS = 10;
/** The most rounds: the lab takes this many drawings of a person. */
export const MAX_ROUNDS = 20;

export class Rounds {
  /** For each place its strokes: place i is a drawing of the digit i % 10. @type {Place[][][]} */
  #drawings = Array.from({ length: DIGITS }, () => []);
  #at = 0;
  /** Whether a move of the pen goes on with its stroke; not when that was taken back, or another digit is to be drawn now. */
  #goesOn = false;

  /** The digit to be drawn. */
  get digit() {
    return this.#at % DIGITS;
  }

  /** The round, from 0. */
  get round() {
    return Math.floor(this.#at / DIGITS);
  }

  get strokes() {
    return this.#drawings[this.#at];
  }

  /** How many drawings there are. */
  get count() {
    return this.#drawings.filter((strokes) => strokes.length).length;
  }

  /** Whether each digit of the first round, and of each begun one, is there. */
  get isWhole() {
    const rounds = Array.from({ length: this.#drawings.length / DIGITS }, (_, i) => i);
    const counts = rounds.map(
      (round) =>
        this.#drawings.slice(round * DIGITS, (round + 1) * DIGITS).filter((strokes) => strokes.length).length,
    );
    return counts[0] === DIGITS && counts.every((count) => count === DIGITS || count === 0);
  }

  get canAddRound() {
    return this.isWhole && this.#drawings.length < DIGITS * MAX_ROUNDS;
  }

  /** The strokes of a digit in the round that is shown. @param {number} digit */
  strokesOf(digit) {
    return this.#drawings[this.round * DIGITS + digit];
  }

  /** @param {number} digit of the same round */
  goTo(digit) {
    this.#go(this.round * DIGITS + digit);
  }

  /** Go to the next digit without a drawing in this round, or else to the next one. */
  goOn() {
    const start = this.round * DIGITS;
    const order = Array.from({ length: DIGITS }, (_, i) => (this.digit + 1 + i) % DIGITS);
    const empty = order.find((digit) => !this.#drawings[start + digit].length);
    this.#go(start + (empty ?? (this.digit + 1) % DIGITS));
  }

  /** Draw ten more, or go on with those that were begun. */
  addRound() {
    const begun = this.#drawings.findIndex((strokes) => !strokes.length);
    this.#go(begun < 0 ? this.#drawings.length : begun);
    if (begun < 0) this.#drawings.push(...Array.from({ length: DIGITS }, () => []));
  }

  /** @param {number} at */
  #go(at) {
    this.#at = at;
    this.#goesOn = false;
  }

  /** @param {Place} at */
  begin(at) {
    this.strokes.push([at]);
    this.#goesOn = true;
  }

  /** @param {Place} at */
  extend(at) {
    if (this.#goesOn) goOn(this.strokes, at);
  }

  undo() {
    this.strokes.pop();
    this.#goesOn = false;
  }

  clear() {
    this.strokes.length = 0;
    this.#goesOn = false;
  }

  /** All drawings, with their digits. @returns {{label: number, strokes: Place[][]}[]} */
  all() {
    return this.#drawings.flatMap((strokes, i) => (strokes.length ? [{ label: i % DIGITS, strokes }] : []));
  }
}
