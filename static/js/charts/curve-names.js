/** Curve names: the full name of each curve of a chart, and the short form at its end. */

import { t } from "../words/i18n.js";
import { datasetTitle } from "../words/labels.js";

/** @import { Run } from "../types.js" */

/** @typedef {Pick<Run, "id" | "name" | "summary">} Named */

const SEPARATOR = " · ";
/** What lies between a name and that of the equal curve. */
const EQUAL = `${SEPARATOR}= `;

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
      const parts = [
        name,
        name.split(SEPARATOR).includes(title) ? "" : title,
        earlier ? sameAs(earlier, name) : "",
      ];
      return [id, parts.filter(Boolean).join(SEPARATOR)];
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
 * is not shortened. Equal curves end at the same place, so their names stand side by side, and = with the own name is enough:
 * "10,000 images · = 200 images" → "= 10,000 images".
 * @param {string[]} names
 * @returns {string[]} in the same order
 */
export function distinctNames(names) {
  const own = names.map((name) => name.split(EQUAL)[0]);
  const parts = own.map((name) => name.split(SEPARATOR));
  const isCommon = (/** @type {string} */ part) => parts.every((others) => others.includes(part));
  const distinct = names.length > 1 ? parts.map((some) => some.filter((part) => !isCommon(part))) : parts;
  return distinct.map((some, i) => {
    const short = some.join(SEPARATOR) || own[i];
    return own[i] === names[i] ? short : `= ${short}`;
  });
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
