/** Curve names: the full name of each curve of a chart, and the short form at its end. */

import { t } from "../words/i18n.js";
import { datasetTitle } from "../words/labels.js";

/** @import { Run } from "../types.js" */

/** @typedef {Pick<Run, "id" | "name" | "summary">} Named */

/**
 * The name of each run in a chart. If the runs use different data sets, the name ends with the data set. If the curve of a run
 * is the same as that of an earlier run, the name ends with the name of that run, or with its number if the names are equal.
 * @param {Named[]} runs
 * @param {Map<string, {number: number, name: string}>} [same] see state/same-curve.js
 * @returns {Map<string, string>} by id
 */
export function curveNames(runs, same = new Map()) {
  const differ = new Set(runs.map(({ summary }) => summary.dataset)).size > 1;
  return new Map(
    runs.map(({ id, name, summary }) => {
      const title = differ ? datasetTitle(summary.dataset) : "";
      const earlier = same.get(id);
      const parts = [name, name.includes(title) ? "" : title, earlier ? sameAs(earlier, name) : ""];
      return [id, parts.filter(Boolean).join(" · ")];
    }),
  );
}

/**
 * @param {{number: number, name: string}} earlier
 * @param {string} name
 */
function sameAs(earlier, name) {
  return earlier.name === name ? t("chart.same_as", { n: earlier.number }) : `= ${earlier.name}`;
}

/**
 * Names without their common parts: "lesson 2a · Adam" and "lesson 2a · SGD" → "Adam" and "SGD". A name that would become empty
 * is not shortened.
 * @param {string[]} names
 * @returns {string[]} in the same order
 */
export function distinctNames(names) {
  const parts = names.map((name) => name.split(" · "));
  const isCommon = (/** @type {string} */ part) => parts.every((own) => own.includes(part));
  const distinct = names.length > 1 ? parts.map((own) => own.filter((part) => !isCommon(part))) : parts;
  return distinct.map((own, i) => equalFirst(own).join(" · ") || names[i]);
}

/**
 * "10,000 images", "= 200 images" → "= 10,000 images": at its end, a name is beside that of the equal curve.
 * @param {string[]} parts
 * @returns {string[]}
 */
function equalFirst(parts) {
  const last = parts.at(-1) ?? "";
  return parts.length > 1 && last.startsWith("= ") ? [`= ${parts.slice(0, -1).join(" · ")}`] : parts;
}

/**
 * The words with which all names begin, with the space after them, but never the whole of a name: "seed 1" and "seed 12" → "seed ".
 * @param {string[]} names
 */
export function commonStart(names) {
  const [first = [], ...others] = names.map((name) => name.split(" "));
  let count = 0;
  while (
    count < first.length - 1 &&
    others.every((own) => own.length > count + 1 && own[count] === first[count])
  )
    count++;
  return names.length > 1 && count ? `${first.slice(0, count).join(" ")} ` : "";
}
