/**
 * The search in the run list: words that must all be found (name, tags, notes, summary), and terms on fields:
 * `optimizer:adam  lr>0.01  test>=90  tag:"first try"  is:starred  -status:failed`. A word is found as the lab stores it and
 * as the page says it, whatever its case, width or kana.
 */

import { normalize } from "../words/normalize.js";
import { numberOf, plain } from "../words/notation.js";
import { FIELDS, fieldsCalled, fieldValue, wordsOf } from "./run-fields.js";

/**
 * @import { FlatConfigs } from "../state/flat-configs.js"
 * @import { Run } from "../types.js"
 * @import { FieldValue } from "./run-fields.js"
 */

/**
 * A word of a search, or a term on a field; and the same with the fields that its name means.
 * @typedef {{field: string | null, operator: string, text: string, negated: boolean}} Term
 * @typedef {Term & {fields: string[] | null}} SoughtTerm
 */

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
    const bare = (part) => normalize(part.replaceAll('"', ""));
    if (field) return { field, operator, text: bare(value), negated };
    return { field: null, operator: ":", text: bare(negated ? token.slice(1) : token), negated };
  });
}

/**
 * The terms of a search with the fields that they are about.
 * @param {string} text
 * @param {Pick<FlatConfigs, "names">} configs
 * @returns {SoughtTerm[]}
 */
export function sought(text, configs) {
  return parse(text).map((term) => ({
    ...term,
    fields: term.field === null ? null : fieldsCalled(term.field, configs.names),
  }));
}

/**
 * @param {Run} run
 * @param {SoughtTerm} term
 * @param {Pick<FlatConfigs, "get">} configs
 */
export function holds(run, { fields, operator, text }, configs) {
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
    const words = wordsOf(field, value).map(normalize);
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
  return normalize([`#${run.number}`, ...said].join("\n"));
}
