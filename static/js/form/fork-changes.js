/** What a fork can change, and how it says this to the server. */

/** @import { Experiment, Layer } from "../types.js" */

/** Fields that went into the weights already. */
const FIXED = /^(dataset|network|dtype)(\.|$)/;

/** Whether a field, or a group of fields, cannot change at a fork; a group may have single fields that can. @param {string} path */
export function isFixed(path) {
  return FIXED.test(path);
}

/**
 * The parts of an experiment that a fork may change, complete: the server merges them into the run's experiment.
 * @param {Experiment} config complete, as the server gives it
 * @param {boolean} dropout whether the run has a dropout rate, which may change; if it has become 0, the network may be
 *   described without dropout layers, and the server knows where they were
 * @returns {Partial<Experiment>}
 */
export function forkChanges({ optimizer, regularization, training, network }, dropout) {
  const changes = { optimizer, regularization, training };
  return dropout ? { ...changes, network: { layers: network.layers } } : changes;
}

/**
 * The seed of the random numbers from the fork on; null: those that the run would have drawn.
 * @param {Experiment} config
 * @param {number} before the run's seed
 */
export function forkSeed({ seed }, before) {
  return seed === before ? null : seed;
}

/**
 * Whether there is a dropout rate.
 * @param {Layer[]} layers
 * @returns {boolean}
 */
export function hasDropout(layers) {
  return layers.some(({ type, layers: inner }) => type === "dropout" || hasDropout(inner ?? []));
}
