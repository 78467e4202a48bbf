/** What an experiment is called, and what differs between two of them, in words. */

import { t } from "../i18n.js";
import { labelOf } from "../labels.js";

/** What an experiment is called where nobody has said: what one changes most, and what else is special about it. */
export function suggestName({ network, optimizer, regularization }, special) {
  const penalties = Object.entries(regularization).map(([name, strength]) => `${name.toUpperCase()} ${strength}`);
  const what = network.activation ? t(`activation.${network.activation}`) : t(`preset.${network.preset ?? "layers"}`);
  return [`${t(`optimizer.${optimizer.name}`)} ${optimizer.learning_rate ?? ""}`, what, ...penalties, ...special].join(" · ");
}

/** Fields that a suggested name already speaks of. */
const NAMED = /^(optimizer\.(name|learning_rate)|regularization\.|network\.layers$|seed$)/;

/**
 * What differs between two experiments, in words.
 *
 * @param {Record<string, any>} before flat fields, as the server flattens a config
 * @param {Record<string, any>} after
 * @returns {{labels: string[], special: string[]}} what differs, and what of it a suggested name would not say
 */
export function difference(before, after, activations) {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const different = names.filter((name) => (before[name] ?? null) !== (after[name] ?? null));
  const labels = new Set();
  for (const name of different) {
    const [section] = name.split(".");
    // another optimizer has other settings: that is one thing, not five
    const swapped = section === "optimizer" && different.includes("optimizer.name") && name !== "optimizer.learning_rate";
    if (swapped) labels.add(t("optimizer.name"));
    else if (name === "network.layers") labels.add(networkLabel(before[name], after[name], activations));
    else labels.add(labelOf(name));
  }
  const special = different
    .filter((name) => !NAMED.test(name) && !name.startsWith("optimizer.") && after[name] !== null && after[name] !== undefined)
    .map((name) => `${labelOf(name)} ${after[name]}`);
  return { labels: [...labels], special };
}

/** Layers as lines, "dense 40 → relu → dense 10": only other activations, or another network? */
function networkLabel(before, after, activations) {
  const [old, fresh] = [before, after].map((line) => String(line).split(" → "));
  const alike = old.length === fresh.length && old.every((layer, i) => layer === fresh[i] || (activations.includes(layer) && activations.includes(fresh[i])));
  return t(alike ? "network.activation" : "network.layers");
}
