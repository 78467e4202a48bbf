/** What the lab says to the page, for tests without one: its options, asked of the engine itself, and run objects. */

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { arrange } from "../../static/js/runs/run-query.js";
import { searchFor } from "../../static/js/runs/run-search.js";
import { Series } from "../../static/js/state/series.js";

/** @import { Options, Run, RunSummary, Times } from "../../static/js/types.js" */

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const DESCRIBE =
  "import json, pathlib; from engine.options import describe; print(json.dumps(describe(pathlib.Path('.'))))";

/** The answer of `GET /api/options`. @returns {Options} */
export function labOptions() {
  const own = `${ROOT}.venv/bin/python`;
  const text = execFileSync(existsSync(own) ? own : "python3", ["-c", DESCRIBE], { cwd: ROOT });
  return { ...JSON.parse(text.toString()), limits: { together: 100, import_bytes: 1e6 } };
}

/**
 * A run as the page keeps it, without rows.
 * @param {Partial<Omit<Run, "summary">> & {summary?: Partial<RunSummary>}} changes
 * @returns {Run}
 */
export function makeRun({ summary, ...changes } = {}) {
  const number = changes.number ?? 1;
  return {
    id: `a${number}`,
    revision: 1,
    number,
    name: `run ${number}`,
    status: "completed",
    reason: null,
    why: null,
    attempt: 1,
    live: {},
    color: number - 1,
    color_chosen: false,
    hue: (changes.color ?? number - 1) % 8,
    lesson: null,
    group_id: null,
    starred: false,
    archived: false,
    tags: [],
    notes: "",
    annotations: [],
    iteration: 60,
    iterations: 60,
    created_at: 1,
    started_at: 1,
    finished_at: 2,
    seconds: 1,
    expected_seconds: 1,
    place: null,
    latest: {},
    training: `t${number}`,
    shared_with: 0,
    fingerprint: null,
    origin: null,
    summary: {
      dataset: "digits",
      train_size: null,
      initializer: "he_normal",
      units: [10],
      filters: [],
      activations: ["relu"],
      layers: ["dense", "activation"],
      iterations_per_epoch: 15,
      batch_size: 32,
      optimizer: "sgd",
      learning_rate: 0.1,
      l1: 0,
      l2: 0,
      seed: 0,
      ...summary,
    },
    train: new Series(),
    evaluation: new Series(),
    ...changes,
  };
}

/**
 * Put rows of a stream, column by column, after those that are there.
 * @param {Series} series
 * @param {Record<string, number[]>} columns
 * @param {Times} times
 */
export function putRows(series, columns, times = []) {
  const values = Object.values(columns).map((column) => Float32Array.from(column));
  return series.append({
    first: series.length,
    rows: values[0].length,
    columns: Object.keys(columns),
    values,
    times,
  });
}

/** Configs of runs, flat, as `flat-configs.js` has them: run's id → field → value. */
export class Configs extends Map {
  get names() {
    return [...new Set([...this.values()].flatMap(Object.keys))];
  }
}

/**
 * Runs as the list arranges them, with the search in the query.
 * @param {Run[]} runs
 * @param {import("../../static/js/runs/run-query.js").Query} query
 * @param {Configs} configs
 */
export function arranged(runs, query, configs) {
  return arrange(runs, query, configs, searchFor(query.text, configs));
}

/** How a chart draws its runs, in tests. @type {import("../../static/js/charts/traces.js").FigureOptions} */
export const FIGURE_OPTIONS = {
  bands: null,
  strokes: null,
  allMarks: true,
  axis: "iteration",
  across: { from: 0, to: 60, log: false },
  smoothing: 0,
  range: null,
  dark: false,
  bold: 1,
  partNames: { train: "train", validation: "validation", test: "test" },
  names: new Map(),
};
