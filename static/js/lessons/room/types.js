/**
 * Types of what the server says of a class's predictions. They are comments for `tsc` and for readers; no page loads this file.
 */

/** @typedef {[iteration: number, value: number][]} Points */

/**
 * How many chose each option; of a ranking, how many put each run first. `came`: whether it is right; null: not known.
 * `votable`: whether the class can vote on the question.
 * @typedef {object} Bars
 * @property {string} question
 * @property {string} ask
 * @property {boolean} [votable]
 * @property {{id: string, text: string, count: number, came: boolean | null}[]} options
 */

/**
 * The numbers that were given, or measured. `low`, `high`: of what may be answered; null: they have no bounds. `values`: ascending,
 * of very many some, evenly chosen; `count`: how many there are.
 * @typedef {{question: string, ask: string, unit: string, low: number | null, high: number | null, values: number[], count: number, came: number | null}} Numbers
 */

/**
 * The curves that were sketched: run → curves, of very many some, evenly chosen; `counts`: run → how many there are. `came`: the
 * result, run → its curve.
 * @typedef {{question: string, ask: string, chart: string, runs: Record<string, Points[]>, counts: Record<string, number>, came: Record<string, Points>}} Sketches
 */

/** The numbers of all students, of those who have predicted, and of those who are away. @typedef {{numbers: number[], predicted: number[], away: number[]}} Seats */

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
 * @property {Seats} seats
 * @property {Record<string, any> | null} mine the person's own prediction and answers, by question
 * @property {Bars[] | null} bars
 * @property {Numbers[] | null} numbers
 * @property {Sketches[] | null} sketches
 * @property {Bars | Numbers | null} see the answers to the question about what is seen
 * @property {Bars | Numbers | null} transfer the answers to the question over all runs
 * @property {Numbers | null} spread a figure of the runs of each student
 * @property {Vote | null} vote
 * @property {string[] | null} exits what is still unclear to students, for the teacher alone
 */

export {};
