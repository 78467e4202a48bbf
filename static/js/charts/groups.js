/**
 * Groups: one curve shows the mean of several runs, and a band shows their spread. A group has the runs that differ only by
 * chance (seed, fold), or the runs with the same value of a field. If line styles show a second field, runs with different
 * values of it are in different groups.
 */

import { assignHues } from "../state/hues.js";
import { eachTraining } from "../state/same-curve.js";
import { lowerBound, nearest } from "../state/series.js";
import { shortLabelOf, valueLabelOf } from "../words/labels.js";

/**
 * @import { Fields, Run } from "../types.js"
 * @import { Curve } from "./curve.js"
 */

/** A group of runs with one curve. `value`: the value of the field that they share, as a text. @typedef {{runs: Run[], hue: number, label: string, value: string}} Group */

/**
 * The configs of runs as flat fields. A run whose config is not fetched yet is a group of its own.
 * @typedef {{get: (id: string) => Fields | undefined}} ConfigsById
 */

/** The fields by which runs differ only by chance. */
export const CHANCE = new Set(["seed", "dataset.fold.index"]);
/** The curve of a group has at most this many points. */
const MAX_POINTS = 600;

/**
 * The kinds of spread. Each computes [low, mean, high] from the values at one x.
 * @type {Record<string, (values: number[]) => [low: number, mean: number, high: number]>}
 */
export const SPREADS = {
  std: (values) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const spread = Math.sqrt(
      values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1),
    );
    return [mean - spread, mean, mean + spread];
  },
  range: (values) => [
    Math.min(...values),
    values.reduce((sum, value) => sum + value, 0) / values.length,
    Math.max(...values),
  ],
};

/**
 * Divide runs into groups, in the order of their first runs. Groups that differ only in their line style have the same colour.
 * @param {Run[]} runs
 * @param {string} over the field whose value the runs of a group share; "": the runs of a group differ only by chance
 * @param {string} dash the field that line styles show, or ""
 * @param {ConfigsById} configs
 * @returns {Group[]}
 */
export function groupsOf(runs, over, dash, configs) {
  /** The first run of each colour. @type {Map<string, Run>} */
  const firsts = new Map();
  /** @type {Map<string, {runs: Run[], colored: string}>} */
  const groups = new Map();
  for (const run of eachTraining(runs)) {
    const fields = configs.get(run.id);
    const colored = keyOf(fields, over) ?? run.id;
    const key = over && fields ? colored + JSON.stringify(fields[dash] ?? null) : colored;
    if (!firsts.has(colored)) firsts.set(colored, run);
    const group = groups.get(key) ?? { runs: [], colored };
    groups.set(key, group);
    group.runs.push(run);
  }
  const hues = assignHues(
    [...firsts].map(([id, { hue, color_chosen }]) => ({ id, color: hue, color_chosen })),
  );
  return [...groups.values()].map(({ colored, ...group }) => ({
    ...group,
    hue: /** @type {number} */ (hues.get(colored)),
    label: labelOfGroup(group.runs, over, configs),
    value: commonValue(group.runs, over, configs),
  }));
}

/**
 * Equal for runs whose groups have the same colour; null if the fields are not fetched.
 * @param {Fields | undefined} fields
 * @param {string} over
 */
function keyOf(fields, over) {
  if (!fields) return null;
  if (over) return JSON.stringify(fields[over] ?? null);
  return JSON.stringify(Object.entries(fields).filter(([name]) => !CHANCE.has(name)));
}

/**
 * @param {Run[]} runs
 * @param {string} over
 * @param {ConfigsById} configs
 */
function labelOfGroup(runs, over, configs) {
  if (runs.length === 1) return runs[0].name;
  const label = over
    ? `${shortLabelOf(over)} ${commonValue(runs, over, configs)}`
    : commonName(runs.map((run) => run.name));
  return `${label} × ${runs.length}`;
}

/**
 * @param {Run[]} runs
 * @param {string} over
 * @param {ConfigsById} configs
 */
function commonValue([first], over, configs) {
  return valueLabelOf(over, configs.get(first.id)?.[over]);
}

/**
 * The common parts of names: "seed 1 · Adam" and "seed 2 · Adam" → "Adam".
 * @param {string[]} names
 */
function commonName([first, ...others]) {
  const parts = others.map((name) => new Set(name.split(" · ")));
  return (
    first
      .split(" · ")
      .filter((part) => parts.every((names) => names.has(part)))
      .join(" · ") || first
  );
}

/**
 * The curve of a group: at each x of its longest run, the mean of the runs that have a value there. It does not grow: when a run
 * has new rows, make a new one.
 */
export class GroupCurve {
  xs;
  ys;
  smoothedYs = null;
  iterations;
  lows;
  highs;
  counts;
  #curve;
  #rows;

  /**
   * @param {Curve[]} curves the up-to-date curves of the runs (see curve.js)
   * @param {(values: number[]) => [number, number, number]} spread one of `SPREADS`
   * @param {[number, number] | null} range the shown part of x
   */
  constructor(curves, spread, range) {
    const longest = curves.reduce((best, curve) => (curve.xs.length > best.xs.length ? curve : best));
    const { xs } = longest;
    const from = range ? Math.max(0, lowerBound(xs, range[0]) - 1) : 0;
    const to = range ? Math.min(xs.length, lowerBound(xs, range[1]) + 2) : xs.length;
    const step = Math.max(1, Math.ceil((to - from) / MAX_POINTS));
    this.#curve = longest;
    /** @type {number[]} */
    const rows = [];
    for (let row = from; row < to; row += step) rows.push(row);
    if (to > from && rows.at(-1) !== to - 1) rows.push(to - 1);
    const columns = rows.map((row) => valuesAt(curves, xs[row]));
    this.#rows = rows.filter((_, i) => columns[i].length);
    const spreads = columns.filter((values) => values.length).map(spread);
    this.xs = Float64Array.from(this.#rows, (row) => xs[row]);
    this.iterations = Float64Array.from(this.#rows, (row) => longest.iterations[row]);
    this.counts = columns.map((values) => values.length).filter(Boolean);
    const part = (/** @type {0 | 1 | 2} */ i) => Float64Array.from(spreads, (three) => three[i]);
    this.lows = part(0);
    this.ys = part(1);
    this.highs = part(2);
  }

  /** How many means are 0 or less, which a logarithmic axis cannot show. */
  get notPositive() {
    return this.ys.filter((y) => y <= 0).length;
  }

  /** The seconds of training at a row, of the longest run. @param {number} row */
  trained(row) {
    return this.#curve.trained(this.#rows[row]);
  }
}

/**
 * The finite values of the curves at x; a curve that begins after x or ends before it has no value.
 * @param {Curve[]} curves
 * @param {number} x
 */
function valuesAt(curves, x) {
  return curves.flatMap(({ xs, ys, smoothedYs }) => {
    const row = nearest(xs, x);
    if (row < 0 || x > xs[xs.length - 1] || x < xs[0]) return [];
    const value = (smoothedYs ?? ys)[row];
    return Number.isFinite(value) ? [value] : [];
  });
}
