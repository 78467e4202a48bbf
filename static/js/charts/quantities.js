/**
 * Quantities: what a chart can show. Each has the stream that it is recorded in and the lines that it draws for a run.
 *
 * A line: {series, columns, value?, along?, part?}: `value` computes it from several columns, `along(series)(row)` from
 * whatever else is known of a row; `part` tells the lines of one run apart ("train" is drawn dotted). `title`: the message's
 * name where it is not the quantity's; `smoothing` is what a new chart starts with; `percent`: 0 to 1 as per cent; `whole`:
 * the axis shows 0 to 100 %; `timed`: it needs to know when rows came.
 */

import { lowerBound } from "../state/series.js";
import { hasText, t } from "../words/i18n.js";

/** Iterations per second are those of the last second of training, or of the one before it where an iteration takes longer. */
const WINDOW = 1;

const QUANTITIES = {
  loss: { stream: "train", smoothing: 0.6, lines: [{ series: "loss", columns: ["loss"] }] },
  total_loss: {
    stream: "train",
    smoothing: 0.6,
    lines: [{ series: "total_loss", columns: ["loss", "penalty"], value: (loss, penalty) => loss + penalty }],
  },
  evaluation_loss: {
    stream: "evaluation",
    lines: [
      { series: "train_loss", columns: ["train_loss"], part: "train" },
      { series: "test_loss", columns: ["test_loss"], part: "test" },
    ],
  },
  accuracy: {
    stream: "evaluation",
    percent: true,
    whole: true,
    lines: [
      { series: "train_accuracy", columns: ["train_accuracy"], part: "train" },
      { series: "test_accuracy", columns: ["test_accuracy"], part: "test" },
    ],
  },
  gap: {
    title: "train_test_gap",
    stream: "evaluation",
    percent: true,
    lines: [
      { series: "gap", columns: ["train_accuracy", "test_accuracy"], value: (train, test) => train - test },
    ],
  },
  batch_accuracy: {
    stream: "train",
    smoothing: 0.6,
    percent: true,
    whole: true,
    lines: [{ series: "accuracy", columns: ["accuracy"] }],
  },
  learning_rate: { stream: "train", lines: [{ series: "learning_rate", columns: ["learning_rate"] }] },
  speed: {
    stream: "train",
    smoothing: 0,
    timed: true,
    lines: [{ series: "speed", columns: ["iteration"], along: speedOf }],
  },
};

/** Measured between rows: the first one has no speed of its own. */
function speedOf({ trained }) {
  return (row) => {
    const before = Math.max(0, lowerBound(trained, trained[row] - WINDOW) - 1);
    const seconds = trained[row] - trained[before];
    return seconds > 0 ? (row - before) / seconds : NaN;
  };
}

/** Columns that are an axis or have a quantity of their own. */
const SPOKEN_FOR = {
  train: new Set(["iteration", "seconds", "loss", "accuracy", "learning_rate"]),
  evaluation: new Set(["iteration", "seconds", "train_accuracy", "test_accuracy", "train_loss", "test_loss"]),
};

/** Of recorded columns without a quantity of their own: those that are shares, shown as per cent. */
const SHARES = new Set(["small_weights"]);

/** A quantity by its name; any other recorded column is `stream.column`. null: there is no such thing. */
export function quantity(name) {
  if (Object.hasOwn(QUANTITIES, name)) return QUANTITIES[name];
  const [, stream, column] = /^(train|evaluation)\.(.+)$/.exec(name) ?? [];
  if (!column) return null;
  const share = SHARES.has(column);
  return { stream, percent: share, whole: share, lines: [{ series: column, columns: [column] }] };
}

/** The names of all quantities that these runs have: the usual ones, and every other recorded column. */
export function known(runs) {
  const names = Object.keys(QUANTITIES);
  for (const stream of ["train", "evaluation"]) {
    const columns = new Set(runs.flatMap((run) => run[stream].names));
    for (const column of columns) if (!SPOKEN_FOR[stream].has(column)) names.push(`${stream}.${column}`);
  }
  return names;
}

/** The name of a quantity in the reader's language. */
export function title(name, t) {
  if (Object.hasOwn(QUANTITIES, name)) return t(`chart.${QUANTITIES[name].title ?? name}`);
  const column = name.slice(name.indexOf(".") + 1);
  const [what, layer] = column.split("/");
  return layer === undefined
    ? t(`column.${what}`)
    : t("chart.of_layer", { what: t(`column.${what}`), layer });
}

/** What a quantity is, in the reader's language, where its name does not say it all; else nothing. */
export function help(name) {
  const key = `column.${name.slice(name.indexOf(".") + 1)}.help`;
  return hasText(key) ? t(key) : "";
}
