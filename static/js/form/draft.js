/**
 * The draft: the experiment as it stands in the form. It is a document as the server takes it, except that a field may have
 * several values and a section several alternatives; and how many seeds and folds each combination is run with.
 */

import { isDraft } from "./draft-check.js";
import { experimentsOf } from "./experiments.js";
import { size, sweeps } from "./grid.js";
import { alternatives, oneOrSeveral } from "./values.js";

/**
 * @import { Experiment, Field, Layer, Options } from "../types.js"
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

/** A draft as an address holds it. @typedef {{document: DraftDocument, seeds: number, folds: number}} DraftJson */

/** @type {Record<string, string[]>} */
export const PENALTIES = { none: [], l1: ["l1"], l2: ["l2"], both: ["l1", "l2"] };
/** The choice of no schedule, or no early stopping. */
const NONE = "none";

export class Draft {
  #options;
  /** λ as it was last chosen, for when a penalty comes back. @type {Record<string, any>} */
  #strengths = { l1: 0.1, l2: 0.1 };

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
    this.document = this.#start();
    this.seeds = 1;
    this.folds = 1;
  }

  /**
   * The first experiment: 1a's network on MNIST where it is there, else on the digits.
   * @returns {DraftDocument}
   */
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

  /** The data sets: one, or several to compare. */
  get datasets() {
    return alternatives(this.document.dataset.name).flatMap((name) =>
      this.#options.datasets.filter((dataset) => dataset.name === name),
    );
  }

  /** The networks: one, or several presets to compare. Their initial weights are the same, one object for all. */
  get networks() {
    return alternatives(this.document.network);
  }

  /** The layers, where they are written one by one. */
  get layers() {
    return this.networks[0].layers;
  }

  /** How many networks that is, with every value of their settings. */
  get variants() {
    return this.networks.reduce((sum, { initializer, ...network }) => sum + size(network), 0);
  }

  /** Names of the chosen presets; none where the layers are written one by one. */
  get presets() {
    return this.networks.flatMap(({ preset }) => preset ?? []);
  }

  /** The presets that take the images of all of them. */
  get fitting() {
    const { fitting, presets } = this.#options;
    return Object.keys(presets).filter((preset) =>
      this.datasets.every(({ name }) => fitting[name].includes(preset)),
    );
  }

  /**
   * Other data sets; a preset that does not take their images gives way, a written list of layers its last size. What was
   * set for one of them stays as long as it is there.
   * @param {string[]} names
   */
  chooseDatasets(names) {
    const [{ classes }] = this.datasets;
    const stays = names.length > 1 && this.datasets.some(({ name }) => names.includes(name));
    this.document.dataset = { ...(stays ? this.document.dataset : {}), name: oneOrSeveral(names, names) };
    const { fitting, networks } = this;
    const [{ layers }] = networks;
    const left = this.presets.filter((preset) => fitting.includes(preset));
    if (!layers && left.length < networks.length) this.choosePresets(left.length ? left : ["mlp"]);
    const last = layers?.at(-1);
    if (last?.type === "dense" && last.units === classes) last.units = this.datasets[0].classes;
  }

  /** One preset, or several to compare; those that were there keep their settings. @param {string[]} names */
  choosePresets(names) {
    const { networks } = this;
    const [{ initializer }] = networks;
    /**
     * @param {string} preset
     * @returns {DraftNetwork}
     */
    const fresh = (preset) => ({ preset, ...this.#defaults(this.#options.presets[preset]), initializer });
    this.document.network = oneOrSeveral(
      names.map((name) => networks.find(({ preset }) => preset === name) ?? fresh(name)),
      names,
    );
  }

  /** From now on the layers themselves, to be changed one by one. @param {Layer[]} layers */
  writeLayers(layers) {
    const [{ initializer }] = this.networks;
    this.document.network = { layers: structuredClone(layers), initializer };
  }

  /** @param {string[]} names */
  chooseInitializers(names) {
    const chosen = this.#choose(this.networks[0].initializer, names, this.#options.initializers);
    for (const network of this.networks) network.initializer = chosen;
  }

  /**
   * One learning rate for all, so that they differ in one thing; each has its other settings for itself.
   * @param {string[]} names
   */
  chooseOptimizers(names) {
    const rate = alternatives(this.document.optimizer).find(isRated)?.learning_rate;
    this.document.optimizer = this.#choose(this.document.optimizer, names, this.#options.optimizers);
    if (rate !== undefined)
      for (const one of alternatives(this.document.optimizer).filter(isRated)) one.learning_rate = rate;
  }

  /** Those among the chosen that share one learning rate. */
  get rated() {
    const all = alternatives(this.document.optimizer);
    return all.some(isRated) ? all.filter(isRated) : all;
  }

  /** Which penalties: one kind, or several to compare. */
  get penalties() {
    return alternatives(this.document.regularization).map(penaltyOf);
  }

  /** @param {string[]} kinds */
  choosePenalties(kinds) {
    for (const alternative of alternatives(this.document.regularization))
      Object.assign(this.#strengths, alternative);
    const alternative = (/** @type {string} */ kind) =>
      Object.fromEntries(PENALTIES[kind].map((name) => [name, this.#strengths[name]]));
    this.document.regularization = oneOrSeveral(kinds.map(alternative), kinds);
  }

  /** Iterations or epochs: one of them is said. @param {string} unit */
  chooseLength(unit) {
    const { iterations, epochs, ...rest } = this.document.training;
    this.document.training = { [unit]: unit === "epochs" ? 5 : 1000, ...rest };
  }

  /** Schedules of the learning rate; "none": it stays. @param {string[]} names */
  chooseSchedules(names) {
    const { training } = this.document;
    training.schedule = this.#choose(training.schedule ?? null, names, this.#options.schedules);
  }

  /** With early stopping, without, or both. @param {OneOrSeveral<boolean>} wanted */
  stopEarly(wanted) {
    const { training } = this.document;
    const fresh =
      alternatives(training.early_stopping ?? null).find(Boolean) ??
      this.#defaults(this.#options.early_stopping);
    const wishes = alternatives(wanted);
    training.early_stopping = oneOrSeveral(
      wishes.map((wish) => (wish ? fresh : null)),
      wishes.map(String),
    );
  }

  /**
   * The alternatives with these names: those that were there as they are, a new one as usual, but for what was typed for all.
   * @template {Alternative | null} Chosen
   * @param {OneOrSeveral<Chosen>} part
   * @param {string[]} names
   * @param {Record<string, Field[]>} registry
   * @returns {OneOrSeveral<any>}
   */
  #choose(part, names, registry) {
    const old = alternatives(part).filter((alternative) => alternative !== null);
    const fresh = (/** @type {string} */ name) => {
      /** @type {Alternative} */
      const alternative = { name, ...this.#defaults(registry[name]) };
      for (const other of old) {
        const typed = registry[other.name].filter(
          (field) => field.name !== "learning_rate" && other[field.name] !== field.default,
        );
        for (const field of typed) if (field.name in alternative) alternative[field.name] = other[field.name];
      }
      return alternative;
    };
    const alternative = (/** @type {string} */ name) => old.find((one) => one.name === name) ?? fresh(name);
    return oneOrSeveral(
      names.map((name) => (name === NONE ? null : alternative(name))),
      names,
    );
  }

  /** @param {Field[]} fields */
  #defaults(fields) {
    return Object.fromEntries(fields.map((field) => [field.name, structuredClone(field.default)]));
  }

  // -- what is launched ----------------------------------------------------------------------------

  /** How many runs there would be. */
  count() {
    return size(this.document) * this.seeds * this.folds;
  }

  /** Paths of what is several: "optimizer", "optimizer.learning_rate". */
  varied() {
    return [...new Set(sweeps(this.document).map((path) => path.join(".")))];
  }

  /**
   * Every experiment, each with a name that says what is special about it.
   * @param {{special: string[], changed: string[]}} [difference] for the names: see names.js
   * @throws ApiError where there are too many
   */
  experiments(difference) {
    return experimentsOf(this, this.#options.limits.together, difference);
  }

  // -- from elsewhere ------------------------------------------------------------------------------

  /** Take a complete experiment as the server writes it. @param {Experiment} config */
  take(config) {
    const { version, ...document } = structuredClone(config);
    const { l1, l2 } = document.regularization;
    document.regularization = { ...(l1 ? { l1 } : {}), ...(l2 ? { l2 } : {}) };
    this.document = /** @type {DraftDocument} */ (document);
    this.seeds = this.folds = 1;
  }

  /** The draft as it stands now, whatever is changed in this one. */
  copy() {
    return Object.assign(new Draft(this.#options), structuredClone(this.toJSON()));
  }

  toJSON() {
    return { document: this.document, seeds: this.seeds, folds: this.folds };
  }

  /** What an address says, where that can be a draft of this lab; says whether it was. @param {any} json */
  restore(json) {
    if (!isDraft(json, this.#options)) return false;
    this.document = structuredClone(json.document);
    const [{ initializer }] = this.networks;
    for (const network of this.networks) network.initializer = initializer;
    this.seeds = json.seeds;
    this.folds = json.folds;
    return true;
  }
}

/**
 * Adadelta's rate of 1 means something else: it neither takes a rate over nor passes its own on.
 * @param {Alternative} alternative
 */
function isRated({ name }) {
  return name !== "adadelta";
}

/** Which of `PENALTIES` a regularization has. @param {Record<string, any>} regularization */
function penaltyOf(regularization) {
  const chosen = Object.keys(regularization).sort().join();
  return Object.keys(PENALTIES).find((kind) => PENALTIES[kind].join() === chosen) ?? "none";
}
