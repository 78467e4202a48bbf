/** Runs that were launched together, as a lesson or a sweep: their order in the list, and the title of their group. */

import { t } from "../words/i18n.js";
import { lessonTitle } from "../words/labels.js";
import { compareTexts, withoutNumbers } from "../words/natural-order.js";

/** @import { Run } from "../types.js" */

const SEPARATOR = " · ";
/** A title lists at most this many values of a setting; of more values, it has the first and the last. */
const MAX_LISTED = 3;

/** @typedef {Pick<Run, "name" | "number"> & Partial<Pick<Run, "lesson" | "group_id" | "origin">>} LaunchedRun */

/**
 * Sort runs by the parts of their names in which they differ: numbers by their size, and other values, such as optimizers, in
 * the order in which they were launched.
 * @template {LaunchedRun} Launched
 * @param {Launched[]} runs
 * @returns {Launched[]}
 */
export function inOrder(runs) {
  const launched = runs.toSorted((a, b) => a.number - b.number);
  const parts = new Map(launched.map((run) => [run, run.name.split(SEPARATOR)]));
  /** A part of a name, without its numbers → its place in the order of launching. @type {Map<string, number>} */
  const places = new Map();
  for (const part of [...parts.values()].flat().map(withoutNumbers))
    if (!places.has(part)) places.set(part, places.size);
  /**
   * @param {string} a
   * @param {string} b
   */
  const compareParts = (a, b) =>
    Number(places.get(withoutNumbers(a))) - Number(places.get(withoutNumbers(b))) || compareTexts(a, b);
  return launched.toSorted((a, b) => {
    const [partsA = [], partsB = []] = [parts.get(a), parts.get(b)];
    if (partsA.length !== partsB.length) return a.number - b.number;
    for (let i = 0; i < partsA.length; i++) {
      const order = compareParts(partsA[i], partsB[i]);
      if (order) return order;
    }
    return a.number - b.number;
  });
}

/**
 * The title of a group: "2a · Optimizers" for a lesson. For a sweep it is made from the names of the runs, with the values of
 * the settings that differ (of many, the first and the last): "SGD · lr 0.001–1 · seed 0, 1". Forks of its runs do not change
 * the title.
 * @param {LaunchedRun[]} all at least one, in their order
 */
export function titleOf(all) {
  const launched = all.filter(({ origin }) => !origin);
  const runs = launched.length ? launched : all;
  const [{ lesson }] = runs;
  if (lesson && runs.every((run) => run.lesson === lesson)) return lessonTitle(lesson);
  const names = runs.map(({ name }) => name.split(SEPARATOR));
  if (names.some((parts) => parts.length !== names[0].length)) return t("runs.count", { n: runs.length });
  return names[0].map((_, i) => valuesText([...new Set(names.map((parts) => parts[i]))])).join(SEPARATOR);
}

/**
 * A text for the values of one setting: "lr 0.001–1" for many numbers, "SGD, Adam" for a few other values.
 * @param {string[]} values the different parts that the names have at one place
 */
function valuesText(values) {
  const [label, end, ...more] = withoutNumbers(values[0]).split("\0"); // "lr 0.1": a label, and one number at its end
  const isOfNumbers =
    end === "" &&
    !more.length &&
    values.every((value) => withoutNumbers(value) === withoutNumbers(values[0]));
  // those of a later combination may be missing before: runs can be deleted
  const texts = isOfNumbers
    ? values.toSorted(compareTexts).map((value) => value.slice(label.length))
    : values;
  const [first, last] = [texts[0], texts[texts.length - 1]];
  const range = isOfNumbers ? `${first}–${last}` : `${first}, …, ${last}`;
  return (isOfNumbers ? label : "") + (texts.length > MAX_LISTED ? range : texts.join(", "));
}
