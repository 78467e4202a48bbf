/**
 * Types: what the parts of the page give each other, as far as it is more than one part's. Comments for `tsc` and for
 * readers; nothing loads this file. What the server gives is said in docs/architecture.md and checked there.
 *
 * @import { Series } from "./state/series.js"
 * @import { Curve, Thinned } from "./charts/curve.js"
 * @import { GroupCurve } from "./charts/groups.js"
 * @import { Symbols } from "./charts/symbols.js"
 * @import { Crop } from "./charts/crop.js"
 */

// -- from the server -----------------------------------------------------------------------------

/**
 * A reason as a code with its values: worded by reasons.js.
 * @typedef {{code: string, values?: Record<string, any>}} Why
 */

/**
 * What happened to a run after an iteration: "live" is a change by hand, of "dead" on every gradient was 0.
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
 * @property {string | null} reason in English, or an older lab's own words
 * @property {Why | null} why
 * @property {number} attempt
 * @property {number} color see palette.js
 * @property {string | null} lesson
 * @property {string | null} group_id common to runs that were launched together
 * @property {boolean} starred
 * @property {boolean} archived
 * @property {string[]} tags
 * @property {string} notes
 * @property {Annotation[]} annotations
 * @property {Record<string, number>} live what can be changed while it trains, as it was set last
 * @property {number} iteration reached
 * @property {number} iterations planned
 * @property {number} created_at
 * @property {number | null} started_at
 * @property {number | null} finished_at
 * @property {number | null} seconds of training so far
 * @property {Record<string, number | null>} latest the last value of each metric
 * @property {RunSummary} summary
 * @property {Experiment} [config] only of a run that is asked for by itself
 */

/**
 * An experiment in a few words, for lists.
 * @typedef {object} RunSummary
 * @property {string} dataset
 * @property {number | null} train_size how many images, from the start; null: all
 * @property {number[]} units
 * @property {string[]} activations
 * @property {string} initializer
 * @property {number} iterations_per_epoch
 * @property {string} optimizer
 * @property {number} learning_rate
 * @property {number} l1
 * @property {number} l2
 * @property {number} seed
 */

/**
 * A run as the page keeps it: with the rows that are here.
 * @typedef {RunView & {train: Series, evaluation: Series}} Run
 * @typedef {"train" | "evaluation"} Stream
 */

/**
 * Rows of one stream of one run, column by column, or the overview of rows that follow.
 * @typedef {object} Frame
 * @property {string} run
 * @property {Stream} stream
 * @property {number} first the number of its first row
 * @property {number} rows
 * @property {string[]} columns
 * @property {Float32Array[]} values one array for each column
 * @property {Times} [times]
 * @property {number} [overview] so many rows it stands for; it has two points for each bin of them
 */

/** Rows that a series takes. @typedef {Pick<Frame, "first" | "rows" | "columns" | "values" | "times" | "overview">} Rows */

/** When rows came: [rows so far, Unix seconds, seconds of training]. @typedef {[number, number, number][]} Times */

/** How busy the lab is. @typedef {{workers: number, busy: number, queued: number, fault?: string, why?: Why}} LabState */

/**
 * A layer as the server takes it, with the settings of its type.
 * @typedef {{type: string, layers?: Layer[], [setting: string]: any}} Layer
 */

/**
 * An experiment as the server takes and gives it. In the form's draft, a field may hold several values and a section
 * several ways: see form/values.js.
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
 * A data set as the server offers it.
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
 */

/**
 * What the form is made from: `GET /api/options`.
 * @typedef {object} Options
 * @property {Experiment} defaults
 * @property {Dataset[]} datasets
 * @property {Field[]} dataset
 * @property {Field[]} augment
 * @property {string[]} activations
 * @property {Record<string, Field[]>} layers
 * @property {Record<string, Field[]>} presets
 * @property {Record<string, string[]>} fitting data set → presets that take its images
 * @property {Record<string, Field[]>} initializers
 * @property {Record<string, Field[]>} optimizers
 * @property {Record<string, Field[]>} schedules
 * @property {Field[]} regularization
 * @property {Field[]} early_stopping
 * @property {Field[]} training
 * @property {Field[]} general
 * @property {{together: number, import_bytes: number}} limits experiments launched at once, bytes of a file that is imported
 */

/**
 * A layer of a summary; `shapes` are those of its parameters by name.
 * @typedef {{type: string, input_shape: number[], output_shape: number[], shapes: Record<string, number[]>,
 *   parameters: number, multiply_adds: number}} LayerSummary
 */

/** The engine's code, in pieces of a kind. @typedef {{file: string, formula: string, code: [kind: string, text: string][]}} SourceView */

/**
 * What an experiment would be, and of several the first.
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
 * @property {[number, number][]} [points]
 */

/** @typedef {Record<string, string>} InLanguages */

/**
 * A lesson in the list, and one by itself.
 * @typedef {object} Lesson
 * @property {string} slug
 * @property {string} section
 * @property {InLanguages} title
 * @property {InLanguages} question
 * @property {InLanguages} conclusion
 * @property {{name: string}[]} runs its runs, by name
 * @property {string} dataset that it is on here
 * @property {string} made_for the data set that it was made for
 * @property {Experiment} [experiment] whose data and network can be looked at
 */

