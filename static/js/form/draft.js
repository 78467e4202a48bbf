/**
 * The draft: the experiment as it stands in the form. It is a document as the server takes it, except that a field may have
 * several values and a section several alternatives; and how many seeds and folds each combination is run with.
 */

import { choose, defaultsOf } from "./choosing.js";
import { isDraft } from "./draft-check.js";
import { firstDocument } from "./draft-document.js";
import { experimentsOf } from "./experiments.js";
import { size, sweeps } from "./grid.js";
import { Penalties, penaltyOf } from "./penalties.js";
import { hasValidation, keepBack, onValidation, usualSize } from "./validation.js";
import { alternatives, oneOrSeveral } from "./values.js";

/**
 * @import { Experiment, Layer, Options } from "../types.js"
 * @import { Alternative, DraftDocument, DraftNetwork } from "./draft-document.js"
 * @import { OneOrSeveral } from "./values.js"
 */

/**
 * A draft as an address holds it; `own`: the layers that were written one by one, while a preset is chosen.
 * @typedef {{document: DraftDocument, seeds: number, folds: number, own?: Layer[]}} DraftJson
 */

/**
 * The presets that were left for layers; `edited`: the layers were theirs, or those of the first of them.
 * @typedef {{network: DraftDocument["network"], edited: boolean}} LeftNetworks
 */

/** All that a draft is, and comes back with. @typedef {DraftJson & {left: LeftNetworks | null}} DraftState */

