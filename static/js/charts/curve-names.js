/** Curve names: what the curves of a chart are called: all of it, and the short form at their ends. */

import { datasetTitle } from "../words/labels.js";

/** @import { Run } from "../types.js" */

/** @typedef {Pick<Run, "id" | "name" | "summary">} Named */

/**
 * The name of each run in a chart. Where the runs differ in their data sets, the name ends with the data set's.
 * @param {Named[]} runs
 * @returns {Map<string, string>} by id
 */
export function curveNames(runs) {
  const differ = new Set(runs.map(({ summary }) => summary.dataset)).size > 1;
  return new Map(
    runs.map(({ id, name, summary }) => {
      const title = differ ? datasetTitle(summary.dataset) : "";
      return [id, title && !name.includes(title) ? `${name} · ${title}` : name];
    }),
  );
}

/**
 * Names without the parts that all of them have: "lesson 2a · Adam" and "lesson 2a · SGD" → "Adam" and "SGD". A name
 * that would be empty stays whole.
 * @param {string[]} names
 * @returns {string[]} in the same order
 */
export function distinctNames(names) {
  const parts = names.map((name) => name.split(" · "));
  const isCommon = (/** @type {string} */ part) => parts.every((own) => own.includes(part));
  const distinct = names.length > 1 ? parts.map((own) => own.filter((part) => !isCommon(part))) : parts;
  return distinct.map((own, i) => own.join(" · ") || names[i]);
}
