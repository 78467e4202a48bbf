/** Quantities: everything that a chart can show. A quantity has the stream in which it is recorded, and lines for each run. */

import { lowerBound } from "../state/series.js";
import { hasText, t } from "../words/i18n.js";

/**
 * @import { Run, Stream } from "../types.js"
 * @import { Series } from "../state/series.js"
 */

/**
 * A line that a quantity draws for a run: the values of a column, or computed values.
 * @typedef {object} QuantityLine
 * @property {string} series
 * @property {string[]} columns
 * @property {(...values: number[]) => number} [value] computes a value from columns
 * @property {(series: Pick<Series, "trained">) => (row: number) => number} [along] computes a value from the times of rows
 * @property {Part} [part] the images on which it was measured; see `lookOf` in curve-look.js
 * @property {Layer} [layer] the layer, if each layer has its own line
 */

/** The images on which a line was measured. @typedef {"train" | "validation" | "test"} Part */
/** A layer with weights, and its place among all such layers, from 0 at the input. @typedef {{name: string, place: number, count: number}} Layer */

/**
 * @typedef {object} Quantity
 * @property {Stream} stream the stream in which it is recorded
 * @property {QuantityLine[]} lines
 * @property {string} [byLayer] if the chart shows one run with a line for each layer: the name of the columns before "/layer"
 * @property {boolean} [log] whether a new chart has a logarithmic y axis
 * @property {string} [title] the key of its text, if that is not the name of the quantity
 * @property {string} [axis] the key of a shorter text for its axis
 * @property {number} [smoothing] the smoothing of a new chart; without it, the quantity is never smoothed
 * @property {boolean} [percent] whether values from 0 to 1 are shown as per cent
 * @property {boolean} [whole] whether the axis shows 0 to 100 %
 * @property {boolean} [area] whether the area between line and 0 is filled, and the last value is shown at the end
 * @property {boolean} [chosen] whether its values were set by a user, so that there are no outliers
 * @property {boolean} [timed] whether it needs the times of rows
 */

/** Iterations per second are measured over this many seconds before a row, or over one row if that takes longer. */
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

/** The iterations per second before each row; NaN for the first row. @param {Pick<Series, "trained">} series */
function speedOf({ trained }) {
  return (/** @type {number} */ row) => {
    const before = Math.max(0, lowerBound(trained, trained[row] - WINDOW) - 1);
    const seconds = trained[row] - trained[before];
    return seconds > 0 ? (row - before) / seconds : NaN;
  };
}

/** Columns that are not offered by themselves: the x axis, and columns that a quantity above already shows. @type {Record<Stream, Set<string>>} */
const USED_COLUMNS = {
  train: new Set(["iteration", "loss", "accuracy", "learning_rate"]),
  evaluation: new Set([
    "iteration",
    ...["train", "validation", "test"].flatMap((part) => [`${part}_accuracy`, `${part}_loss`]),
  ]),
};

/** Other columns that are shares, which are shown as per cent. */
const SHARES = new Set(["small_weights"]);
/** The name of a quantity for another column: `stream.column`; `train.gradient_norm/*` means the columns of all layers. */
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

/** Whether anything is measured on test images: with none, the test set stays closed. @param {Pick<Run, "summary">} run */
export function hasTest({ summary }) {
  return summary.test_size !== 0;
}

/** Whether a run has validation images. @param {Pick<Run, "summary">} run */
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
  if (byLayer === undefined) {
    const isMeasured = { train: true, validation: hasValidation(run), test: hasTest(run) };
    return lines.filter(
      ({ part = "train", columns }) => isMeasured[columns.includes("test_accuracy") ? "test" : part],
    );
  }
  const { names, overview } = run[stream];
  const all = names.length ? names : (overview?.points.names ?? []);
  const columns = all.filter((name) => name.startsWith(`${byLayer}/`));
  return columns.map((column, place) => {
    const name = column.slice(byLayer.length + 1);
    return { series: column, columns: [column], layer: { name, place, count: columns.length } };
  });
}

/** Whether there is a quantity with this name; an address may contain any name. @param {string} name */
export function isQuantity(name) {
  return Object.hasOwn(QUANTITIES, name) || COLUMN.test(name);
}

/**
 * The names of all quantities of these runs: first those of `QUANTITIES`, then other columns and quantities of all layers, and
 * last the columns of single layers.
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
      if (USED_COLUMNS[stream].has(column)) continue;
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
 * The title of a quantity's axis, in the reader's language.
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
 * The explanation of a quantity in the reader's language; "" if its name needs none.
 * @param {string} name
 */
export function help(name) {
  if (isQuantity(name) && quantity(name).byLayer !== undefined) return t("chart.by_layer.help");
  const key = `column.${name.slice(name.indexOf(".") + 1)}.help`;
  return hasText(key) ? t(key) : "";
}
