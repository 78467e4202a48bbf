/** Recognizing a multi-layer perceptron in a list of layers. */

import { api } from "../server/api.js";

/** @import { Experiment, Layer } from "../types.js" */

/**
 * The network of a config as the preset "mlp", or null if it is not one. The page guesses the settings from the layers, and the
 * server confirms the guess.
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
 * Guess the settings of the preset from the layers; null if they cannot be those of the preset.
 * @param {Layer[]} layers the layers in the server's format
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
