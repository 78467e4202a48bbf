/** The query of the run list: state, archive, sorting, grouping; the search is in `run-search.js`. Pure functions of run objects. */

import { inFamilies, rootOf } from "../state/families.js";
import { ACTIVE } from "../state/run-status.js";
import { valueLabelOf } from "../words/labels.js";
import { compareTexts } from "../words/natural-order.js";
import { inOrder, titleOf } from "./launch.js";
import { FIELDS, fieldsCalled, fieldValue } from "./run-fields.js";

/**
 * @import { FlatConfigs } from "../state/flat-configs.js"
 * @import { Run, Status } from "../types.js"
 * @import { FieldValue } from "./run-fields.js"
 * @import { Search } from "./run-search.js"
 */

/**
 * Which runs the list shows, and in which order.
 * @typedef {{text: string, state: string, archived: boolean, sort: string, descending: boolean, group: string}} Query
 */

/**
 * A group of runs, below a head with its label; a group whose label is null has no head. The key is the same in all languages.
 * `nested`: ids of the forks that stand beneath their origin.
 * @typedef {{key: string, label: string | null, runs: Run[], nested?: Set<string>}} RunGroup
 */

const is = (/** @type {Status} */ status) => (/** @type {Run} */ run) => run.status === status;

/** The states to which the list can be restricted. @type {Record<string, (run: Run) => boolean>} */
export const STATES = {
  active: (run) => ACTIVE.has(run.status),
  completed: is("completed"),
  diverged: is("diverged"),
  cancelled: is("cancelled"),
  failed: is("failed"),
  starred: (run) => run.starred,
};

/** Fields by which the list can be sorted, in addition to all fields of configs; the first one is the default. */
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
/** Fields that are sorted with the largest value first. */
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
export const DEFAULT_QUERY = {
  text: "",
  state: "",
  archived: false,
  sort: "number",
  descending: true,
  group: "launch",
};

/** The parts of a query that differ from the default, for the address. @param {Query} query */
export function changesFromDefault(query) {
  const defaults = new Map(Object.entries(DEFAULT_QUERY));
  return Object.fromEntries(Object.entries(query).filter(([name, value]) => value !== defaults.get(name)));
}

/**
 * The query from an address; parts that are wrong or missing have their defaults.
 * @param {unknown} stored
 * @returns {Query}
 */
export function readQuery(stored) {
  const defaults = new Map(Object.entries(DEFAULT_QUERY));
  const fitting = Object.entries(Object(stored)).filter(
    ([name, value]) => typeof value === typeof defaults.get(name),
  );
  /** @type {Query} */
  const query = { ...DEFAULT_QUERY, ...Object.fromEntries(fitting) };
  query.sort = fieldsCalled(query.sort)[0] ?? query.sort;
  query.group = fieldsCalled(query.group)[0] ?? query.group;
  if (!Object.hasOwn(STATES, query.state)) query.state = "";
  return query;
}

/**
 * Whether a query, or one of these other fields, needs fields that only configs have.
 * @param {Query} query
 * @param {string[]} others
 */
export function needsConfigs({ sort, group }, others) {
  return [sort, group || sort, ...others].some((field) => !Object.hasOwn(FIELDS, field));
}

/**
 * The found runs in sorted groups. The label is null if the list is not grouped, or if a run was launched alone.
 * @param {Run[]} runs newest first
 * @param {Query} query
 * @param {Pick<FlatConfigs, "get">} configs the configs that are fetched
 * @param {Search | null} search what the query's text means; null: there is none
 * @returns {RunGroup[]}
 */
export function arrange(runs, query, configs, search = null) {
  const matching = runs.filter((run) => matches(run, query, search));
  const sign = query.descending ? -1 : 1;
  const byNumber = query.sort === "number";
  const sorted =
    byNumber && query.descending
      ? matching
      : matching.toSorted(
          (a, b) =>
            sign * compare(fieldValue(a, query.sort, configs), fieldValue(b, query.sort, configs), sign),
        );
  if (!query.group) return [{ key: "", label: null, ...(byNumber ? inFamilies(sorted) : { runs: sorted }) }];
  if (query.group === "launch") return launches(sorted, byNumber);
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
 * Groups of runs that were launched together. A group is at the place of its first run. With the default sorting, the runs in
 * a group are sorted by their values, and forks are beneath their origin. The key of a group is the lowest number of its runs,
 * which is short enough for an address.
 * @param {Run[]} sorted
 * @param {boolean} byNumber
 * @returns {RunGroup[]}
 */
function launches(sorted, byNumber) {
  const byId = new Map(sorted.map((run) => [run.id, run]));
  const groups = Map.groupBy(sorted, (run) => {
    const { group_id, id } = byNumber ? rootOf(run, byId) : run;
    return group_id ?? id;
  });
  return [...groups.values()].map((runs) => {
    const launched = runs.filter(({ group_id, origin }) => group_id && !origin);
    if (launched.length < 2) return { key: "", label: null, ...(byNumber ? inFamilies(runs) : { runs }) };
    const key = String(Math.min(...runs.map(({ number }) => number)));
    const ordered = inOrder(launched);
    const all = launched.length < runs.length ? inOrder(runs) : ordered;
    return { key, label: titleOf(ordered), ...(byNumber ? inFamilies(all) : { runs }) };
  });
}

/**
 * @param {Run} run
 * @param {Query} query
 * @param {Search | null} search
 */
function matches(run, { state, archived }, search) {
  if (run.archived && !archived && !search?.isOfMarks) return false;
  if (state && !STATES[state](run)) return false;
  return !search || search.finds(run);
}

/**
 * Compare two values; a missing value comes last in both directions.
 * @param {FieldValue | undefined} a
 * @param {FieldValue | undefined} b
 * @param {number} sign
 */
function compare(a, b, sign) {
  if (a === undefined || b === undefined) return sign * (Number(a === undefined) - Number(b === undefined));
  if (typeof a === "number" && typeof b === "number") return a - b;
  return compareTexts(String(a), String(b));
}
