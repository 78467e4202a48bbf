/** The cells of a heat map: what two fields give together. Pure functions. */

import { brief, differGreatly, scaleOf } from "../runs/sweep-scale.js";
import { valueText } from "../state/flat-configs.js";
import { onAxis } from "./axes.js";

/**
 * @import { SweepField } from "../runs/sweep-figures.js"
 * @import { Configuration, StudyDocument, Values } from "./types.js"
 */

/**
 * A row or a column of the heat map: its words, and which values lie in it.
 * @typedef {{text: string, holds: (value: any) => boolean}} Slice
 */

/**
 * A cell: its configurations with a result, the best first. `pairs`: how many results the best one has. `share`: how good it is
 * among all cells, from 0 to 1.
 * @typedef {{configurations: Configuration[], best: Configuration | null, pairs: number, share: number}} Cell
 */

/** A range of numbers is divided into at most this many parts. */
const MAX_PARTS = 6;

/**
 * The space of a study as its heat map divides it. The number of steps of a range counts only in a grid; other methods draw any
 * of its values.
 * @param {Pick<StudyDocument, "space" | "method">} document
 * @returns {StudyDocument["space"]}
 */
export function dividedSpace({ space, method }) {
  const isGrid = method.name === "grid" || (method.name === "halving" && !method.configurations);
  if (isGrid) return space;
  return Object.fromEntries(
    Object.entries(space).map(([path, values]) => [
      path,
      "choices" in values ? values : { ...values, steps: undefined },
    ]),
  );
}

/**
 * The rows or columns of a field: its values, or equal parts of its range.
 * @param {SweepField} field
 * @param {Values | undefined} values undefined: those of the configurations
 * @param {Configuration[]} configurations
 * @returns {Slice[]}
 */
export function slicesOf(field, values, configurations) {
  const { path, word } = field;
  if (!values || "choices" in values || values.steps) {
    // a grid has only some values of a range: a row for each
    const all =
      values && "choices" in values
        ? values.choices
        : configurations.map((configuration) => configuration.values[path]);
    const scale = scaleOf(all.map((value) => onAxis(field, value)));
    const words = scale.values.map((value) => word(value));
    const briefTexts = words.map((text) => brief(text));
    const texts = new Set(briefTexts).size < words.length ? words : briefTexts;
    return scale.values.map((value, i) => ({
      text: texts[i],
      holds: (other) => valueText(onAxis(field, other)) === valueText(value),
    }));
  }
  const { low, high, scale } = values;
  const parts = scale === "integer" ? Math.min(MAX_PARTS, high - low + 1) : MAX_PARTS;
  const isLog = scale === "log";
  const end = (/** @type {number} */ i) =>
    isLog
      ? low * (high / low) ** (i / parts)
      : low + ((high - low + (scale === "integer" ? 1 : 0)) * i) / parts;
  const ends = shortTexts(Array.from({ length: parts + 1 }, (_, i) => end(i)));
  return Array.from({ length: parts }, (_, i) => {
    const [from, to] = [end(i), end(i + 1)];
    const isLast = i === parts - 1;
    const text =
      scale === "integer"
        ? // the first and the last whole number of the part, whose ends may have rounding errors
          wholeText(Math.ceil(from - 1e-9), Math.ceil(to - 1e-9) - 1)
        : `${ends[i]}–${ends[i + 1]}`;
    return { text, holds: (value) => value >= from && (isLast || value < to) };
  });
}

/** @param {number} from @param {number} to */
const wholeText = (from, to) => (from === to ? String(from) : `${from}–${to}`);

/** Numbers with as few digits as tell them apart, but at least 2. @param {number[]} values */
function shortTexts(values) {
  for (let digits = 2; ; digits++) {
    const texts = values.map((value) => String(Number(value.toPrecision(digits))));
    if (digits === 17 || new Set(texts).size === texts.length) return texts;
  }
}

/**
 * The cells, row by row. Where other fields vary too, a cell has several configurations, and shows the best of them: a mean
 * over different ones would mean nothing.
 * @param {Configuration[]} configurations
 * @param {{path: string, slices: Slice[]}} across the columns
 * @param {{path: string, slices: Slice[]}} down the rows
 * @param {boolean} higherIsBetter
 * @returns {Cell[][]}
 */
export function cellsOf(configurations, across, down, higherIsBetter) {
  const measured = configurations.filter(({ mean }) => mean !== null);
  const better = (/** @type {Configuration} */ a, /** @type {Configuration} */ b) =>
    // of successive halving, a higher rung first: its trials are longer, so the figures cannot be compared
    b.rung - a.rung || (higherIsBetter ? 1 : -1) * (Number(b.mean) - Number(a.mean));
  const cells = down.slices.map((row) =>
    across.slices.map((column) => {
      const within = measured
        .filter(({ values }) => row.holds(values[down.path]) && column.holds(values[across.path]))
        .toSorted(better);
      const best = within[0] ?? null;
      return { configurations: within, best, pairs: pairsOf(best), share: 0 };
    }),
  );
  const means = cells.flat().flatMap(({ best }) => (best ? Number(best.mean) : []));
  const measure = !higherIsBetter && differGreatly(means) ? Math.log10 : Number;
  const [low, high] = [measure(Math.min(...means)), measure(Math.max(...means))];
  for (const cell of cells.flat()) {
    if (!cell.best) continue;
    const share = (measure(Number(cell.best.mean)) - low) / (high - low);
    cell.share = high > low ? (higherIsBetter ? share : 1 - share) : 1;
  }
  return cells;
}

/** How many pairs of a seed and a fold have a result; without folds, how many seeds. @param {Configuration | null} configuration */
export function pairsOf(configuration) {
  return configuration?.scores.filter((score) => score !== null).length ?? 0;
}
