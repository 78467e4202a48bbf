/**
 * The search in the run list: words, which must all be found in a run (name, tags, notes, summary), and terms for fields:
 * `optimizer:adam  lr>0.01  test>=90  tag:"first try"  is:starred  -status:failed`. Values are found as the lab stores them and
 * as the page shows them. Case, width and kind of kana make no difference.
 */

import { onLanguage } from "../words/i18n.js";
import { datasetTitle, lessonTitle } from "../words/labels.js";
import { normalize } from "../words/normalize.js";
import { numberOf, plain } from "../words/notation.js";
import { FIELDS, fieldsCalled, fieldValue, searchTexts } from "./run-fields.js";

/**
 * @import { FlatConfigs } from "../state/flat-configs.js"
 * @import { Run } from "../types.js"
 * @import { FieldValue } from "./run-fields.js"
 */

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
 * The terms of a search, with the fields that their names may mean.
 * @param {string} text
 * @param {Pick<FlatConfigs, "names">} configs
 * @returns {ResolvedTerm[]}
 */
export function resolveTerms(text, configs) {
  return parse(text).map((term) => ({
    ...term,
    fields: term.field === null ? null : fieldsCalled(term.field, configs.names),
  }));
}

/**
 * @param {Run} run
 * @param {ResolvedTerm} term
 * @param {Pick<FlatConfigs, "get">} configs
 */
export function matchesTerm(run, { fields, operator, text }, configs) {
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

/** The fields in which a word without a field is searched. */
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
  "owner",
];

/** Of these, few values occur in many runs: their words are made once in a language. */
const REPEATED = new Set(["status", "units", "activation", "network.initializer.name", "optimizer.name"]);
/** Field and value → words. @type {Map<string, string>} */
const repeated = new Map();
onLanguage(() => {
  repeated.clear();
  haystacks = new WeakMap();
});

/** Run → what it is found by, and what that was made from. @type {WeakMap<Run, {from: string, text: string}>} */
let haystacks = new WeakMap();

/** The text in which a word without a field is searched. @param {Run} run */
function haystack(run) {
  const { revision, summary, lesson } = run;
  const from = `${revision} ${datasetTitle(summary.dataset)} ${lesson && lessonTitle(lesson)}`;
  let known = haystacks.get(run);
  if (known?.from !== from) {
    known = { from, text: makeHaystack(run) };
    haystacks.set(run, known);
  }
  return known.text;
}

/** @param {Run} run */
function makeHaystack(run) {
  const words = SEARCHED.flatMap((field) => {
    const value = field === "network.initializer.name" ? run.summary.initializer : FIELDS[field](run);
    return [value ?? []].flat().map((item) => wordsOf(field, item));
  });
  return [`#${run.number}`, ...words].join("\n");
}

/**
 * @param {string} field
 * @param {string | number | boolean} value
 */
function wordsOf(field, value) {
  const key = `${field} ${value}`;
  const known = repeated.get(key);
  if (known !== undefined) return known;
  const words = normalize(searchTexts(field, value).join("\n"));
  if (REPEATED.has(field)) repeated.set(key, words);
  return words;
}
