/** Which runs the list shows, and in which order: search, state, archive, sort, group. Pure functions of run objects. */

import { ACTIVE } from "../state/run-status.js";
import { valueLabelOf } from "../words/labels.js";
import { compareTexts } from "../words/natural-order.js";
import { inOrder, titleOf } from "./launch.js";
import { FIELDS, fieldsCalled, fieldValue } from "./run-fields.js";
import { holds, parse, sought } from "./run-search.js";

/**
 * @import { FlatConfigs } from "../state/flat-configs.js"
 * @import { Run, Status } from "../types.js"
 * @import { FieldValue } from "./run-fields.js"
 * @import { SoughtTerm } from "./run-search.js"
 */

/**
 * Which runs the list shows, in which order.
 * @typedef {{text: string, state: string, archived: boolean, sort: string, descending: boolean, group: string}} Query
 */

/**
 * Runs that stand together, below a head with their label; runs without a label have no head. The key is the same in every
 * language.
 * @typedef {{key: string, label: string | null, runs: Run[]}} RunGroup
 */

const is = (/** @type {Status} */ status) => (/** @type {Run} */ run) => run.status === status;

/** What the list can be narrowed down to. @type {Record<string, (run: Run) => boolean>} */
export const STATES = {
  active: (run) => ACTIVE.has(run.status),
  completed: is("completed"),
  diverged: is("diverged"),
  cancelled: is("cancelled"),
  failed: is("failed"),
  starred: (run) => run.starred,
};

/** What the list can be sorted by, beside all fields of the configs; the first is the usual order. */
export const SORTS = [
  "number",
  "name",
  "status",
  "optimizer.name",
  "optimizer.learning_rate",
  "dataset.name",
  "loss",
  "train",
  "validation",
  "test",
  "gap",
  "seconds",
];
/** What has the largest first. */
export const DESCENDING = new Set(["number", "train", "validation", "test", "gap"]);
/** What it can be grouped by, beside all fields of the configs. */
export const GROUPS = [
  "lesson",
  "launch",
  "status",
  "dataset.name",
  "optimizer.name",
  "activation",
  "optimizer.learning_rate",
  "regularization.l1",
  "regularization.l2",
  "seed",
];

/** @type {Query} */
export const USUAL = {
  text: "",
  state: "",
  archived: false,
  sort: "number",
  descending: true,
  group: "launch",
};

/** What of a query differs from the usual: short enough for an address. @param {Query} query */
export function unusual(query) {
  const usual = new Map(Object.entries(USUAL));
  return Object.fromEntries(Object.entries(query).filter(([name, value]) => value !== usual.get(name)));
}

/**
 * The query that an address says, as far as there is such a one.
 * @param {unknown} said
 * @returns {Query}
 */
export function readQuery(said) {
  const usual = new Map(Object.entries(USUAL));
  const fitting = Object.entries(Object(said)).filter(
    ([name, value]) => typeof value === typeof usual.get(name),
  );
  /** @type {Query} */
  const query = { ...USUAL, ...Object.fromEntries(fitting) };
  query.sort = fieldsCalled(query.sort)[0] ?? query.sort;
  query.group = fieldsCalled(query.group)[0] ?? query.group;
  if (!Object.hasOwn(STATES, query.state)) query.state = "";
  return query;
}

/**
 * Whether a query, or a column, asks of settings that only configs know.
 * @param {Query} query
 * @param {string[]} [columns]
 */
export function asksConfigs({ text, sort, group }, columns = []) {
  const asked = parse(text).flatMap(({ field }) => (field === null ? [] : fieldsCalled(field)[0]));
  return [sort, group || sort, ...asked, ...columns].some((field) => !Object.hasOwn(FIELDS, field));
}

/**
 * The first field in a search that no run has, or undefined.
 * @param {Query} query
 * @param {Pick<FlatConfigs, "names">} configs
 */
export function unknownField({ text }, configs) {
  return parse(text).find(({ field }) => field !== null && !fieldsCalled(field, configs.names).length)?.field;
}

/**
 * Groups of runs, in order; without a label where nothing is grouped, or a run was launched alone.
 * @param {Run[]} runs newest first
 * @param {Query} query
 * @param {Pick<FlatConfigs, "get" | "names">} configs as far as they are here
 * @returns {RunGroup[]}
 */
export function arrange(runs, query, configs) {
  const wanted = sought(query.text, configs);
  const found = runs.filter((run) => matches(run, query, wanted, configs));
  const sign = query.descending ? -1 : 1;
  const sorted = found.toSorted(
    (a, b) => sign * compare(fieldValue(a, query.sort, configs), fieldValue(b, query.sort, configs), sign),
  );
  if (!query.group) return [{ key: "", label: null, runs: sorted }];
  if (query.group === "launch") return launches(sorted, query.sort);
  /** @type {Map<string, Run[]>} */
  const groups = new Map();
  for (const run of sorted) {
    const key = String(fieldValue(run, query.group, configs) ?? "");
    const members = groups.get(key);
    if (members) members.push(run);
    else groups.set(key, [run]);
  }
  return [...groups]
    .map(([key, runs]) => ({
      key,
      label: valueLabelOf(query.group, fieldValue(runs[0], query.group, configs)),
      runs,
    }))
    .toSorted((a, b) => Number(a.label === "–") - Number(b.label === "–") || compareTexts(a.label, b.label));
}

/**
 * What was launched together, each where its first run is; in the usual order its runs are in that of their values. The key is
 * the number of the run that was launched first, which an address has room for.
 * @param {Run[]} sorted
 * @param {string} sort
 * @returns {RunGroup[]}
 */
function launches(sorted, sort) {
  /** @type {Map<string, Run[]>} */
  const found = new Map();
  for (const run of sorted) {
    const members = found.get(run.group_id ?? run.id);
    if (members) members.push(run);
    else found.set(run.group_id ?? run.id, [run]);
  }
  return [...found.values()].map((runs) => {
    if (runs.length === 1) return { key: "", label: null, runs };
    const ordered = inOrder(runs);
    const key = String(Math.min(...runs.map(({ number }) => number)));
    return { key, label: titleOf(ordered), runs: sort === "number" ? ordered : runs };
  });
}

/**
 * @param {Run} run
 * @param {Query} query
 * @param {SoughtTerm[]} wanted
 * @param {Pick<FlatConfigs, "get">} configs
 */
function matches(run, { state, archived }, wanted, configs) {
  if (run.archived && !archived && !wanted.some((term) => term.field === "is")) return false;
  if (state && !STATES[state](run)) return false;
  return wanted.every((term) => term.negated !== holds(run, term, configs));
}

/**
 * What is missing comes last, whichever way one sorts.
 * @param {FieldValue | undefined} a
 * @param {FieldValue | undefined} b
 * @param {number} sign
 */
function compare(a, b, sign) {
  if (a === undefined || b === undefined) return sign * (Number(a === undefined) - Number(b === undefined));
  if (typeof a === "number" && typeof b === "number") return a - b;
  return compareTexts(String(a), String(b));
}
