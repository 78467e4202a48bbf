/** Recognizing a multi-layer perceptron in a list of layers. */

import { api } from "../server/api.js";

/** @import { Experiment, Layer } from "../types.js" */

/**
 * The network of a config as the preset that it is, or null: a guess by its layers, which the server confirms.
 * @param {Experiment} experiment
 */
export async function presetOf(experiment) {
  const { network, ...config } = experiment;
  const guess = guessMlp(network.layers);
  if (!guess) return null;
  const preset = { ...guess, initializer: network.initializer };
  const { first } = await api.summaryTogether([{ ...config, network: preset }]);
  return JSON.stringify(first.config.network.layers) === JSON.stringify(network.layers) ? preset : null;
}

/**
 * The preset that the layers might be of, or null. A guess by what is there: whether the preset gives the very same
 * layers, the server says.
 *
 * @param {Layer[]} layers as the server writes them
 */
function guessMlp(layers) {
  const flat = layers.flatMap((layer) => (layer.type === "residual" ? (layer.layers ?? []) : [layer]));
  const dense = flat.filter((layer) => layer.type === "dense");
  if (!dense.length || flat.at(-1)?.type !== "dense") return null;
  /** @param {string} type */
  const first = (type) => flat.find((layer) => layer.type === type);
  return {
    preset: "mlp",
    hidden: dense.slice(0, -1).map((layer) => layer.units),
    activation: first("activation")?.name ?? "relu",
    batch_norm: Boolean(first("batch_norm")),
    dropout: first("dropout")?.rate ?? 0,
    residual: layers.some((layer) => layer.type === "residual"),
  };
}
