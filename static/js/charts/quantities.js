/** Quantities: what a chart can show. Each has the stream that it is recorded in and the lines that it draws for a run. */

import { lowerBound } from "../state/series.js";
import { hasText, t } from "../words/i18n.js";

/**
 * @import { Run, Stream } from "../types.js"
 * @import { Series } from "../state/series.js"
 */

/**
 * A line that a quantity draws for a run: of one column, or computed.
 * @typedef {object} QuantityLine
 * @property {string} series
 * @property {string[]} columns
 * @property {(...values: number[]) => number} [value] computes it from several columns
 * @property {(series: Pick<Series, "trained">) => (row: number) => number} [along] computes it from what else is known of a row
 * @property {Part} [part] which images it was measured on, of a run's several lines; see `lookOf` in curve-look.js
 * @property {Layer} [layer] which of a run's layers it is of
 */

/** Which images a line was measured on. @typedef {"train" | "validation" | "test"} Part */
/** A layer with weights, and its place among all of them from the input's on, from 0. @typedef {{name: string, place: number, count: number}} Layer */

/**
 * @typedef {object} Quantity
 * @property {Stream} stream that it is recorded in
 * @property {QuantityLine[]} lines
 * @property {string} [byLayer] what is drawn of one run, a line for each of its layers: the columns' name before the layer's
 * @property {boolean} [log] a new chart has a logarithmic y
 * @property {string} [title] the text's name where it is not the quantity's
 * @property {string} [axis] the name of the text at its axis, where that is a shorter one
 * @property {number} [smoothing] what a new chart starts with; none: it is not smoothed
 * @property {boolean} [percent] 0 to 1 are shown as per cent
 * @property {boolean} [whole] the axis shows 0 to 100 %
 * @property {boolean} [area] the area between a line and 0 is what is meant, and its last value is written beside it
 * @property {boolean} [chosen] its values were set by hand: none of them is an outlier
 * @property {boolean} [timed] it needs to know when rows came
 */

/** Iterations per second are those of the last second of training, or of the one before it where an iteration takes longer. */
const WINDOW = 1;

/** @type {Record<string, Quantity>} */
const QUANTITIES = {
  loss: { stream: "train", smoothing: 0.6, lines: [{ series: "loss", columns: ["loss"] }] },
  total_loss: {
    stream: "train",
    smoothing: 0.6,
    lines: [{ series: "total_loss", columns: ["loss", "penalty"], value: (loss, penalty) => loss + penalty }],
  },
  evaluation_loss: {
    axis: "loss",
    stream: "evaluation",
    lines: [
      { series: "train_loss", columns: ["train_loss"], part: "train" },
      { series: "validation_loss", columns: ["validation_loss"], part: "validation" },
      { series: "test_loss", columns: ["test_loss"], part: "test" },
    ],
  },
  accuracy: {
    stream: "evaluation",
    percent: true,
    whole: true,
    lines: [
      { series: "train_accuracy", columns: ["train_accuracy"], part: "train" },
      { series: "validation_accuracy", columns: ["validation_accuracy"], part: "validation" },
      { series: "test_accuracy", columns: ["test_accuracy"], part: "test" },
    ],
  },
  gap: {
    title: "train_test_gap",
    stream: "evaluation",
    percent: true,
    area: true,
    lines: [
      { series: "gap", columns: ["train_accuracy", "test_accuracy"], value: (train, test) => train - test },
    ],
  },
  batch_accuracy: {
    axis: "accuracy",
    stream: "train",
    smoothing: 0.6,
    percent: true,
    whole: true,
    lines: [{ series: "accuracy", columns: ["accuracy"] }],
  },
  learning_rate: {
    stream: "train",
    chosen: true,
    lines: [{ series: "learning_rate", columns: ["learning_rate"] }],
  },
  speed: {
    stream: "train",
    smoothing: 0,
    timed: true,
    lines: [{ series: "speed", columns: ["iteration"], along: speedOf }],
  },
};

/** Measured between rows: the first one has no speed of its own. @param {Pick<Series, "trained">} series */
function speedOf({ trained }) {
  return (/** @type {number} */ row) => {
    const before = Math.max(0, lowerBound(trained, trained[row] - WINDOW) - 1);
    const seconds = trained[row] - trained[before];
    return seconds > 0 ? (row - before) / seconds : NaN;
  };
}

/** Columns that are an axis or have a quantity of their own. @type {Record<Stream, Set<string>>} */
const SPOKEN_FOR = {
  train: new Set(["iteration", "seconds", "loss", "accuracy", "learning_rate"]),
  evaluation: new Set([
    "iteration",
    "seconds",
    ...["train", "validation", "test"].flatMap((part) => [`${part}_accuracy`, `${part}_loss`]),
  ]),
};

