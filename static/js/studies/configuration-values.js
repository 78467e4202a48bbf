/** The values of configurations: in words, and put into an experiment. Pure functions. */

import { shown } from "../runs/sweep-scale.js";
import { t } from "../words/i18n.js";
import { labelOf, labelsOf, valueLabelOf } from "../words/labels.js";

/**
 * @import { SweepField } from "../runs/sweep-figures.js"
 * @import { Experiment } from "../types.js"
 * @import { StudyDocument } from "./types.js"
 */

/** Settings that stay when the name of their section changes, as in `engine/paths.py`. */
const KEPT = [
  ...["name", "learning_rate", "type", "activity_l1", "activity_l2", "train_size", "validation_size"],
  ...["test_size", "label_noise", "augment", "schedule"],
];
/** The length of a training is given in one of two ways. @type {Record<string, string>} */
const OTHER_LENGTH = { epochs: "iterations", iterations: "epochs" };

/**
 * The fields that vary, with their labels and the words for their values.
 * @param {string[]} paths
 * @param {StudyDocument["space"]} [space] if given, sections that differ in their names are shown by name alone, without their
 *   settings, and values whose words would be the same are shown with the settings in which they differ
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
    const name = (/** @type {any} */ value) => wordFor(path, isNamed && value?.name ? value.name : value);
    const alike = Map.groupBy(choices, name);
    const word = (/** @type {any} */ value) => {
      const settings = differing(value, alike.get(name(value)) ?? [])
        .map((setting) => ({ at: `${path}.${setting}`, setting }))
        .filter(({ at }) => !paths.includes(at)); // it has its own axis
      const texts = settings.map(({ at, setting }) => `${labelOf(at)} ${wordFor(at, value[setting])}`);
      return [name(value), ...texts].join(t("study.comma"));
    };
    return { path, label: String(labels.get(path)), word };
  });
}

/**
 * The settings of a section that are not the same in all others.
 * @param {any} value a section, or another value, which has no settings
 * @param {any[]} others
 */
function differing(value, others) {
  if (others.length < 2 || value === null || typeof value !== "object") return [];
  return Object.keys(value).filter(
    (setting) => new Set(others.map((other) => JSON.stringify(other[setting]))).size > 1,
  );
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
 * It is what the server trains (`put` in `engine/paths.py`): another name removes the settings of the one before, and a length
 * in epochs one in iterations.
 * @param {Experiment} experiment
 * @param {Record<string, any>} values by path
 * @param {number} [version] of the study's document; in version 1 the same name removes the settings too
 * @returns {Experiment}
 */
export function withValues(experiment, values, version = 2) {
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
    if (last === "name" && (version === 1 || place.name !== value))
      for (const setting of Object.keys(place)) if (!KEPT.includes(setting)) delete place[setting];
    delete place[OTHER_LENGTH[last]];
    place[last] = structuredClone(value);
  }
  return document;
}
