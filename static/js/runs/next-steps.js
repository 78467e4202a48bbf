/** Next steps: suggested experiments, each with a single change, for a newcomer whose first run has ended. */

/** @import { Experiment } from "../types.js" */

/** What a step changes, by the name of its text. @typedef {{name: "rate" | "adam" | "sgd" | "few_images", experiment: Experiment}} NextStep */

/** How many images show overfitting: fewer than any set of images has. */
const FEW = 300;
/** A learning rate beyond which nothing learns. */
const MAX_RATE = 1;

/**
 * Up to three steps: each changes one thing of an experiment, and shows something.
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
