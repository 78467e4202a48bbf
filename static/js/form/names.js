/** What an experiment is called, and what differs between two of them, in words. */

import { hasText, t } from "../i18n.js";
import { labelOf } from "../labels.js";
import { isSweep } from "./values.js";

/** Sections that are chosen by name: another name brings other settings, and that is one thing, not five. */
const BY_NAME = ["optimizer", "network.initializer", "training.schedule"];
/** What is said of these needs no label before it, and stands first. */
const PLAIN = ["dataset.name", "optimizer", "network.activation", "regularization"];

/**
 * What a run is called. What tells it from the others that are launched with it stands first, in short words: a narrow
 * list has room for a few. Then what somebody has typed, else what one changes most and has not been said yet; last the
 * number of a repetition, which a narrow list keeps (`views/run-name.js`).
 *
 * @param {object} document one experiment
 * @param {[string[], any][]} chosen what is special to it among several, as a path and the value or way there
 * @param {string[]} special what else the name should say
 * @param {string[]} repetition which fold, which seed
 */
export function nameOfRun(document, chosen, special, repetition) {
  const varied = new Map(chosen.map(([path, way]) => [path.join("."), way]));
  const plain = PLAIN.filter((place) => varied.has(place)).map((place) => valueText(place, varied.get(place)));
  const labelled = [...varied].filter(([place]) => !PLAIN.includes(place)).map(([place, way]) => `${shortLabel(place)} ${valueText(place, way)}`);
  return [...plain, ...labelled, ...(document.name ? [document.name] : suggestion(document, varied, special)), ...repetition].join(" · ");
}

/** "lr" for the learning rate: a label as short as the field has it. */
function shortLabel(place) {
  return hasText(`short.${place}`) ? t(`short.${place}`) : labelOf(place);
}

/** What one changes most, but for what has been said as it varies. */
function suggestion({ network, optimizer, regularization }, varied, special) {
  const rated = varied.has("optimizer.learning_rate") ? [] : [optimizer.learning_rate ?? ""];
  const named = varied.has("optimizer") ? rated.map(() => shortLabel("optimizer.learning_rate")) : [t(`optimizer.${optimizer.name}`)];
  const what = network.activation ? t(`activation.${network.activation}`) : t(`preset.${network.preset ?? "layers"}`);
  const penalty = varied.has("regularization") ? "" : penaltyText(regularization);
  return [[...named, ...rated].join(" "), varied.has("network.activation") ? "" : what, penalty, ...special].filter(Boolean);
}

/** A value of a field, or a way of a section, as the reader knows it. */
function valueText(place, value) {
  if (place === "regularization") return penaltyText(value) || `${labelOf(place)} ${t("regularization.none")}`;
  const name = value === null ? "none" : (value?.name ?? value);
  if (typeof name === "boolean" || place === "training.early_stopping") return t(`boolean.${Boolean(value)}`);
  if (typeof name !== "string") return String(name);
  if (/^network\.layers\..*\.name$/.test(place)) return t(`activation.${name}`);
  const key = BY_NAME.includes(place.replace(/\.name$/, "")) || place === "network.activation" ? place.replace(/\.name$/, "").split(".").at(-1) : place;
  return t(`${key}.${name}`);
}

/** "L1 0.1 · L2 0.01"; strengths that are several are said by themselves. */
function penaltyText(regularization) {
  return Object.entries(regularization)
    .map(([name, strength]) => [name.toUpperCase(), ...(isSweep(strength) ? [] : [strength])].join(" "))
    .join(" · ");
}

/** Fields that a suggested name already speaks of. */
const NAMED = /^(optimizer\.|regularization\.|network\.layers$|seed$)/;

/**
 * What differs between two experiments, in words.
 *
 * @param {Record<string, any>} before flat fields, as the server flattens a config
 * @param {Record<string, any>} after of the first experiment, where there are several
 * @param {string[]} activations
 * @param {string[]} varied paths of what is several: these differ, whatever the first experiment has
 * @returns {{labels: string[], special: string[]}} what differs, and what of it a suggested name would not say
 */
export function difference(before, after, activations, varied) {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const different = names.filter((name) => (before[name] ?? null) !== (after[name] ?? null));
  const labels = new Set();
  for (const name of different) {
    const swapped = BY_NAME.find((section) => name.startsWith(`${section}.`) && different.includes(`${section}.name`));
    if (swapped && name !== "optimizer.learning_rate") labels.add(labelOf(swapped));
    else if (name === "network.layers") labels.add(networkLabel(before[name], after[name], activations));
    else labels.add(labelOf(name));
  }
  for (const path of varied) labels.add(labelOf(path));
  const told = (name) => varied.some((path) => name === path || name.startsWith(`${path}.`));
  const special = different
    .filter((name) => !NAMED.test(name) && !told(name) && after[name] !== null && after[name] !== undefined)
    .map((name) => `${shortLabel(name)} ${valueText(name, after[name])}`);
  return { labels: [...labels], special };
}

/** Layers as lines, "dense 40 → relu → dense 10": only other activations, or another network? */
function networkLabel(before, after, activations) {
  const [old, fresh] = [before, after].map((line) => String(line).split(" → "));
  const alike = old.length === fresh.length && old.every((layer, i) => layer === fresh[i] || (activations.includes(layer) && activations.includes(fresh[i])));
  return t(alike ? "network.activation" : "network.layers");
}
