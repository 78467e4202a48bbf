/**
 * Which runs the list shows, and in which order: search, state, archive, sort, group. Pure functions of run objects.
 *
 * A search is words that must all be found (name, tags, notes, summary), and terms on fields:
 * `optimizer:adam  lr>0.01  test>=90  tag:"first try"  is:starred  -status:failed`. A word is found as the lab stores it and
 * as the page says it, whatever its case, width or kana.
 */

import { fold } from "../words/fold.js";
import { datasetTitle, shortLabelOf, wordOf } from "../words/labels.js";
import { numberOf, plain } from "../words/notation.js";

/**
 * @import { FlatConfigs } from "../state/flat-configs.js"
 * @import { Run, Status } from "../types.js"
 */

/** @param {number | null | undefined} value */
/** What a field of a run holds. @typedef {string | number | boolean | null | string[]} FieldValue */

/**
 * Which runs the list shows, in which order.
 * @typedef {{text: string, state: string, archived: boolean, sort: string, descending: boolean, group: string}} Query
 */

/**
 * Runs that stand together; without a label where nothing is grouped.
 * @typedef {{label: string | null, runs: Run[]}} RunGroup
 */

/**
 * A word of a search, or a term on a field; and the same with the fields that its name means.
 * @typedef {{field: string | null, operator: string, text: string, negated: boolean}} Term
 * @typedef {Term & {fields: string[] | null}} SoughtTerm
 */

const percent = (/** @type {number | null | undefined} */ value) =>
  value === null || value === undefined ? undefined : 100 * value;
/**
 * @template T
 * @param {T | null | undefined} value
 */
const known = (value) => value ?? undefined;

/**
 * Fields of a run object: name → value (number, text, or list of texts; undefined where there is none). What is a setting
 * has the name that it has in a config.
 * @type {Record<string, (run: Run) => FieldValue | undefined>}
 */
export const FIELDS = {
  name: (run) => run.name,
  number: (run) => run.number,
  status: (run) => run.status,
  tag: (run) => run.tags,
  notes: (run) => run.notes,
  lesson: (run) => known(run.lesson),
  launch: (run) => known(run.group_id),
  "dataset.name": (run) => run.summary.dataset,
  units: (run) => run.summary.units.join("-"),
  activation: (run) => run.summary.activations,
  "optimizer.name": (run) => run.summary.optimizer,
  "optimizer.learning_rate": (run) => run.summary.learning_rate,
  "regularization.l1": (run) => run.summary.l1,
  "regularization.l2": (run) => run.summary.l2,
  seed: (run) => run.summary.seed,
  iteration: (run) => run.iteration,
  loss: (run) => known(run.latest.loss),
  train: (run) => percent(run.latest.train_accuracy),
  test: (run) => percent(run.latest.test_accuracy),
  seconds: (run) => known(run.seconds),
  is: (run) =>
    [run.starred ? "starred" : "", run.archived ? "archived" : "", run.notes ? "noted" : ""].filter(Boolean),
};
/** @type {Record<string, string>} */
const ALIASES = {
  lr: "optimizer.learning_rate",
  batch: "training.batch_size",
  state: "status",
  tags: "tag",
  data: "dataset.name",
  acc: "test",
};

export const ACTIVE = new Set(["queued", "running", "paused"]);
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
  "test",
  "seconds",
];
/** What has the largest first. */
export const DESCENDING = new Set(["number", "train", "test"]);
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
export const USUAL = { text: "", state: "", archived: false, sort: "number", descending: true, group: "" };

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
 * A field of a run: of `FIELDS`, or a dotted one of its config where that is here.
 * @param {Run} run
 * @param {string} name
 * @param {Pick<FlatConfigs, "get">} [configs]
 */
export function fieldValue(run, name, configs) {
  return Object.hasOwn(FIELDS, name) ? FIELDS[name](run) : known(configs?.get(run.id)?.[name]);
}

/**
 * What somebody may mean by a name: a field of the list, or else all that end so or have it as their short name: "batch"
 * and "batch_size" for "training.batch_size", "optimizer" for "optimizer.name".
 * @param {string} name
 * @param {string[]} settings
 */
function fieldsCalled(name, settings = []) {
  const said = fold(name);
  const field = ALIASES[said] ?? said;
  if (Object.hasOwn(FIELDS, field)) return [field];
  /** @param {string} path */
  const isCalled = (path) =>
    [path, path.replace(/\.name$/, "")].some((end) => `.${end}`.endsWith(`.${field}`)) ||
    fold(shortLabelOf(path)) === field;
  return [...new Set([...Object.keys(FIELDS), ...settings])].filter(isCalled);
}

