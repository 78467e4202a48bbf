/**
 * Types of the data that the server sends to the page and takes from it. They are comments for `tsc` and for readers; the
 * page does not load this file. The types of other objects are in the files that make them.
 *
 * @import { Progress } from "./lessons/types.js"
 * @import { Series } from "./state/series.js"
 */

/**
 * A reason as a code with its values; words/reasons.js makes a sentence from it.
 * @typedef {{code: string, values?: Record<string, any>}} Why
 */

/**
 * An event in a run after an iteration. "live": a user changed settings by hand. "dead": from here on all gradients were 0.
 * @typedef {{kind: "live", iteration: number, changes: Record<string, [before: number, after: number]>}} LiveChange
 * @typedef {LiveChange | {kind: "dead", iteration: number}} Annotation
 */

/** @typedef {"queued" | "running" | "paused" | "completed" | "diverged" | "cancelled" | "failed"} Status */

/**
 * A run as the server gives it. Times are Unix seconds.
 * @typedef {object} RunView
 * @property {string} id
 * @property {number} revision of two objects of one run, the one with the higher revision is newer
 * @property {number} number
 * @property {string} name
 * @property {Status} status
 * @property {string | null} reason in English, or as an older lab has stored it
 * @property {Why | null} why
 * @property {number} attempt
 * @property {number} color a colour of the palette: any integer, modulo its size; see state/hues.js
 * @property {boolean} color_chosen by a user
 * @property {string | null} lesson
 * @property {string | null} group_id the same for all runs that were launched together
 * @property {boolean} starred
 * @property {boolean} archived
 * @property {string[]} tags
 * @property {string} notes
 * @property {Annotation[]} annotations
 * @property {Record<string, number>} live the settings that can be changed while it trains, with their current values
 * @property {number} iteration reached
 * @property {number} iterations planned
 * @property {number} created_at
 * @property {number | null} started_at
 * @property {number | null} finished_at
 * @property {number | null} seconds of training so far
 * @property {number | null} expected_seconds of the whole run, a rough estimate
 * @property {{ahead: number, seconds: number | null} | null} place in the queue: how many trainings start before it, and
 *   in how many seconds it starts about, rounded up; null: it does not wait, or that is not known yet
 * @property {Record<string, number | null>} latest the last value of each metric
 * @property {RunSummary} summary
 * @property {string} training runs with the same one have the same rows, computed once
 * @property {number} shared_with how many other runs have it
 * @property {string | null} fingerprint of all that decides its curve; null: not known
 * @property {{iteration: number, host: string, processor: string, arithmetic: string}[]} [machines] of a cluster, on which
 *   it trained, the newest last; another arithmetic: another kind of processor, which rounds differently
 * @property {Origin | null} [origin] what it was forked from
 * @property {Owner | null} [owner] who launched it in a class
 * @property {boolean} [shared] with the class
 * @property {Experiment} [config] only in the answer to a request for one run; that of a fork follows its last fork
 * @property {{until: number, config: Experiment, seed: number | null}[]} [stretches] only there: what was trained before
 *   each fork, the first first
 */

/**
 * The person who launched a run. Only the teacher and they themselves see the nickname; the teacher has no number.
 * @typedef {{id: string, number: number | null, nickname: string | null}} Owner
 */

/**
 * What a run was forked from: a run, with its number and name at that time, the last iteration that both share, and the
 * seed of the random numbers from there on (null: those that the other run draws).
 * @typedef {{run: string, number: number, name: string, iteration: number, seed: number | null}} Origin
 */

/**
 * How a run is to be forked: as the server describes it.
 * @typedef {{iteration: number, changes: Record<string, any>, seed?: number | null, name?: string | null}} Fork
 */

/**
 * Whether two runs' rows are equal, bit for bit, as far as both have them, and which row is not.
 * @typedef {{identical: boolean, rows: Record<Stream, number>, difference: {stream: Stream, iteration: number} | null}} Comparison
 */

