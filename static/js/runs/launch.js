/** Runs that were launched together, as a lesson or a sweep: their order in the list, and their common name. */

import { t } from "../words/i18n.js";
import { lessonTitle } from "../words/labels.js";
import { compareTexts, frameOf } from "../words/natural-order.js";

/** @import { Run } from "../types.js" */

const SEPARATOR = " · ";
/** Values that are said one by one. */
const MAX_SAID = 3;

/** @typedef {Pick<Run, "name" | "number"> & Partial<Pick<Run, "lesson" | "group_id">>} LaunchedRun */

/**
 * In the order of the values in which they differ, as their names say them, part by part: numbers by their size; what is
 * no number, such as an optimizer, as it was launched.
 * @template {LaunchedRun} One
 * @param {One[]} runs
 * @returns {One[]}
 */
export function inOrder(runs) {
  const launched = runs.toSorted((a, b) => a.number - b.number);
  /** Part of a name → its place among the parts of this launch. @type {Map<string, number>} */
  const places = new Map();
  for (const { name } of launched)
    for (const part of name.split(SEPARATOR)) if (!places.has(part)) places.set(part, places.size);
  /**
   * @param {string} one
   * @param {string} other
   */
  const compareParts = (one, other) =>
    frameOf(one) === frameOf(other)
      ? compareTexts(one, other)
      : Number(places.get(one)) - Number(places.get(other));
  return launched.toSorted((a, b) => {
    const [parts, others] = [a.name.split(SEPARATOR), b.name.split(SEPARATOR)];
    if (parts.length !== others.length) return a.number - b.number;
    const orders = parts.map((part, i) => compareParts(part, others[i]));
    return orders.find((order) => order !== 0) ?? a.number - b.number;
  });
}

/**
 * "2a · Optimizers", or of a sweep what its runs' names have in common, with the values in which they differ:
 * "SGD · lr 0.001–1 · seed 0, 1".
 * @param {LaunchedRun[]} runs in their order
 */
export function titleOf(runs) {
  const [{ lesson }] = runs;
  if (lesson && runs.every((run) => run.lesson === lesson)) return lessonTitle(lesson);
  const names = runs.map(({ name }) => name.split(SEPARATOR));
  if (names.some((parts) => parts.length !== names[0].length)) return t("runs.count", { n: runs.length });
  return names[0].map((_, i) => valuesText([...new Set(names.map((parts) => parts[i]))])).join(SEPARATOR);
}

/**
 * "lr 0.001–1" for numbers, each of a few other values, or the first and the last.
 * @param {string[]} values in their order, each once
 */
function valuesText(values) {
  const [label, end, ...more] = frameOf(values[0]).split("\0");
  const isOfNumbers =
    end === "" && !more.length && values.every((value) => frameOf(value) === frameOf(values[0]));
  const said = isOfNumbers ? values.map((value) => value.slice(label.length)) : values;
  const [first, last] = [said[0], said[said.length - 1]];
  const many = isOfNumbers ? `${first}–${last}` : `${first}, …, ${last}`;
  return (isOfNumbers ? label : "") + (said.length > MAX_SAID ? many : said.join(", "));
}
