/**
 * The draft: the experiment as it stands in the form. A document as the server takes it, in which a field may hold
 * several values, and how many seeds and folds each combination is run with.
 */

import { ApiError } from "../api.js";
import { t } from "../i18n.js";
import { labelOf } from "../labels.js";
import { combinations, size, sweeps } from "./grid.js";
import { suggestName } from "./names.js";

/** How many seeds one can ask for; one beginning after the other from the experiment's own. */
export const SEEDS = [1, 2, 3, 5, 10];
/** Parts of a cross-validation; 1: none. */
export const FOLDS = [1, 2, 3, 5, 10];
export const PENALTIES = { none: [], l1: ["l1"], l2: ["l2"], both: ["l1", "l2"] };
const LONGEST_NAME = 200;
const SECTIONS = ["dataset", "network", "optimizer", "regularization", "training"];

export class Draft {
  #options;
  /** λ as it was last chosen, for when a penalty comes back. */
  #strengths = { l1: 0.1, l2: 0.1 };

  constructor(options) {
    this.#options = options;
    this.document = this.#start();
    this.seeds = 1;
    this.folds = 1;
  }

  /** The first experiment: 1a's network on MNIST where it is there, else on the digits. */
  #start() {
    const { datasets, defaults } = this.#options;
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

  // -- what is chosen ------------------------------------------------------------------------------

  get dataset() {
    return this.#options.datasets.find((dataset) => dataset.name === this.document.dataset.name);
  }

  /** Another data set; a preset that does not take its images gives way, a written list of layers its last size. */
  chooseDataset(name) {
    const { classes } = this.dataset;
    this.document.dataset = { name };
    const { preset, layers } = this.document.network;
    if (preset && !this.#options.fitting[name].includes(preset)) this.choosePreset("mlp");
    const last = layers?.at(-1);
    if (last?.type === "dense" && last.units === classes) last.units = this.dataset.classes;
  }

  choosePreset(name) {
    const { initializer } = this.document.network;
    this.document.network = { preset: name, ...this.#defaults(this.#options.presets[name]), initializer };
  }

  /** From now on the layers themselves, to be changed one by one. */
  writeLayers(layers) {
    const { initializer } = this.document.network;
    this.document.network = { layers: structuredClone(layers), initializer };
  }

  chooseInitializer(name) {
    this.document.network.initializer = { name, ...this.#defaults(this.#options.initializers[name]) };
  }

  /** What is comparable stays, so that two launches differ in one thing. */
  chooseOptimizer(name) {
    const old = this.document.optimizer;
    this.document.optimizer = { name, ...this.#defaults(this.#options.optimizers[name]) };
    // Adadelta's rate of 1 means something else: it neither takes a rate over nor passes its own on.
    if (![name, old.name].includes("adadelta")) this.document.optimizer.learning_rate = old.learning_rate;
  }

  get penalty() {
    const chosen = Object.keys(this.document.regularization).sort().join();
    return Object.keys(PENALTIES).find((kind) => PENALTIES[kind].join() === chosen) ?? "none";
  }

  choosePenalty(kind) {
    Object.assign(this.#strengths, this.document.regularization);
    this.document.regularization = Object.fromEntries(PENALTIES[kind].map((name) => [name, this.#strengths[name]]));
  }

  /** Iterations or epochs: one of them is said. */
  chooseLength(unit) {
    const { iterations, epochs, ...rest } = this.document.training;
    this.document.training = { [unit]: unit === "epochs" ? 5 : 1000, ...rest };
  }

  /** A learning rate that follows a schedule; null: it stays. */
  chooseSchedule(name) {
    this.document.training.schedule = name && { name, ...this.#defaults(this.#options.schedules[name]) };
  }

  stopEarly(wanted) {
    this.document.training.early_stopping = wanted ? this.#defaults(this.#options.early_stopping) : null;
  }

  #defaults(fields) {
    return Object.fromEntries(fields.map((field) => [field.name, structuredClone(field.default)]));
  }

  // -- what is launched ----------------------------------------------------------------------------

  /** How many runs there would be. */
  count() {
    return size(sweeps(this.document)) * this.seeds * this.folds;
  }

  /**
   * Every experiment, each with a name that says what is special about it. What tells them apart stands first: a
   * narrow list cuts names at their end.
   *
   * @param {string[]} special what else the name should say
   * @throws ApiError where there are too many
   */
  experiments(special = []) {
    const most = this.#options.limits.together;
    if (this.count() > most) {
      throw new ApiError({ code: "too_many", message: "", field: "", bounds: { count: this.count(), most } }, 422);
    }
    const all = [];
    for (const { document, chosen } of combinations(this.document)) {
      const varied = chosen.map(([path, value]) => `${labelOf(path.join("."))} ${value}`);
      const name = document.name || suggestName(document, special);
      for (let index = 0; index < this.folds; index++) {
        for (let more = 0; more < this.seeds; more++) all.push(this.#repeat(document, index, more, [...varied, name]));
      }
    }
    return all;
  }

  /** The experiment with one of the folds and one of the seeds. */
  #repeat(document, index, more, name) {
    const one = { ...document, seed: this.seeds > 1 ? (document.seed ?? 0) + more : document.seed };
    if (this.folds > 1) {
      one.dataset = { ...document.dataset, fold: { folds: this.folds, index } };
      name = [t("form.fold", { number: index + 1, folds: this.folds }), ...name];
    }
    if (this.seeds > 1) name = [t("form.seed", { seed: one.seed }), ...name];
    return { ...one, name: name.join(" · ").slice(0, LONGEST_NAME) };
  }

  // -- from elsewhere ------------------------------------------------------------------------------

  /** Take a complete experiment as the server writes it. */
  take(config) {
    const { version, ...document } = structuredClone(config);
    const { l1, l2 } = document.regularization;
    document.regularization = { ...(l1 ? { l1 } : {}), ...(l2 ? { l2 } : {}) };
    this.document = document;
    this.seeds = this.folds = 1;
  }

  toJSON() {
    return { document: this.document, seeds: this.seeds, folds: this.folds };
  }

  /** What an address says, where that can be a draft of this lab; says whether it was. */
  restore(json) {
    if (!this.#isDraft(json)) return false;
    this.document = structuredClone(json.document);
    this.seeds = json.seeds;
    this.folds = json.folds;
    return true;
  }

  /** Is there everything that the form draws? The values in it are the server's to judge. */
  #isDraft(json) {
    const document = json?.document;
    if (!isObject(document) || !SECTIONS.every((section) => isObject(document[section]))) return false;
    if (!SEEDS.includes(json.seeds) || !FOLDS.includes(json.folds)) return false;
    const { dataset, network, optimizer } = document;
    const { datasets, presets, initializers, optimizers } = this.#options;
    const known =
      datasets.some(({ name }) => name === dataset.name) &&
      Object.hasOwn(optimizers, optimizer.name) &&
      isObject(network.initializer) &&
      Object.hasOwn(initializers, network.initializer.name);
    if (!known) return false;
    if (network.layers !== undefined) return this.#areLayers(network.layers, 0);
    return Object.hasOwn(presets, network.preset) && (network.preset !== "mlp" || Array.isArray(network.hidden));
  }

  #areLayers(layers, depth) {
    const isLayer = (layer) =>
      isObject(layer) &&
      Object.hasOwn(this.#options.layers, layer.type) &&
      (layer.type !== "residual" || this.#areLayers(layer.layers, depth + 1));
    return Array.isArray(layers) && depth < 5 && layers.length <= 200 && layers.every(isLayer);
  }
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
