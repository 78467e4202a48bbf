/**
 * Types of what the server says of a class's predictions. They are comments for `tsc` and for readers; no page loads this file.
 */

/** @typedef {[iteration: number, value: number][]} Points */

/**
 * How many chose each option; of a ranking, how many put each run first. `came`: whether it is what came; null: not known.
 * `votable`: whether the class can vote on the question.
 * @typedef {object} Bars
 * @property {string} question
 * @property {string} ask
 * @property {boolean} [votable]
 * @property {{id: string, text: string, count: number, came: boolean | null}[]} options
 */

/**
 * The numbers that were given, ascending.
 * @typedef {{question: string, ask: string, unit: string, low: number, high: number, values: number[], came: number | null}} Numbers
 */

/** The curves that were sketched: run → curves. @typedef {{question: string, ask: string, chart: string, runs: Record<string, Points[]>}} Sketches */

/**
 * A vote: two rounds with a discussion between. `mine`: what the person voted in each round; `voted`: how many have. The tallies are
 * null until it is closed; `asked` is its question.
 * @typedef {object} Vote
 * @property {string} question
 * @property {"first" | "discuss" | "second" | "closed"} phase
 * @property {{id: string, ask: string, options?: {id: string, text: string}[]}} asked
 * @property {(string | null)[]} mine
 * @property {number[]} voted
 * @property {Bars | null} first
 * @property {Bars | null} second
 */

/**
 * What a class predicted in a lesson, without persons; what the person may not see yet is null.
 * @typedef {object} Room
 * @property {number} people
 * @property {number} predicted
 * @property {Record<string, any> | null} mine the person's own prediction, by question
 * @property {Bars[] | null} bars
 * @property {Numbers[] | null} numbers
 * @property {Sketches[] | null} sketches
 * @property {Bars | null} transfer
 * @property {Vote | null} vote
 * @property {string[] | null} exits what is still unclear to students, for the teacher alone
 */

export {};