/**
 * An experiment in a few words, for lists.
 * @typedef {object} RunSummary
 * @property {string} dataset
 * @property {number | null} train_size how many images, from the start; null: all
 * @property {number | null} [validation_size] how many images are kept back from training to choose by; null: none are
 * @property {number | null} [test_size] how many test images, from the start; null: all; 0: the test set stays closed
 * @property {number[]} units of its dense layers
 * @property {number[]} filters of its convolutions
 * @property {string[]} activations
 * @property {string[]} layers each type once
 * @property {string} initializer
 * @property {number} iterations_per_epoch
 * @property {number} batch_size
 * @property {string} optimizer
 * @property {number} learning_rate
 * @property {number} l1
 * @property {number} l2
 * @property {number} seed
 */

/**
 * A run in the page, with the rows that have come, and with its hue (see state/hues.js).
 * @typedef {RunView & {train: Series, evaluation: Series, hue: number}} Run
 * @typedef {"train" | "evaluation"} Stream
 */

/**
 * Rows of one stream of one run, column by column; or an overview of rows that will follow.
 * @typedef {object} Frame
 * @property {string} run
 * @property {Stream} stream
 * @property {number} first the number of its first row
 * @property {number} rows
 * @property {string[]} columns
 * @property {Float32Array[]} values one array for each column
 * @property {Times} [times]
 * @property {number} [overview] of how many rows this is an overview, with two points for each bin of rows
 */

/**
 * A view of a network that the page watches, live; it begins in the buffer at the byte `offset`. `options`: those of the request, as text.
 * If it could not be made, there is an error instead.
 * @typedef {{run: string, view: string, options: string, buffer: ArrayBuffer, offset: number}} ViewFrame
 * @typedef {{run: string, view: string, options: string, error: {code: string, message: string, field?: string, bounds?: Record<string, any>}}} RefusedView
 */

/** The rows of a frame, without the run and the stream. @typedef {Pick<Frame, "first" | "rows" | "columns" | "values" | "times" | "overview">} Rows */

/** The times of some rows: [rows so far, Unix seconds, seconds of training]. @typedef {[number, number, number][]} Times */

/**
 * How many workers of the lab are busy, how many trainings wait, and how much longer its machine takes than is estimated.
 * @typedef {{workers: number, busy: number, queued: number, slowness: number, fault?: string, why?: Why,
 * hosts?: {name: string, slots: number, busy: number}[]}} LabState hosts: the machines of a cluster */

/**
 * A layer of an experiment, with the settings of its type.
 * @typedef {{type: string, layers?: Layer[], [setting: string]: any}} Layer
 */

/**
 * An experiment. In the draft of the form, a field may have several values, and a section several alternatives: see
 * form/values.js.
 * @typedef {Record<string, any>} Experiment
 */

/** A config as flat fields, `optimizer.learning_rate` → 0.1. @typedef {Record<string, any>} Fields */

/**
 * A field of the form as the server describes it.
 * @typedef {object} Field
 * @property {string} name
 * @property {"integer" | "number" | "boolean" | "choice" | "integers" | "text" | "layers"} kind
 * @property {any} default
 * @property {number | null} minimum
 * @property {number | null} maximum
 * @property {number | null} exclusive_minimum
 * @property {(string | number | boolean | null)[]} choices
 * @property {"linear" | "log"} scale
 * @property {boolean} nullable
 */

/**
 * A data set of the lab.
 * @typedef {object} Dataset
 * @property {string} name
 * @property {string} title
 * @property {number[]} shape of an image [channels, height, width], or [2] of points
 * @property {number} classes
 * @property {number} train_size
 * @property {number} test_size
 * @property {boolean} flippable whether a mirrored image is still of its class
 * @property {boolean} available
 * @property {boolean} fetchable
 * @property {number} download_bytes
 * @property {{received: number, total: number, error?: string, why?: Why} | null} [fetching]
 * @property {boolean} [own] a person brought it
 * @property {boolean} [deleted] only its title is left, for its runs
 * @property {boolean} [unshared] it is only gone for this person; then it is also `deleted`
 * @property {number | null} [owner] the number of the student who brought it; null: the teacher did, or there is no class
 * @property {boolean} [mine]
 * @property {boolean} [shared] with the class
 * @property {string[]} [columns] of a table
 * @property {string[]} [class_names]
 * @property {number} [validation_size] how many training images are to be kept back, as was chosen with it
 * @property {string[]} [fitting] presets that take its images
 */

