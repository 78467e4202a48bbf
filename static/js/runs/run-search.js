/**
 * The search in the run list: words, which must all be found in a run (name, tags, notes, summary), and terms for fields:
 * `optimizer:adam  lr>0.01  test>=90  tag:"first try"  is:starred  -status:failed`. Values are found as the lab stores them and
 * as the page shows them. Case, width and kind of kana make no difference. Loaded when somebody first searches.
 */

import { onLanguage } from "../words/i18n.js";
import { titlesVersion } from "../words/labels.js";
import { normalize } from "../words/normalize.js";
import { numberOf, plain } from "../words/notation.js";
import { FIELDS, fieldsCalled, fieldValue, searchTexts } from "./run-fields.js";

/**
 * @import { FlatConfigs } from "../state/flat-configs.js"
 * @import { Run } from "../types.js"
 * @import { FieldValue } from "./run-fields.js"
 */

/** Texts are prepared for at most this many milliseconds at a time. */
const SLICE = 4;

/**
 * A word of a search, or a term for a field; and the same with all fields that the typed name may mean.
 * @typedef {{field: string | null, operator: string, text: string, negated: boolean}} Term
 * @typedef {Term & {fields: string[] | null}} ResolvedTerm
 */

/**
 * @param {string} text
 * @returns {Term[]}
 */
export function parse(text) {
  const query = text.normalize("NFKC").replace(/[“”]/g, '"').replace(/[≥≧]/g, ">=").replace(/[≤≦]/g, "<=");
  return (query.match(/(?:[^\s"]|"[^"]*")+/g) ?? []).map((token) => {
    const negated = /^[-\u2212ー]./u.test(token);
    const [, field, operator, value] =
      /^(\p{L}[\p{L}\w.]*)(:|<=|>=|=|<|>)(.+)$/su.exec(negated ? token.slice(1) : token) ?? [];
    /** @param {string} part */
    const bare = (part) => normalize(part.replaceAll('"', ""));
    if (field) return { field, operator, text: bare(value), negated };
    return { field: null, operator: ":", text: bare(negated ? token.slice(1) : token), negated };
  });
}

/**
 * What a search means. `fields`: those that it asks for, as far as they are known without configs; `unknown`: the first name in
 * it that no field has; `isOfMarks`: whether it asks for marks such as `is:archived`, and so also among archived runs.
 * @typedef {{fields: string[], unknown: string | undefined, isOfMarks: boolean, finds: (run: Run) => boolean}} Search
 */

/**
 * @param {string} text
 * @param {Pick<FlatConfigs, "get" | "names">} configs the configs that are fetched
 * @returns {Search}
 */
export function searchFor(text, configs) {
  const { names } = configs;
  const terms = parse(text).map((term) => ({
    ...term,
    fields: term.field === null ? null : fieldsCalled(term.field, names),
  }));
  return {
    fields: terms.flatMap(({ field }) => (field === null ? [] : (fieldsCalled(field)[0] ?? field))),
    unknown: terms.find(({ fields }) => fields?.length === 0)?.field ?? undefined,
    isOfMarks: terms.some(({ field }) => field === "is"),
    finds: (run) => terms.every((term) => term.negated !== matchesTerm(run, term, configs)),
  };
}

/**
 * Make the texts in which runs are searched, some at a time, so that the first letter of a search does not wait for all.
 * @param {Run[]} runs
 */
export function prepare(runs) {
  let next = 0;
  const go = () => {
    const end = performance.now() + SLICE;
    while (next < runs.length && performance.now() < end) haystack(runs[next++]);
    if (next < runs.length) setTimeout(go);
  };
  go();
}

/**
 * @param {Run} run
 * @param {ResolvedTerm} term
 * @param {Pick<FlatConfigs, "get">} configs
 */
function matchesTerm(run, { fields, operator, text }, configs) {
  if (fields === null) return haystack(run).includes(text);
  return fields.some((field) =>
    [fieldValue(run, field, configs) ?? []]
      .flat()
      .some((value) => matchesValue(field, value, operator, text)),
  );
}

/**
 * @param {string} field
 * @param {FieldValue} value
 * @param {string} operator
 * @param {string} text
 */
function matchesValue(field, value, operator, text) {
  const number = numberOf(plain(text));
  if (typeof value !== "number" || number === undefined) {
    const words = searchTexts(field, value).map(normalize);
    return operator === "="
      ? words.includes(text)
      : operator === ":" && words.some((word) => word.includes(text));
  }
  switch (operator) {
    case "<":
      return value < number;
    case ">":
      return value > number;
    case "<=":
      return value <= number;
    case ">=":
      return value >= number;
    default:
      return value === number;
  }
}

/** Texts that people write: in these a word without a field is searched. */
const WRITTEN = ["name", "tag", "notes", "owner"];
/** And in these fields. Few values occur in many runs: the words of each are made once. */
const REPEATED = [
  "status",
  "lesson",
  "dataset.name",
  "units",
  "activation",
  "network.initializer.name",
  "optimizer.name",
];

/** Field → value → words. @type {Map<string, Map<string, string>>} */
const repeated = new Map();
/** Run → what it is found by, and the revision of the run from which that was made. @type {WeakMap<Run, {revision: number, text: string}>} */
let haystacks = new WeakMap();
/** The titles of data sets and lessons with which all this was made. */
let titles = -1;
const forget = () => {
  repeated.clear();
  haystacks = new WeakMap();
  titles = titlesVersion();
};
onLanguage(forget);

/** The text in which a word without a field is searched. @param {Run} run */
function haystack(run) {
  if (titles !== titlesVersion()) forget();
  let entry = haystacks.get(run);
  if (entry?.revision !== run.revision) {
    entry = { revision: run.revision, text: makeHaystack(run) };
    haystacks.set(run, entry);
  }
  return entry.text;
}

/** @param {Run} run */
function makeHaystack(run) {
  const written = WRITTEN.flatMap((field) => FIELDS[field](run) ?? []).join("\n");
  const shown = written.includes("_") ? `${written}\n${written.replaceAll("_", " ")}` : written;
  const words = REPEATED.map((field) =>
    wordsOf(field, field === "network.initializer.name" ? run.summary.initializer : FIELDS[field](run)),
  );
  return [`#${run.number}`, normalize(shown), ...words].join("\n");
}

/**
 * @param {string} field
 * @param {FieldValue | undefined} value
 */
function wordsOf(field, value) {
  const words = repeated.get(field) ?? new Map();
  repeated.set(field, words);
  const key = String(value);
  const text = words.get(key);
  if (text !== undefined) return text;
  const texts = [value ?? []].flat().map((item) => normalize(searchTexts(field, item).join("\n")));
  words.set(key, texts.join("\n"));
  return texts.join("\n");
}
