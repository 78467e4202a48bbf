/** The values of configurations: in words, and put into an experiment. Pure functions. */

import { shown } from "../runs/sweep-scale.js";
import { t } from "../words/i18n.js";
import { labelsOf, valueLabelOf } from "../words/labels.js";

/**
 * @import { SweepField } from "../runs/sweep-figures.js"
 * @import { Experiment } from "../types.js"
 * @import { StudyDocument } from "./types.js"
 */

/**
 * The fields that vary, with their labels and the words for their values.
 * @param {string[]} paths
 * @param {StudyDocument["space"]} [space] with it, sections whose names all differ are called by them, without their settings
 * @returns {SweepField[]}
 */
export function fieldsOf(paths, space = {}) {
  const labels = labelsOf(paths);
  return paths.map((path) => {
    const values = space[path];
    const choices = values && "choices" in values ? values.choices : [];
    const names = new Set(choices.map((choice) => choice?.name ?? choice));
    const hasOwnAxis = paths.some((other) => other.startsWith(`${path}.`)); // of a setting
    const isNamed = hasOwnAxis || (choices.length > 0 && names.size === choices.length);
    const word = (/** @type {any} */ value) => wordFor(path, isNamed && value?.name ? value.name : value);
    return { path, label: String(labels.get(path)), word };
  });
}

/**
 * A value in words: "0.01", "Adam 0.001".
 * @param {string} path
 * @param {any} value
 * @returns {string}
 */
export function wordFor(path, value) {
  if (typeof value === "number") return shown(value);
  if (Array.isArray(value)) return value.map((item) => wordFor(path, item)).join(" ");
  if (value === null || typeof value !== "object") return valueLabelOf(path, value);
  const { name, preset, learning_rate, ...others } = value;
  if (preset) return valueLabelOf("preset", preset);
  if (!name)
    return (
      Object.entries(value)
        .map(([key, item]) => `${key} ${wordFor(key, item)}`)
        .join(" ") || "–"
    );
  const settings = learning_rate === undefined ? Object.values(others).slice(0, 1) : [learning_rate];
  return [valueLabelOf(path, name), ...settings.map((item) => wordFor(path, item))].join(" ");
}

/**
 * A configuration in words, for a sentence: "Learning rate 0.01, Batch 32".
 * @param {Record<string, any>} values
 * @param {SweepField[]} fields
 */
export function configurationText(values, fields) {
  return fields.map(({ path, label, word }) => `${label} ${word(values[path])}`).join(t("study.comma"));
}

/**
 * An experiment with the values of a configuration, whole sections before their parts. Numbers in a path are places in lists.
 * @param {Experiment} experiment
 * @param {Record<string, any>} values by path
 * @returns {Experiment}
 */
export function withValues(experiment, values) {
  const document = structuredClone(experiment);
  const inOrder = Object.entries(values).toSorted(
    ([a], [b]) =>
      a.split(".").length - b.split(".").length || Number(b.endsWith(".name")) - Number(a.endsWith(".name")),
  );
  for (const [path, value] of inOrder) {
    const parts = path.split(".");
    const last = String(parts.pop());
    /** @type {any} */
    let place = document;
    for (const part of parts) {
      place[part] ??= {};
      place = place[part];
    }
    place[last] = structuredClone(value);
  }
  return document;
}
