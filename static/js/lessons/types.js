/**
 * Types of what the server says of a lesson that is played. They are comments for `tsc` and for readers; no page loads this file.
 *
 * @import { Experiment } from "../types.js"
 */

/**
 * A question of a lesson, with what its kind needs.
 * @typedef {object} Question
 * @property {string} id
 * @property {"choice" | "rank" | "number" | "sketch" | "click"} kind
 * @property {string} ask
 * @property {{id: string, text: string}[]} [options] of a choice
 * @property {string} [unit] of a number
 * @property {number | null} [low] the least number that can be guessed
 * @property {number | null} [high] the largest one
 * @property {string} [chart] of a sketch or a click: the card's name on the page
 * @property {string[]} [runs] of a sketch or a rank: the names of its runs
 * @property {number} [iterations] of a sketch or a click: how long its runs are
 */

/** A number with how far off it may be. @typedef {{value: number, range: number}} Guess */
/** Sketched curves by the names of their runs: points [iteration, per cent]. @typedef {Record<string, [number, number][]>} Sketched */
/**
 * What was answered: the id of an option; names of runs, the best first; a number with its range; sketched curves; an iteration.
 * @typedef {string | string[] | Guess | Sketched | number} Value
 */
/** By the ids of questions. @typedef {Record<string, Value>} Prediction */
/** @typedef {"guess" | "fairly" | "certain"} Sure */
/** How far a person is in a lesson. @typedef {"none" | "predicted" | "seen" | "done"} Progress */

/**
 * What came of a prediction. `off`: by how much it was off, in the question's unit, or in percentage points.
 * @typedef {object} Outcome
 * @property {string} id of its question
 * @property {Question["kind"]} kind
 * @property {string} predicted
 * @property {string} came
 * @property {boolean | null} right null: it cannot be said
 * @property {number | null} off
 * @property {{name: string, predicted: string, came: string, off: number | null}[]} runs of a rank (their places) or a sketch
 */

/**
 * An answer and what is said to it. `card`, `run` (an id) and `at` (an iteration): where the result is seen.
 * @typedef {{value: any, right: boolean | null, came: string, html: string, card?: string, run?: string, at?: number}} Answered
 */

/** A question with one try, or only a text. @typedef {{html: string, question: Question | null, answer: Answered | null}} Asked */

/**
 * Something to try next. `reached`: whether a run of it came as far as the lesson asks; null: no run of it has ended, or nothing
 * is to be reached.
 * @typedef {{id: string, text: string, run: string, config: Experiment, reached: boolean | null}} Try
 */

/**
 * A sealed prediction, its runs, and what was answered since.
 * @typedef {object} Attempt
 * @property {string} id
 * @property {number} sealed_at in Unix seconds
 * @property {Sure} sure
 * @property {Prediction} prediction
 * @property {string[]} runs ids; a run may be deleted
 * @property {boolean} full
 * @property {"run" | "see" | "explain"} step
 * @property {string | null} voting the question of the prediction on which the class votes; until it has, nothing more comes
 * @property {{name: string, run: string | null, why: "deleted" | "cancelled" | "failed" | "paused" | "changed"}[]} missing runs that
 *   give no figures until they are resumed or launched again
 * @property {Outcome[] | null} outcome null: its runs have not all ended
 * @property {Asked | null} see
 * @property {{html: string} | null} explain
 * @property {(Asked & {tries: Try[], voting: boolean}) | null} transfer `voting`: an answer to its question is a vote of the class
 * @property {{id: string, ask: string, text: string} | null} exit
 */

/**
 * A lesson as it is played; nothing in it gives an answer away.
 * @typedef {object} Play
 * @property {string} slug
 * @property {string} section
 * @property {string} title
 * @property {string} question
 * @property {number} minutes
 * @property {string} language
 * @property {string} dataset which it uses in this lab
 * @property {string} made_for the data set that it was made for
 * @property {boolean} full whether there is a full size
 * @property {number | null} seed of all its runs; null: each has the seed of the lesson's file
 * @property {string[]} cards that it opens, in their order
 * @property {string[]} locked fields that are the same for all
 * @property {string[]} hidden fields that do not matter here
 * @property {{name: string, seconds: number}[]} runs
 * @property {{html: string, questions: Question[]}} predict
 * @property {{html: string}} run
 * @property {Attempt | null} attempt the newest one
 * @property {{people: number, predicted: number} | null} room
 */

export {};
