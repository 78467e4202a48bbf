/** The name of an experiment, and the differences between two experiments in words. */

import { hasText, t } from "../words/i18n.js";
import { labelOf, shortLabelOf, valueLabelOf } from "../words/labels.js";
import { isSweep } from "./values.js";

/** @import { Experiment, Fields } from "../types.js" */

/** Sections that are chosen by name. If the name differs, the other settings of the section get no labels of their own. */
export const BY_NAME = ["optimizer", "network.initializer", "training.schedule"];
/** Fields whose values come first in a name, without a label. */
const PLAIN = [
  "dataset.name",
  "network",
  "network.hidden",
  "optimizer",
  "network.activation",
  "regularization",
];

/**
 * The name of a run. First come the values in which the runs of this launch differ, in short words, because a narrow list shows
 * only the beginning of a name. Then comes the typed name. Without a typed name, a single run has the settings that are changed
 * most often, and several runs have the settings that have changed since the last launch. The fold and the seed come last.
 *
 * @param {Experiment} document one experiment
 * @param {[string[], any][]} chosen the values or alternatives in which the runs differ, with their paths
 * @param {{special: string[], changed: string[]}} difference further parts of the name, and the fields that have changed
 * @param {string[]} repetition the fold and the seed in words
 */
export function nameOfRun(document, chosen, { special, changed }, repetition) {
  const varied = new Map(
    chosen.map(([path, alternative]) =>
      path[1] === "hidden"
        ? ["network.hidden", document.network.hidden.join("-")]
        : [path.join("."), alternative],
    ),
  );
  const plain = PLAIN.filter((place) => varied.has(place)).map((place) =>
    valueText(place, varied.get(place)),
  );
  const own = document.name
    ? [document.name]
    : [
        ...suggestion(
          document,
          varied,
          varied.size ? (name) => changed.some((field) => field.startsWith(name)) : () => true,
        ),
        ...special,
      ];
  const labelled = [...varied]
    .filter(([place]) => !PLAIN.includes(place))
    .map(([place, alternative]) => `${shortLabelOf(place)} ${valueText(place, alternative)}`);
  return [...plain, ...labelled, ...own, ...repetition].join(" · ");
}

/**
 * A suggested name: the optimizer, the network and the penalties, without the values in which the runs differ, and only for
 * fields for which `isChanged` is true.
 * @param {Experiment} document
 * @param {Map<string, any>} varied
 * @param {(field: string) => boolean} isChanged
 */
function suggestion({ network, optimizer, regularization }, varied, isChanged) {
  const rate = varied.has("optimizer.learning_rate") ? null : (optimizer.learning_rate ?? "");
  let method = varied.has("optimizer") ? "" : t(`optimizer.${optimizer.name}`);
  if (rate !== null) method = `${method || shortLabelOf("optimizer.learning_rate")} ${rate}`;
  const preset = varied.has("network") ? "" : t(`preset.${network.preset ?? "layers"}`);
  const what = network.activation ? t(`activation.${network.activation}`) : preset;
  const penalty = varied.has("regularization") ? "" : penaltyText(regularization);
  return [
    isChanged("optimizer.") && method,
    isChanged("network.layers") && !varied.has("network.activation") && what,
    isChanged("regularization.") && penalty,
  ].filter(Boolean);
}

/**
 * The text for a value of a field, or for an alternative of a section.
 * @param {string} place
 * @param {any} value
 */
function valueText(place, value) {
  if (place === "network") return presetName(value.preset);
  if (place === "regularization")
    return penaltyText(value) || `${labelOf(place)} ${t("regularization.none")}`;
  const name = value === null ? "none" : (value?.name ?? value);
  if (typeof name === "boolean" || place === "training.early_stopping") return t(`boolean.${Boolean(value)}`);
  if (typeof name !== "string") return String(name);
  if (/^network\.layers\..*\.name$/.test(place)) return t(`activation.${name}`);
  return valueLabelOf(place, name);
}

/** The short name of a preset: "MLP". @param {string} preset */
export function presetName(preset) {
  const short = `short.preset.${preset}`;
  return t(hasText(short) ? short : `preset.${preset}`);
}

/**
 * "L1 0.1 · L2 0.01"; if a strength has several values, only the penalty is named.
 * @param {Record<string, any>} regularization
 */
function penaltyText(regularization) {
  return Object.entries(regularization)
    .map(([name, strength]) => [name.toUpperCase(), ...(isSweep(strength) ? [] : [strength])].join(" "))
    .join(" · ");
}

/** Fields that a suggested name already contains. */
const NAMED = /^(optimizer\.|regularization\.|network\.layers$|seed$)/;

/**
 * The fields in which two experiments differ.
 * @param {Fields} before flat fields of a config
 * @param {Fields} after
 */
export function differentFields(before, after) {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.filter((name) => (before[name] ?? null) !== (after[name] ?? null));
}

/**
 * The activations in which two networks differ, such as "dense 40 → relu → dense 10".
 * @param {string} before
 * @param {string} after
 * @returns {[before: string[], after: string[]] | null} null: they differ in other layers too
 */
export function differentActivations(before, after) {
  const [old, now] = [before, after].map((line) => String(line).split(" → "));
  const places = now.map((_, i) => i).filter((i) => now[i] !== old[i]);
  const isActivation = (/** @type {string} */ layer) => hasText(`activation.${layer}`);
  if (old.length !== now.length || !places.every((i) => isActivation(old[i]) && isActivation(now[i])))
    return null;
  const distinct = (/** @type {string[]} */ layers) => [...new Set(places.map((i) => layers[i]))];
  return [distinct(old), distinct(now)];
}

/**
 * The differences between two experiments.
 *
 * @param {Fields} before flat fields of a config
 * @param {Fields} after flat fields of the draft's first experiment
 * @param {string[]} varied paths of fields and sections with several values; they always count as different
 * @returns {{labels: string[], special: string[], changed: string[]}} the labels of all differences; the differences that a
 *   suggested name does not contain, as texts; and the fields that differ and have one value
 */
export function difference(before, after, varied) {
  const different = differentFields(before, after);
  /** @type {Set<string>} */
  const labels = new Set();
  for (const name of different) {
    const swapped = BY_NAME.find(
      (section) => name.startsWith(`${section}.`) && different.includes(`${section}.name`),
    );
    if (swapped && name !== "optimizer.learning_rate") labels.add(labelOf(swapped));
    else if (name === "network.layers" && differentActivations(before[name], after[name]))
      labels.add(t("network.activation"));
    else labels.add(labelInForm(name));
  }
  for (const path of varied) labels.add(labelInForm(path === "network" ? "network.layers" : path));
  const ofLayers = varied.some(
    (path) => path.startsWith("network.") && !path.startsWith("network.initializer"),
  );
  /** @param {string} name */
  const inName = (name) =>
    (name === "network.layers" && ofLayers) ||
    varied.some((path) => name === path || name.startsWith(`${path}.`));
  const special = different
    .filter((name) => !NAMED.test(name) && !inName(name) && after[name] !== null && after[name] !== undefined)
    .map((name) => `${shortLabelOf(name)} ${valueText(name, after[name])}`);
  return { labels: [...labels], special, changed: different.filter((name) => !inName(name)) };
}

/** The label of a field; all fields of a fold are one field of the form. @param {string} path */
function labelInForm(path) {
  return /^dataset\.fold(\.|$)/.test(path) ? t("form.folds") : labelOf(path);
}