/**
 * Everything from which the form is made: the answer to `GET /api/options`.
 * @typedef {object} Options
 * @property {Experiment} defaults
 * @property {Dataset[]} datasets
 * @property {Field[]} dataset
 * @property {Field[]} augment
 * @property {string[]} activations
 * @property {Record<string, Field[]>} layers
 * @property {Record<string, Field[]>} presets
 * @property {Record<string, Field[]>} initializers
 * @property {Record<string, Field[]>} optimizers
 * @property {Record<string, Field[]>} schedules
 * @property {Field[]} regularization
 * @property {Field[]} early_stopping
 * @property {Field[]} training
 * @property {Field[]} general
 * @property {{together: number, import_bytes: number, data_bytes?: number}} limits the most experiments in one launch, the most bytes
 *   of an import and of a file with own data
 */

/**
 * A layer of a summary; `shapes` has the shapes of its parameters by name.
 * @typedef {{type: string, input_shape: number[], output_shape: number[], shapes: Record<string, number[]>,
 *   parameters: number, multiply_adds: number}} LayerSummary
 */

/** Code of the engine, divided into pieces for highlighting, each with its kind. @typedef {{file: string, formula: string, code: [kind: string, text: string][]}} SourceView */

/**
 * The costs of an experiment, or of several; with shapes, config and fields of the first one.
 * @typedef {{parameters: number, multiply_adds: number, memory_bytes: number, iterations: number, seconds: number | null}} Cost
 * @typedef {{layers: LayerSummary[], config: Experiment, fields: Fields}} FirstExperiment
 * @typedef {{experiments: Cost[], seconds: number | null, first: FirstExperiment}} CostsTogether
 * @typedef {Cost & {first: FirstExperiment}} ExperimentSummary
 */

/**
 * Some images or points of a data set.
 * @typedef {object} DataSample
 * @property {string} name
 * @property {string} part
 * @property {number} first
 * @property {number} total
 * @property {number[]} shape
 * @property {string[]} class_names
 * @property {number[]} labels
 * @property {string} [pixels] bytes, image after image, as base64
 * @property {number[][]} [points] of points in the plane two numbers each, of a table as many as it has columns
 * @property {string[]} [columns] the names of a table's columns
 * @property {[mean: number, deviation: number][]} [units] of a table that was standardized, for each column
 */

/**
 * What the rate finder has found, with an entry for each iteration; see engine/rate_finder.py.
 * @typedef {object} RateTest
 * @property {number} iterations how many were planned
 * @property {number[]} rates
 * @property {number[]} losses
 * @property {number[]} smoothed
 * @property {number | null} best the index of the lowest smoothed loss after the first fifth of the test
 * @property {number | null} suggestion
 * @property {"completed" | "risen" | "diverged"} end
 */

/** @typedef {Record<string, string>} InLanguages */

/**
 * A lesson, in the list or alone.
 * @typedef {object} Lesson
 * @property {string} slug
 * @property {string} section
 * @property {InLanguages} title
 * @property {InLanguages} question
 * @property {{name: string, seconds: number}[]} runs the names of its runs, and about how long each takes
 * @property {InLanguages} [course] the title of the course that it is in
 * @property {boolean} [own_course] whether that is one of the teacher's own
 * @property {string} dataset the data set that it uses in this lab
 * @property {string} made_for the data set that it was made for
 * @property {Experiment} [experiment] an experiment whose data set and network the page shows
 * @property {Progress} [progress] how far the person is in it
 */

/** @typedef {{en: {word: string, text: string}, ja: {word: string, text: string}, formula?: string}} GlossaryEntry */

export {};
