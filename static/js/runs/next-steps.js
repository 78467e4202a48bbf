/** Next steps: suggested experiments, each with a single change, for a newcomer whose first run has ended. */

/** @import { Experiment } from "../types.js" */

/** A suggestion: the key of its text, and the experiment. @typedef {{name: "rate" | "adam" | "sgd" | "few_images", experiment: Experiment}} NextStep */

/** With this few images a network overfits; every data set of images has more. */
const FEW = 300;
/** With a higher learning rate no network learns. */
const MAX_RATE = 1;

/**
 * Up to three suggestions, each with one change of an experiment that has a clear effect.
 * @param {Experiment} config as the server gives it, with every setting
 * @returns {NextStep[]}
 */
export function nextSteps(config) {
  const { dataset, optimizer } = config;
  /** @type {NextStep[]} */
  const steps = [];
  const rate = Number((10 * optimizer.learning_rate).toPrecision(12)); // 0.7, not 0.7000000000000001
  if (rate <= MAX_RATE)
    steps.push({ name: "rate", experiment: { ...config, optimizer: { ...optimizer, learning_rate: rate } } });
  if (optimizer.name === "adam")
    steps.push({ name: "sgd", experiment: { ...config, optimizer: { name: "sgd", learning_rate: 0.1 } } });
  else steps.push({ name: "adam", experiment: { ...config, optimizer: { name: "adam" } } });
  if (dataset.train_size === null || dataset.train_size > FEW)
    steps.push({ name: "few_images", experiment: { ...config, dataset: { ...dataset, train_size: FEW } } });
  return steps;
}
