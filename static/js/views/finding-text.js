/** Findings in words: the values of a finding as the reader's language writes them. */

import { className } from "../words/class-name.js";
import { number, percent, t } from "../words/i18n.js";
import { twoDigits } from "./scales.js";

/** @import { Finding, Remedy } from "./findings.js" */

/** How a value is written, by its kind. @type {Record<string, (value: any) => string>} */
const WRITTEN = {
  count: (value) => number(value),
  number: (value) => twoDigits(value),
  share: (value) => percent(value),
  points: (value) => t("findings.points", { n: number(100 * value, { maximumFractionDigits: 1 }) }),
  times: (value) => (value >= 10 ? number(Number(value.toPrecision(2))) : twoDigits(value)),
  layer: (value) => String(value),
  classes: (value) => value.map(className).join(", "),
  part: (value) => t(`findings.part.${value}`),
};

/**
 * @param {Record<string, any>} values
 * @param {Record<string, string>} kinds
 */
function written(values, kinds) {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      value === null ? "–" : (WRITTEN[kinds[name]] ?? ((/** @type {any} */ other) => plain(other)))(value),
    ]),
  );
}

/** @param {any} value */
function plain(value) {
  if (typeof value !== "number") return String(value);
  return Number.isInteger(value) ? number(value) : twoDigits(value);
}

/** What was found, as a sentence with its numbers. @param {Finding} finding */
export function findingText({ code, values, kinds }) {
  return t(`findings.${code}`, written(values, kinds));
}

/** On which examples it was measured; "" if it was measured on the weights. @param {Finding} finding */
export function sampleText({ sample }) {
  const { part, images, rows } = sample;
  return part === "weights"
    ? ""
    : t(`findings.sample.${part}`, { images: number(images ?? 0), rows: number(rows) });
}

/** What may help. @param {Remedy} remedy */
export function remedyText({ code, values }) {
  return t(`findings.remedy.${code}`, written(values, {}));
}

/** How often a remedy was tried in this lab, and helped; "" if it was not. @param {Remedy} remedy */
export function triedText({ tried, helped }) {
  return tried ? t("findings.tried", { tried: number(tried), helped: number(helped) }) : "";
}
