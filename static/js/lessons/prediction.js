/**
 * A prediction while it is made: what is answered so far, and what is missing. The browser keeps the newest one until it is
 * sealed, so that a page that is loaded again has it. Nothing here uses the document.
 */

import { GROUPED, numberOf, plain } from "../words/notation.js";

/** @import { Guess, Question, Sure, Value } from "./types.js" */

/** The id of how sure one is, beside the ids of the questions; a question's id has no such sign. */
export const SURE = "?sure";
/** @type {Sure[]} */
export const CERTAINTIES = ["guess", "fairly", "certain"];

/** The key of the unsealed prediction in the browser's storage. */
const KEPT = "lesson-draft";

/**
 * Whether a value is a whole answer to a question.
 * @param {Question} question
 * @param {unknown} value
 */
export function isAnswered({ kind, options = [], runs = [], low, high }, value) {
  if (value === undefined || value === null) return false;
  switch (kind) {
    case "choice":
      return options.some(({ id }) => id === value);
    case "rank":
      return Array.isArray(value) && value.length === runs.length && runs.every((run) => value.includes(run));
    case "number":
      return faultOfGuess(asGuess(value), { low, high }) === null;
    case "click":
      return Number.isInteger(value);
    case "sketch":
      return runs.every((run) => (Object(value)[run]?.length ?? 0) >= 2);
  }
}

/** A number alone is exact. @param {any} value @returns {Partial<Guess>} */
export function asGuess(value) {
  return typeof value === "number" ? { value, range: 0 } : Object(value);
}

/**
 * Which part of a guess is wrong or missing; null: none.
 * @param {Partial<Record<keyof Guess, number>>} guess
 * @param {Pick<Question, "low" | "high">} bounds
 * @returns {keyof Guess | null}
 */
export function faultOfGuess({ value = NaN, range = NaN }, { low, high }) {
  if (!isWithin(value, { low, high })) return "value";
  return isWithin(range, boundsOfRange({ low, high })) ? null : "range";
}

/** The bounds of what comes after ±, as the server has them. @param {Pick<Question, "low" | "high">} bounds */
export function boundsOfRange({ low, high }) {
  return { low: 0, high: (high ?? Infinity) - (low ?? -Infinity) };
}

/**
 * @param {number} value
 * @param {Pick<Question, "low" | "high">} bounds
 */
function isWithin(value, { low, high }) {
  return Number.isFinite(value) && value >= (low ?? -Infinity) && value <= (high ?? Infinity);
}

/**
 * A number as it was typed, also with Japanese digits, in groups of three digits or with a decimal comma; NaN if it is none.
 * 2,303 is 2303 where the bounds allow it, and else 2.303.
 * @param {string} text
 * @param {Pick<Question, "low" | "high">} bounds
 */
export function readNumber(text, bounds) {
  const typed = plain(text);
  const decimal = numberOf(typed.replace(",", ".")) ?? NaN;
  if (!GROUPED.test(typed)) return decimal;
  const grouped = Number(typed.replaceAll(",", ""));
  return isWithin(decimal, bounds) && !isWithin(grouped, bounds) ? decimal : grouped;
}

/**
 * The order after an item was chosen: it comes next; if it has a place already, it loses it.
 * @param {string[]} order the best first
 * @param {string} item
 */
export function toggled(order, item) {
  return order.includes(item) ? order.filter((other) => other !== item) : [...order, item];
}

/**
 * The order after an item was moved by some places.
 * @param {string[]} order
 * @param {string} item
 * @param {number} by
 */
export function movedBy(order, item, by) {
  const from = order.indexOf(item);
  const to = from + by;
  if (from < 0 || to < 0 || to >= order.length) return order;
  const moved = order.toSpliced(from, 1);
  return moved.toSpliced(to, 0, item);
}

export class Draft {
  /** By the ids of questions, and `SURE`. @type {Record<string, any>} */
  values = {};
  #whose;

  /**
   * @param {string} slug of the lesson
   * @param {string} person an id; empty: there are no persons
   */
  constructor(slug, person) {
    this.#whose = `${slug} ${person}`;
    this.values = this.#kept() ?? {};
  }

  /** What the browser keeps of this lesson for this person; null: nothing, or the newest draft is another one. */
  #kept() {
    try {
      const { whose, values } = JSON.parse(window.kept.get(KEPT) || "{}");
      return whose === this.#whose ? Object(values) : null;
    } catch {
      return null; // another page has written something else there
    }
  }

  /**
   * @param {string} id
   * @param {Value | undefined} value undefined: it is not answered any more
   */
  set(id, value) {
    if (value === undefined) delete this.values[id];
    else this.values[id] = value;
    window.kept.set(KEPT, JSON.stringify({ whose: this.#whose, values: this.values }));
  }

  /**
   * Which questions are not answered yet; how sure one is comes last.
   * @param {Question[]} questions
   */
  missing(questions) {
    const open = questions.filter((question) => !isAnswered(question, this.values[question.id]));
    return [...open.map(({ id }) => id), ...(CERTAINTIES.includes(this.values[SURE]) ? [] : [SURE])];
  }

  /** What is sealed: the answers to these questions alone. @param {Question[]} questions */
  sealed(questions) {
    const prediction = Object.fromEntries(questions.map(({ id }) => [id, this.values[id]]));
    return { prediction, sure: /** @type {Sure} */ (this.values[SURE]) };
  }

  /** Forget it: it is sealed. A draft of another lesson, begun meanwhile in another tab, stays. */
  forget() {
    this.values = {};
    if (this.#kept()) window.kept.set(KEPT, "");
  }
}