/** Whether a query asks of settings that only configs know. @param {Query} query */
export function asksConfigs({ text, sort, group }) {
  const asked = parse(text).flatMap(({ field }) => (field === null ? [] : fieldsCalled(field)[0]));
  return [sort, group || sort, ...asked].some((field) => !Object.hasOwn(FIELDS, field));
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
 * Groups of runs, in order; one without a label where nothing is grouped.
 * @param {Run[]} runs newest first
 * @param {Query} query
 * @param {Pick<FlatConfigs, "get" | "names">} configs as far as they are here
 * @returns {RunGroup[]}
 */
export function arrange(runs, query, configs) {
  const wanted = parse(query.text).map((term) => ({
    ...term,
    fields: term.field === null ? null : fieldsCalled(term.field, configs.names),
  }));
  const found = runs.filter((run) => matches(run, query, wanted, configs));
  const sign = query.descending ? -1 : 1;
  const sorted = found.toSorted(
    (a, b) => sign * compare(fieldValue(a, query.sort, configs), fieldValue(b, query.sort, configs), sign),
  );
  if (!query.group) return [{ label: null, runs: sorted }];
  /** @type {Map<string, Run[]>} */
  const groups = new Map();
  for (const run of sorted) {
    const label = wordOf(query.group, fieldValue(run, query.group, configs));
    groups.set(label, [...(groups.get(label) ?? []), run]);
  }
  return [...groups]
    .map(([label, members]) => ({ label, runs: members }))
    .toSorted((a, b) => Number(a.label === "–") - Number(b.label === "–") || compareTexts(a.label, b.label));
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
 * @param {string} text
 * @returns {Term[]}
 */
export function parse(text) {
  const said = text.normalize("NFKC").replace(/[“”]/g, '"').replace(/[≥≧]/g, ">=").replace(/[≤≦]/g, "<=");
  return (said.match(/(?:[^\s"]|"[^"]*")+/g) ?? []).map((token) => {
    const negated = /^[-\u2212ー]./u.test(token);
    const [, field, operator, value] =
      /^(\p{L}[\p{L}\w.]*)(:|<=|>=|=|<|>)(.+)$/su.exec(negated ? token.slice(1) : token) ?? [];
    /** @param {string} part */
    const bare = (part) => fold(part.replaceAll('"', ""));
    if (field) return { field, operator, text: bare(value), negated };
    return { field: null, operator: ":", text: bare(negated ? token.slice(1) : token), negated };
  });
}

/**
 * @param {Run} run
 * @param {SoughtTerm} term
 * @param {Pick<FlatConfigs, "get">} configs
 */
function holds(run, { fields, operator, text }, configs) {
  if (fields === null) return haystack(run).includes(text);
  return fields.some((field) =>
    [fieldValue(run, field, configs) ?? []].flat().some((value) => holdsValue(field, value, operator, text)),
  );
}

/**
 * @param {string} field
 * @param {FieldValue} value
 * @param {string} operator
 * @param {string} text
 */
function holdsValue(field, value, operator, text) {
  const wanted = numberOf(plain(text));
  if (typeof value !== "number" || wanted === undefined) {
    const words = wordsOf(field, value).map(fold);
    return operator === "="
      ? words.includes(text)
      : operator === ":" && words.some((word) => word.includes(text));
  }
  switch (operator) {
    case "<":
      return value < wanted;
    case ">":
      return value > wanted;
    case "<=":
      return value <= wanted;
    case ">=":
      return value >= wanted;
    default:
      return value === wanted;
  }
}

/** What a search without a field goes through. */
const SEARCHED = [
  "name",
  "status",
  "tag",
  "notes",
  "lesson",
  "dataset.name",
  "units",
  "activation",
  "network.initializer.name",
  "optimizer.name",
];

/** @param {Run} run */
function haystack(run) {
  const said = SEARCHED.flatMap((field) => {
    const value = field === "network.initializer.name" ? run.summary.initializer : FIELDS[field](run);
    return [value ?? []].flat().flatMap((one) => wordsOf(field, one));
  });
  return fold([`#${run.number}`, ...said].join("\n"));
}

/**
 * A value as it is stored, and as the page says it.
 * @param {string} field
 * @param {FieldValue} value
 */
function wordsOf(field, value) {
  return [String(value), field === "dataset.name" ? datasetTitle(String(value)) : wordOf(field, value)];
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

const collator = new Intl.Collator(undefined, { numeric: true });

/**
 * @param {string} a
 * @param {string} b
 */
function compareTexts(a, b) {
  return Number(a) - Number(b) || collator.compare(a, b); // 1e-5 before 0.01, and "run 2" before "run 10"
}