export class Draft {
  #options;
  #penalties = new Penalties();
  /** The layers that were written one by one, while a preset is chosen. @type {Layer[] | null} */
  own = null;
  /** The presets, while layers are written one by one. @type {LeftNetworks | null} */
  left = null;

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
    this.document = firstDocument(options);
    this.seeds = 1;
    this.folds = 1;
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
    return variantsOf(this.document.network);
  }

  /** How many networks were left when the layers of the first of them were taken to be edited; 0: none were. */
  get leftVariants() {
    const { left, fitting } = this;
    if (!left?.edited || !alternatives(left.network).every(({ preset = "" }) => fitting.includes(preset)))
      return 0;
    return variantsOf(left.network);
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
   * set for one of them stays as long as it is there; where images are kept back to choose by, some of the new ones are.
   * @param {string[]} names
   */
  chooseDatasets(names) {
    const [{ classes }] = this.datasets;
    const keepsBack = hasValidation(this);
    const stays = names.length > 1 && this.datasets.some(({ name }) => names.includes(name));
    this.document.dataset = { ...(stays ? this.document.dataset : {}), name: oneOrSeveral(names, names) };
    const size = keepsBack && !hasValidation(this) ? usualSize(this) : null;
    if (size !== null) keepBack(this, size); // as many as suit the other data set
    const { fitting, networks } = this;
    const [{ layers }] = networks;
    const left = this.presets.filter((preset) => fitting.includes(preset));
    if (!layers && left.length < networks.length) this.choosePresets(left.length ? left : ["mlp"]);
    for (const written of [layers, this.own]) {
      const last = written?.at(-1);
      if (last?.type === "dense" && last.units === classes) last.units = this.datasets[0].classes;
    }
  }

  /**
   * One preset, or several to compare; those that were there keep their settings, and layers that were written stay to be
   * chosen again.
   * @param {string[]} names
   */
  choosePresets(names) {
    const [{ initializer, layers }] = this.networks;
    const networks = alternatives(layers && this.left ? this.left.network : this.document.network);
    if (layers) this.own = layers;
    this.left = null;
    /**
     * @param {string} preset
     * @returns {DraftNetwork}
     */
    const fresh = (preset) => ({ preset, ...defaultsOf(this.#options.presets[preset]), initializer });
    this.document.network = oneOrSeveral(
      names.map((name) => ({
        ...(networks.find(({ preset }) => preset === name) ?? fresh(name)),
        initializer,
      })),
      names,
    );
  }

  /**
   * From now on the layers themselves, to be changed one by one: those of the first network.
   * @param {Layer[]} layers
   */
  writeLayers(layers) {
    this.#leavePresets(layers, true);
  }

  /** The layers that were written before a preset was chosen. */
  chooseOwnLayers() {
    if (this.own) this.#leavePresets(this.own, false);
  }

  /**
   * @param {Layer[]} layers
   * @param {boolean} edited
   */
  #leavePresets(layers, edited) {
    const { network } = this.document;
    const [{ initializer }] = this.networks;
    this.document.network = { layers: structuredClone(layers), initializer };
    if (!("layers" in network)) this.left = { network, edited };
    this.own = null;
  }

  /** All networks again whose first one's layers were edited. */
  returnToLeft() {
    if (this.left) this.choosePresets(alternatives(this.left.network).flatMap(({ preset }) => preset ?? []));
  }

  /** @param {string[]} names */
  chooseInitializers(names) {
    const chosen = choose(this.networks[0].initializer, names, this.#options.initializers);
    for (const network of this.networks) network.initializer = chosen;
  }

  /**
   * One learning rate for all, so that they differ in one thing; each has its other settings for itself.
   * @param {string[]} names
   */
  chooseOptimizers(names) {
    const rate = alternatives(this.document.optimizer).find(isRated)?.learning_rate;
    this.document.optimizer = choose(this.document.optimizer, names, this.#options.optimizers);
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
    this.document.regularization = this.#penalties.choose(this.document.regularization, kinds);
  }

  /** Iterations or epochs: one of them is said. @param {string} unit */
  chooseLength(unit) {
    const { iterations, epochs, ...rest } = this.document.training;
    this.document.training = { [unit]: unit === "epochs" ? 5 : 1000, ...rest };
  }

  /** Schedules of the learning rate; "none": it stays. @param {string[]} names */
  chooseSchedules(names) {
    const { training } = this.document;
    training.schedule = choose(training.schedule ?? null, names, this.#options.schedules);
  }

  /** With early stopping, without, or both. @param {OneOrSeveral<boolean>} wanted */
  stopEarly(wanted) {
    const { training } = this.document;
    const usual = defaultsOf(this.#options.early_stopping);
    if (hasValidation(this)) usual.metric = onValidation(usual.metric);
    const fresh = alternatives(training.early_stopping ?? null).find(Boolean) ?? usual;
    const wishes = alternatives(wanted);
    training.early_stopping = oneOrSeveral(
      wishes.map((wish) => (wish ? fresh : null)),
      wishes.map(String),
    );
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
    this.left = null;
  }

  /** The draft as it stands now, whatever is changed in this one. */
  copy() {
    return Object.assign(new Draft(this.#options), structuredClone(this.toJSON()));
  }

  /** @returns {DraftJson} */
  toJSON() {
    const { document, seeds, folds, own } = this;
    return { document, seeds, folds, ...(own ? { own } : {}) };
  }

  /** What an address says, where that can be a draft of this lab; says whether it was. @param {any} json */
  restore(json) {
    if (!isDraft(json, this.#options)) return false;
    this.state = { ...json, left: null };
    return true;
  }

  /** All that it is, to come back to. @returns {DraftState} */
  get state() {
    return structuredClone({ ...this.toJSON(), left: this.left });
  }

  set state(state) {
    const { document, seeds, folds, own = null, left } = structuredClone(state);
    Object.assign(this, { document, seeds, folds, own, left });
    const [{ initializer }] = this.networks;
    for (const network of this.networks) network.initializer = initializer;
  }
}

/** @param {DraftDocument["network"]} network */
function variantsOf(network) {
  return alternatives(network).reduce((sum, { initializer, ...one }) => sum + size(one), 0);
}

/**
 * Adadelta's rate of 1 means something else: it neither takes a rate over nor passes its own on.
 * @param {Alternative} alternative
 */
function isRated({ name }) {
  return name !== "adadelta";
}