/** Of recorded columns without a quantity of their own: those that are shares, shown as per cent. */
const SHARES = new Set(["small_weights"]);
/** The name of a quantity that is a recorded column; the columns of all layers are `train.gradient_norm/*`. */
const COLUMN = /^(train|evaluation)\.(.+)$/;
const ALL_LAYERS = "/*";

/**
 * A quantity by its name; any other recorded column is `stream.column`.
 * @param {string} name
 * @returns {Quantity}
 */
export function quantity(name) {
  if (Object.hasOwn(QUANTITIES, name)) return QUANTITIES[name];
  const [, stream, column] = COLUMN.exec(name) ?? [];
  if (!column) throw new Error(`there is no quantity ${name}`);
  if (column.endsWith(ALL_LAYERS))
    return {
      stream: /** @type {Stream} */ (stream),
      lines: [],
      byLayer: column.slice(0, -ALL_LAYERS.length),
      log: true,
      smoothing: 0.6,
    };
  const share = SHARES.has(column);
  return {
    stream: /** @type {Stream} */ (stream),
    percent: share,
    whole: share,
    lines: [{ series: column, columns: [column] }],
  };
}

/** Does a run keep images back from training to choose by? @param {Pick<Run, "summary">} run */
export function hasValidation({ summary }) {
  return Boolean(summary.validation_size);
}

/**
 * The lines that a quantity draws for a run.
 * @param {Quantity} what
 * @param {Run} run
 * @returns {QuantityLine[]}
 */
export function linesOf({ stream, lines, byLayer }, run) {
  if (byLayer === undefined)
    return hasValidation(run) ? lines : lines.filter(({ part }) => part !== "validation");
  const { names, overview } = run[stream];
  const all = names.length ? names : (overview?.points.names ?? []);
  const columns = all.filter((name) => name.startsWith(`${byLayer}/`));
  return columns.map((column, place) => {
    const name = column.slice(byLayer.length + 1);
    return { series: column, columns: [column], layer: { name, place, count: columns.length } };
  });
}

/** Is there a quantity of this name? An address may name anything. @param {string} name */
export function isQuantity(name) {
  return Object.hasOwn(QUANTITIES, name) || COLUMN.test(name);
}

/**
 * The names of all quantities that these runs have: the usual ones, every other recorded column, what there is of each
 * layer in one chart, and last each layer by itself.
 * @param {Run[]} runs
 */
export function known(runs) {
  /** @type {Set<string>} */
  const names = new Set();
  /** @type {Set<string>} */
  const ofLayers = new Set();
  for (const stream of /** @type {Stream[]} */ (["train", "evaluation"])) {
    const columns = new Set(runs.flatMap((run) => run[stream].names));
    for (const column of columns) {
      const [what, layer] = column.split("/");
      if (SPOKEN_FOR[stream].has(column)) continue;
      names.add(layer === undefined ? `${stream}.${column}` : `${stream}.${what}${ALL_LAYERS}`);
      if (layer !== undefined) ofLayers.add(`${stream}.${column}`);
    }
  }
  return [...Object.keys(QUANTITIES), ...names, ...ofLayers];
}

/**
 * The name of a quantity in the reader's language.
 * @param {string} name
 * @param {(key: string, values?: Record<string, any>) => string} t
 */
export function title(name, t) {
  if (Object.hasOwn(QUANTITIES, name)) return t(`chart.${QUANTITIES[name].title ?? name}`);
  const column = name.slice(name.indexOf(".") + 1);
  const [what, layer] = column.split("/");
  if (column.endsWith(ALL_LAYERS)) return t("chart.by_layer", { what: t(`column.${what}`) });
  return layer === undefined
    ? t(`column.${what}`)
    : t("chart.of_layer", { what: t(`column.${what}`), layer });
}

/**
 * What stands at the axis of a quantity, in the reader's language.
 * @param {string} name
 * @param {(key: string, values?: Record<string, any>) => string} t
 */
export function axisTitle(name, t) {
  if (Object.hasOwn(QUANTITIES, name))
    return t(`chart.${QUANTITIES[name].axis ?? QUANTITIES[name].title ?? name}`);
  const [what] = name.slice(name.indexOf(".") + 1).split("/");
  return t(`column.${what}`);
}

/**
 * What a quantity is, in the reader's language, where its name does not say it all; else nothing.
 * @param {string} name
 */
export function help(name) {
  if (isQuantity(name) && quantity(name).byLayer !== undefined) return t("chart.by_layer.help");
  const key = `column.${name.slice(name.indexOf(".") + 1)}.help`;
  return hasText(key) ? t(key) : "";
}
