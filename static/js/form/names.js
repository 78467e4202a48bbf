/** The name of an experiment, and the differences between two experiments in words. */

import { hasText, t } from "../words/i18n.js";
import { labelOf, shortLabelOf, valueLabelOf } from "../words/labels.js";
import { isSweep } from "./values.js";

/** @import { Experiment } from "../types.js" */

/** Sections that are chosen by name: another name brings other settings, and that is one thing, not five. */
export const BY_NAME = ["optimizer", "network.initializer", "training.schedule"];
/** What is said of these needs no label before it, and stands first. */
const PLAIN = [
  "dataset.name",
  "network",
  "network.hidden",
  "optimizer",
  "network.activation",
  "regularization",
];

/**
 * What a run is called. What it does not share with the others that are launched with it stands first, in short words: a
 * narrow list has room for a few. Then the typed name; else, of one run what is changed most often, and of several what has
 * changed since the last ones. The number of a repetition comes last.
 *
 * @param {Experiment} document one experiment
 * @param {[string[], any][]} chosen what is special to it among several, as a path and the value or alternative there
 * @param {{special: string[], changed: string[]}} difference what else the name should say, and the fields that have changed
 * @param {string[]} repetition which fold, which seed
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
  const said = document.name
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
  return [...plain, ...labelled, ...said, ...repetition].join(" · ");
}

/**
 * What one changes most, but for what has been said as it varies; `isChanged` says of which fields.
 * @param {Experiment} document
 * @param {Map<string, any>} varied
 * @param {(field: string) => boolean} isChanged
 */
function suggestion({ network, optimizer, regularization }, varied, isChanged) {
  const rated = varied.has("optimizer.learning_rate") ? [] : [optimizer.learning_rate ?? ""];
  const named = varied.has("optimizer")
    ? rated.map(() => shortLabelOf("optimizer.learning_rate"))
    : [t(`optimizer.${optimizer.name}`)];
  const preset = varied.has("network") ? "" : t(`preset.${network.preset ?? "layers"}`);
  const what = network.activation ? t(`activation.${network.activation}`) : preset;
  const penalty = varied.has("regularization") ? "" : penaltyText(regularization);
  return [
    isChanged("optimizer.") && [...named, ...rated].join(" "),
    isChanged("network.layers") && !varied.has("network.activation") && what,
    isChanged("regularization.") && penalty,
  ].filter(Boolean);
}

/**
 * A value of a field, or an alternative of a section, as the reader knows it.
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

/** A preset where there is little room: "MLP". @param {string} preset */
export function presetName(preset) {
  const short = `short.preset.${preset}`;
  return t(hasText(short) ? short : `preset.${preset}`);
}

/**
 * "L1 0.1 · L2 0.01"; strengths that are several are said by themselves.
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
 * What differs between two experiments, in words.
 *
 * @param {Record<string, any>} before flat fields, as the server flattens a config
 * @param {Record<string, any>} after of the first experiment, where there are several
 * @param {string[]} activations
 * @param {string[]} varied paths of what is several: these differ, whatever the first experiment has
 * @returns {{labels: string[], special: string[], changed: string[]}} what differs, what of it a suggested name would not
 *   say, and the fields that differ though they are not several
 */
export function difference(before, after, activations, varied) {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const different = names.filter((name) => (before[name] ?? null) !== (after[name] ?? null));
  /** @type {Set<string>} */
  const labels = new Set();
  for (const name of different) {
    const swapped = BY_NAME.find(
      (section) => name.startsWith(`${section}.`) && different.includes(`${section}.name`),
    );
    if (swapped && name !== "optimizer.learning_rate") labels.add(labelOf(swapped));
    else if (name === "network.layers") labels.add(networkLabel(before[name], after[name], activations));
    else labels.add(labelOf(name));
  }
  for (const path of varied) labels.add(labelOf(path === "network" ? "network.layers" : path));
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

/**
 * Layers as lines, "dense 40 → relu → dense 10": only other activations, or another network?
 * @param {string} before
 * @param {string} after
 * @param {string[]} activations
 */
function networkLabel(before, after, activations) {
  const [old, fresh] = [before, after].map((line) => String(line).split(" → "));
  const alike =
    old.length === fresh.length &&
    old.every(
      (layer, i) => layer === fresh[i] || (activations.includes(layer) && activations.includes(fresh[i])),
    );
  return t(alike ? "network.activation" : "network.layers");
}
