/**
 * Types of studies, as the server sends and takes them: `app/answers/studies.py` says what they mean. Only for `tsc`.
 *
 * @import { Experiment, Owner, Why } from "../types.js"
 */

/**
 * The values that a field may have: some, or all between two bounds. A grid takes `steps` of these.
 * @typedef {{choices: any[]}} Choices
 * @typedef {{low: number, high: number, scale: "linear" | "log" | "integer", steps?: number}} Range
 * @typedef {Choices | Range} Values
 */

/**
 * How configurations are chosen.
 * @typedef {{name: "grid"} | {name: "random", configurations: number, seed: number}
 *   | {name: "halving", configurations?: number, seed: number, factor: number, rungs: number}
 *   | {name: "tpe", configurations: number, seed: number, batch: number}} Method
 */

/** @typedef {"validation_accuracy" | "validation_loss"} StudyMetric */

/**
 * What a study is: the body of the request that begins it, and the exported file.
 * @typedef {object} StudyDocument
 * @property {number} version
 * @property {string} name
 * @property {Experiment} experiment
 * @property {Record<string, Values>} space by the path of the field
 * @property {Method} method
 * @property {number | number[]} seeds how many from 1 on, or which
 * @property {number | null} folds
 * @property {StudyMetric} metric
 * @property {number | null} budget_seconds
 */

/** What a study of this document would take. Nothing is started. @typedef {{configurations: number, trials: number, seconds: number, document: StudyDocument, optuna: boolean}} StudySummary */

/** @typedef {"running" | "paused" | "measuring" | "completed" | "cancelled" | "failed"} StudyStatus */

/** `remembered`: of those done, how many were known from earlier trainings. @typedef {{total: number, done: number, training: number, waiting: number, failed: number, remembered: number}} TrialCounts */

/**
 * A study. Times are Unix seconds.
 * @typedef {object} Study
 * @property {string} id
 * @property {number} revision
 * @property {number} number
 * @property {string} name
 * @property {StudyStatus} status
 * @property {string | null} reason
 * @property {Why | null} why
 * @property {Owner | null} owner
 * @property {boolean} shared
 * @property {boolean} [mine] whether this person may change it
 * @property {number} created_at
 * @property {number | null} finished_at
 * @property {Method["name"]} method
 * @property {StudyMetric} metric
 * @property {string[]} fields the paths of the fields that vary
 * @property {number} seeds
 * @property {number | null} folds
 * @property {number} configurations
 * @property {TrialCounts} trials
 * @property {{now: number, of: number} | null} rung
 * @property {number} seconds of training so far
 * @property {number | null} budget_seconds
 * @property {number | null} expected_seconds until its end
 * @property {{configuration: number, mean: number, values: Record<string, any>} | null} best so far
 * @property {StudyResults["test"]} test
 * @property {StudyDocument} [document] only in the answer to a request for one study
 */

/**
 * One training of a study.
 * @typedef {object} Trial
 * @property {number} number
 * @property {number} configuration
 * @property {number} rung from 1
 * @property {number} seed
 * @property {number | null} fold from 1
 * @property {number | null} iterations null: its values do not go together
 * @property {"waiting" | "queued" | "running" | "completed" | "diverged" | "failed" | "cancelled"} status
 * @property {number | null} score
 * @property {boolean} remembered
 * @property {number} iteration
 * @property {number} seconds
 * @property {string | null} reason
 * @property {Why | null} why
 */

/**
 * How a configuration differs from the best one, paired by seed and fold.
 * @typedef {{mean: number, low: number | null, high: number | null, pairs: number, tied: boolean, p: number | null,
 *   p_holm: number | null}} Difference
 */

/**
 * What was measured of a configuration, on its highest rung.
 * @typedef {object} Configuration
 * @property {number} number
 * @property {number | null} place 1: the best
 * @property {Record<string, any>} values by the path of the field
 * @property {number} rung
 * @property {number | null} iterations
 * @property {number} trials
 * @property {number} failed
 * @property {number | null} mean
 * @property {number | null} spread standard deviation between pairs
 * @property {number | null} low of the 95 % interval of the mean
 * @property {number | null} high
 * @property {(number | null)[]} scores in the order of the pairs
 * @property {Difference | null} difference
 * @property {{mean: number | null, spread: number | null, scores: (number | null)[]} | null} test
 */

/** @typedef {{kind: "winner" | "tie" | "few" | "alone" | "none", best: number | null, tied: number[], pairs: number, least_pairs: number}} Verdict */

/** Where the best of `of` equal configurations would lie by seeds alone. @typedef {{of: number, spread: number, middle: number, line: number}} Luck */

/**
 * @typedef {object} StudyResults
 * @property {string} id
 * @property {number} revision
 * @property {StudyMetric} metric
 * @property {boolean} higher_is_better
 * @property {string[]} fields
 * @property {{seed: number, fold: number | null}[]} pairs
 * @property {{rung: number, iterations: number | null, configurations: number}[]} rungs
 * @property {Configuration[]} configurations
 * @property {Verdict} verdict
 * @property {Luck | null} luck
 * @property {"closed" | "measuring" | "measured" | "unavailable"} test
 */

export {};
