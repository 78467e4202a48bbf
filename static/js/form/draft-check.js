/** Checks whether an address contains a valid draft for this lab. */

import { FOLDS, SEEDS } from "./experiments.js";
import { alternatives } from "./values.js";

/**
 * @import { Field, Options } from "../types.js"
 * @import { DraftJson } from "./draft.js"
 */

const SECTIONS = ["dataset", "network", "optimizer", "regularization", "training"];

/**
 * Whether a value has everything that the form needs to draw it. The server checks the values of fields.
 * @param {any} json
 * @param {Options} options
 * @returns {json is DraftJson}
 */
export function isDraft(json, options) {
  const document = json?.document;
  if (!isObject(document) || !SECTIONS.every((section) => isObject(document[section]))) return false;
  if (json.own !== undefined && !areLayers(json.own, 0, options)) return false;
  if (json.origin !== undefined && !isOrigin(json.origin)) return false;
  if (!SEEDS.includes(json.seeds) || !FOLDS.includes(json.folds)) return false;
  const { dataset, network, optimizer, regularization, training } = document;
  const { datasets, presets, initializers, optimizers, schedules } = options;
  const namesExist =
    areNames(
      alternatives(dataset.name),
      datasets.map(({ name }) => name),
    ) &&
    areKnown(optimizer, optimizers) &&
    alternatives(network).every(
      (alternative) => isObject(alternative) && areKnown(alternative.initializer, initializers),
    ) &&
    areKnown(training.schedule ?? null, schedules, { nullable: true }) &&
    alternatives(training.early_stopping ?? null).every(
      (alternative) => alternative === null || isObject(alternative),
    ) &&
    alternatives(regularization).every(isObject);
  if (!namesExist) return false;
  if (network.layers !== undefined) return areLayers(network.layers, 0, options);
  const networks = alternatives(network);
  return (
    areNames(
      networks.map(({ preset }) => preset),
      Object.keys(presets),
    ) && networks.every(({ preset, hidden }) => preset !== "mlp" || Array.isArray(hidden))
  );
}

/** @param {any} origin */
function isOrigin(origin) {
  const numbers = ["number", "iteration", "seed"];
  return (
    isObject(origin) &&
    /^\w+$/.test(origin.run) &&
    typeof origin.name === "string" &&
    numbers.every((name) => Number.isSafeInteger(origin[name]) && origin[name] >= 0)
  );
}

/**
 * @param {any} layers
 * @param {number} depth
 * @param {Options} options
 * @returns {boolean}
 */
function areLayers(layers, depth, options) {
  /** @param {any} layer */
  const isLayer = (layer) =>
    isObject(layer) &&
    Object.hasOwn(options.layers, layer.type) &&
    (layer.type !== "residual" || areLayers(layer.layers, depth + 1, options));
  return Array.isArray(layers) && depth < 5 && layers.length <= 200 && layers.every(isLayer);
}

/**
 * Whether all alternatives of a section are in a registry, each at most once. Null stands for no alternative.
 * @param {any} part
 * @param {Record<string, Field[]>} registry
 * @param {{nullable?: boolean}} options
 */
function areKnown(part, registry, { nullable = false } = {}) {
  const names = alternatives(part).map((alternative) =>
    alternative === null && nullable ? null : isObject(alternative) && alternative.name,
  );
  return areNames(names, [...Object.keys(registry), ...(nullable ? [null] : [])]);
}

/**
 * @param {any[]} names
 * @param {any[]} existing
 */
function areNames(names, existing) {
  return (
    names.length > 0 && new Set(names).size === names.length && names.every((name) => existing.includes(name))
  );
}

/** @param {any} value */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
