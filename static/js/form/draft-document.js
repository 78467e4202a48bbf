/** The document of a draft: an experiment in the server's format, except that a part may have several values or alternatives. */

/**
 * @import { Layer, Options } from "../types.js"
 * @import { OneOrSeveral, Value } from "./values.js"
 */

/** An alternative of a section, with its settings by name. @typedef {{name: string, [setting: string]: any}} Alternative */

/**
 * A network in the form: a preset with its settings, or layers.
 * @typedef {{initializer: OneOrSeveral<Alternative>, preset?: string, layers?: Layer[], hidden?: Value[],
 *   activation?: OneOrSeveral<string>, [setting: string]: any}} DraftNetwork
 */

/**
 * The draft's document: an experiment in which parts may be several.
 * @typedef {object} DraftDocument
 * @property {string} name
 * @property {{name: OneOrSeveral<string>, [setting: string]: any}} dataset
 * @property {OneOrSeveral<DraftNetwork>} network
 * @property {OneOrSeveral<Alternative>} optimizer
 * @property {OneOrSeveral<Record<string, any>>} regularization penalty → λ
 * @property {Record<string, any>} training
 * @property {Value} [seed]
 */

/**
 * The document with which the form begins: the network of lesson 1a on MNIST, or on the digits if the lab has no MNIST.
 * @param {Options} options
 * @returns {DraftDocument}
 */
export function firstDocument({ datasets, defaults }) {
  const mnist = datasets.find((dataset) => dataset.name === "mnist" && dataset.available);
  return {
    name: "",
    dataset: { name: mnist ? "mnist" : defaults.dataset.name },
    network: { preset: "mlp", hidden: [40, 20], activation: "relu", initializer: { name: "he_normal" } },
    optimizer: { name: "sgd", learning_rate: 0.1 },
    regularization: {},
    training: { iterations: 1000, batch_size: 100 },
    seed: 0,
  };
}