// -- charts --------------------------------------------------------------------------------------

/**
 * How a chart is set: what the address keeps of it.
 * @typedef {{quantity: string, smoothing: number, logX: boolean, logY: boolean, gap: boolean, crop: boolean, marks: boolean}} Spec
 */

/**
 * A line that a quantity draws for a run: of one column, or `value` of several, or `along` the rows.
 * @typedef {object} QuantityLine
 * @property {string} series
 * @property {string[]} columns
 * @property {(...values: number[]) => number} [value]
 * @property {(series: Pick<Series, "trained">) => (row: number) => number} [along]
 * @property {"train" | "test"} [part]
 */

/**
 * What a chart can show: see charts/quantities.js.
 * @typedef {object} Quantity
 * @property {Stream} stream
 * @property {QuantityLine[]} lines
 * @property {string} [title]
 * @property {number} [smoothing]
 * @property {boolean} [percent]
 * @property {boolean} [whole]
 * @property {boolean} [timed]
 */

/**
 * What x can be: see charts/axes.js.
 * @typedef {object} Axis
 * @property {boolean} log
 * @property {"count" | "number" | "clock"} ticks
 * @property {(run: Run) => number} end
 * @property {boolean} [timed]
 * @property {(run: Run) => (series: Series) => (row: number) => number} [x] without: the row's iteration
 */

/**
 * Runs that one curve stands for. @typedef {{runs: Run[], color: number, label: string, value: string}} Group
 * @typedef {{spread: string, groups: Group[]}} BandsOfRuns
 */

/**
 * What a curve looks like beside its colour. @typedef {{dash: string, symbol: string | null, value: string}} Stroke
 * @typedef {{field: string, legend: Stroke[], lookOf: (runs: Run[]) => Stroke}} StrokesOfRuns
 */

/**
 * Who a line belongs to: a run, or a group as if it were one.
 * @typedef {Pick<Run, "id" | "number" | "name" | "color" | "annotations"> & Partial<Run>} Owner
 */

/**
 * What a line looks like.
 * @typedef {{name: string, color: string, dash: string, width: number, symbol?: string | null, said?: string, value?: string}} CurveLook
 */

/**
 * A line that is hovered over.
 * @typedef {object} Line
 * @property {Owner} run
 * @property {string} series
 * @property {string} label
 * @property {string} [value] of a group
 * @property {string | undefined} part
 * @property {Curve | GroupCurve} curve
 */

/**
 * Points of a line that grow.
 * @typedef {Pick<Thinned, "x" | "y" | "count" | "settled" | "lowest" | "highest">} Points
 */

/**
 * What a chart draws: a line with `points` that grow, or marks, or symbols along lines, or the area of a band.
 * @typedef {object} Trace
 * @property {string} uid
 * @property {{run: string, series: string, named?: boolean, symbol?: string | null, said?: string}} meta
 * @property {string} name
 * @property {string} [color]
 * @property {string} [dash]
 * @property {number} [width]
 * @property {string | null} [symbol]
 * @property {string} [said]
 * @property {string} [value]
 * @property {Points} [points]
 * @property {{x: number[], y: number[], symbol: string[], colors: string[], notes: string[]}} [marks]
 * @property {Symbols} [symbols]
 * @property {{x: ArrayLike<number>, y: ArrayLike<number>}} [area]
 * @property {Line} [line]
 * @property {number} [settled] so many points are drawn for good
 * @property {number} [drawn] so many points, or symbols, are drawn
 * @property {"lines" | "markers"} [mode] how Plotly draws it
 */

/**
 * How a chart's traces are made.
 * @typedef {object} FigureHow
 * @property {BandsOfRuns | null} bands
 * @property {StrokesOfRuns | null} strokes
 * @property {boolean} allMarks
 * @property {string} axis
 * @property {{from: number, to: number, log: boolean}} across the shown part of x
 * @property {number} smoothing
 * @property {[number, number] | null} range
 * @property {boolean} dark
 * @property {number} bold so many times as wide as usual
 * @property {Record<string, string>} partNames
 */

/**
 * What a chart's axes are like.
 * @typedef {object} ChartLook
 * @property {boolean} logX
 * @property {boolean} logY
 * @property {boolean} percent
 * @property {boolean} whole y shows 0 to 100 %
 * @property {Crop | null} crop y shows no more
 * @property {number} start x shows `start` and `end` in any case; 0 and 0 if no run is shown
 * @property {number} end
 * @property {Axis["ticks"]} ticks
 * @property {{values: number[], texts: string[]}} [marks]
 * @property {string} xTitle
 * @property {boolean} empty there is nothing to show
 * @property {string} scales as long as it stays the same, what the viewer did stays
 */

// -- the runs ------------------------------------------------------------------------------------

/**
 * What parts of the run table work with.
 * @typedef {object} RunsLab
 * @property {import("./state/store.js").Store} store
 * @property {import("./runs/run-actions.js").RunActions} actions
 * @property {import("./runs/selection.js").Selection} selection
 * @property {import("./state/flat-configs.js").FlatConfigs} configs
 * @property {import("./runs/color-menu.js").ColorMenu} colors
 * @property {() => boolean} isDark
 */

export {};
