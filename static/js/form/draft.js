/**
 * The draft: the experiment in the form. It has a document in the server's format, except that a field may have several values
 * and a section several alternatives. It also has the number of seeds and of folds for each combination.
 */

import { choose, defaultsOf } from "./choose-alternatives.js";
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
 * A draft in the address; `own`: the user's own list of layers, kept while a preset is chosen.
 * @typedef {{document: DraftDocument, seeds: number, folds: number, own?: Layer[], origin?: ForkedFrom}} DraftJson
 */

/**
 * The presets that were replaced by a list of layers; `edited`: whether the list began as the layers of the first preset.
 * @typedef {{network: DraftDocument["network"], edited: boolean}} ReplacedNetworks
 */

/**
 * The run that the draft is a fork of, with its number and name for the reader, the iteration, and the run's seed.
 * `dropout`: whether the run has a dropout rate, which a fork may change.
 * @typedef {{run: string, number: number, name: string, iteration: number, seed: number, dropout?: boolean}} ForkedFrom
 */

/** The complete state of a draft, for undo. @typedef {DraftJson & {replaced: ReplacedNetworks | null}} DraftState */

export class Draft {
  #options;
  #penalties = new Penalties();
  /** The user's own list of layers, while a preset is chosen. @type {Layer[] | null} */
  own = null;
  /** The earlier presets, while the network is a list of layers. @type {ReplacedNetworks | null} */
  replaced = null;
  /** What it is a fork of; null: it is launched from the start. @type {ForkedFrom | null} */
  origin = null;

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
    this.document = firstDocument(options);
    this.seeds = 1;
    this.folds = 1;
  }

  // -- choices -------------------------------------------------------------------------------------

  /** The data sets: one, or several to compare. */
  get datasets() {
    return alternatives(this.document.dataset.name).flatMap((name) =>
      this.#options.datasets.filter((dataset) => dataset.name === name),
    );
  }

  /** The networks: one, or several presets to compare. All have the same object for their initial weights. */
  get networks() {
    return alternatives(this.document.network);
  }

  /** The list of layers, if the network is one; undefined for presets. */
  get layers() {
    return this.networks[0].layers;
  }

  /** How many different networks there are, with all values of their settings. */
  get variants() {
    return variantsOf(this.document.network);
  }

  /** How many networks there were before the user began to edit the layers of the first one; 0 if there were none. */
  get replacedVariants() {
    const { replaced, fitting } = this;
    if (
      !replaced?.edited ||
      !alternatives(replaced.network).every(({ preset = "" }) => fitting.includes(preset))
    )
      return 0;
    return variantsOf(replaced.network);
  }

  /** The names of the chosen presets; empty if the network is a list of layers. */
  get presets() {
    return this.networks.flatMap(({ preset }) => preset ?? []);
  }

  /** The presets that accept the images of all chosen data sets. */
  get fitting() {
    return Object.keys(this.#options.presets).filter((preset) =>
      this.datasets.every(({ fitting }) => fitting?.includes(preset)),
    );
  }

  /**
   * Choose data sets. Presets that do not accept their images are removed, and in a list of layers the last layer gets the new
   * number of classes. The settings of the data set are kept if one of the earlier data sets is still chosen. If there were
   * validation images, there are some of the new data set too.
   * @param {string[]} names
   */
  chooseDatasets(names) {
    const [{ classes }] = this.datasets;
    const keepsBack = hasValidation(this);
    const stays = this.datasets.some(({ name }) => names.includes(name));
    this.document.dataset = { ...(stays ? this.document.dataset : {}), name: oneOrSeveral(names, names) };
    const suggested = Math.min(...this.datasets.map(({ validation_size: size = 0 }) => size));
    const own = hasValidation(this) ? 0 : suggested;
    const size = own || (keepsBack && !hasValidation(this) ? usualSize(this) : null);
    if (size !== null) keepBack(this, size); // a number that suits the new data set
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
   * Choose one preset, or several to compare. Presets that were chosen before keep their settings. A list of layers is kept, so
   * that it can be chosen again.
   * @param {string[]} names
   */
  choosePresets(names) {
    const [{ initializer, layers }] = this.networks;
    const networks = alternatives(layers && this.replaced ? this.replaced.network : this.document.network);
    if (layers) this.own = layers;
    this.replaced = null;
    /**
     * @param {string} preset
     * @returns {DraftNetwork}
     */
    const newNetwork = (preset) => ({ preset, ...defaultsOf(this.#options.presets[preset]), initializer });
    this.document.network = oneOrSeveral(
      names.map((name) => ({
        ...(networks.find(({ preset }) => preset === name) ?? newNetwork(name)),
        initializer,
      })),
      names,
    );
  }

  /**
   * Replace the networks by a list of layers, which the user can edit: the layers of the first network.
   * @param {Layer[]} layers
   */
  writeLayers(layers) {
    this.#leavePresets(layers, true);
  }

  /** Choose the list of layers again that was kept while a preset was chosen. */
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
    if (!("layers" in network)) this.replaced = { network, edited };
    this.own = null;
  }

  /** Choose all networks again that were replaced by a list of layers. */
  returnToReplaced() {
    if (this.replaced)
      this.choosePresets(alternatives(this.replaced.network).flatMap(({ preset }) => preset ?? []));
  }

  /** @param {string[]} names */
  chooseInitializers(names) {
    const chosen = choose(this.networks[0].initializer, names, this.#options.initializers);
    for (const network of this.networks) network.initializer = chosen;
  }

  /**
   * Choose optimizers. All get the same learning rate, so that they differ in one thing only; other settings are separate.
   * @param {string[]} names
   */
  chooseOptimizers(names) {
    const rate = alternatives(this.document.optimizer).find(isRated)?.learning_rate;
    this.document.optimizer = choose(this.document.optimizer, names, this.#options.optimizers);
    if (rate !== undefined)
      for (const optimizer of alternatives(this.document.optimizer).filter(isRated))
        optimizer.learning_rate = rate;
  }

  /** The chosen optimizers that share one learning rate. */
  get rated() {
    const all = alternatives(this.document.optimizer);
    return all.some(isRated) ? all.filter(isRated) : all;
  }

  /** The kind of penalty, or several to compare. */
  get penalties() {
    return alternatives(this.document.regularization).map(penaltyOf);
  }

  /** @param {string[]} kinds */
  choosePenalties(kinds) {
    this.document.regularization = this.#penalties.choose(this.document.regularization, kinds);
  }

  /** Choose iterations or epochs as the unit of the length. @param {string} unit */
  chooseLength(unit) {
    const { iterations, epochs, ...rest } = this.document.training;
    this.document.training = { [unit]: unit === "epochs" ? 5 : 1000, ...rest };
  }

  /** Choose schedules of the learning rate; "none": a constant rate. @param {string[]} names */
  chooseSchedules(names) {
    const { training } = this.document;
    training.schedule = choose(training.schedule ?? null, names, this.#options.schedules);
  }

  /** Choose training with early stopping, without it, or both. @param {OneOrSeveral<boolean>} chosen */
  stopEarly(chosen) {
    const { training } = this.document;
    const defaults = defaultsOf(this.#options.early_stopping);
    if (hasValidation(this)) defaults.metric = onValidation(defaults.metric);
    const stopping = alternatives(training.early_stopping ?? null).find(Boolean) ?? defaults;
    const choices = alternatives(chosen);
    training.early_stopping = oneOrSeveral(
      choices.map((choice) => (choice ? stopping : null)),
      choices.map(String),
    );
  }

  // -- launching -----------------------------------------------------------------------------------

  /** How many runs a launch would make. */
  count() {
    return size(this.document) * this.seeds * this.folds;
  }

  /** The paths of fields with several values and of sections with several alternatives: "optimizer.learning_rate". */
  varied() {
    return [...new Set(sweeps(this.document).map((path) => path.join(".")))];
  }

  /**
   * All experiments, each with its name.
   * @param {{special: string[], changed: string[]}} [difference] for the names: see names.js
   * @throws ApiError if there are too many
   */
  experiments(difference) {
    return experimentsOf(this, this.#options.limits.together, difference);
  }

  // -- loading and copying -------------------------------------------------------------------------

  /** Replace the draft by a complete experiment from the server. @param {Experiment} config */
  load(config) {
    const { version, ...document } = structuredClone(config);
    const { l1, l2 } = document.regularization;
    document.regularization = { ...(l1 ? { l1 } : {}), ...(l2 ? { l2 } : {}) };
    this.document = /** @type {DraftDocument} */ (document);
    this.seeds = this.folds = 1;
    this.replaced = this.origin = null;
  }

  /** An independent copy of the draft, without the presets that were replaced by layers (`replaced`). */
  copy() {
    return Object.assign(new Draft(this.#options), structuredClone(this.toJSON()));
  }

  /** @returns {DraftJson} */
  toJSON() {
    const { document, seeds, folds, own, origin } = this;
    return { document, seeds, folds, ...(own ? { own } : {}), ...(origin ? { origin } : {}) };
  }

  /** Replace the draft by the one in an address. @param {any} json @returns whether it was a valid draft of this lab */
  restore(json) {
    if (!isDraft(json, this.#options)) return false;
    this.state = { ...json, replaced: null };
    return true;
  }

  /** The complete state, for undo. @returns {DraftState} */
  get state() {
    return structuredClone({ ...this.toJSON(), replaced: this.replaced });
  }

  set state(state) {
    const { document, seeds, folds, own = null, replaced, origin = null } = structuredClone(state);
    Object.assign(this, { document, seeds, folds, own, replaced, origin });
    const [{ initializer }] = this.networks;
    for (const network of this.networks) network.initializer = initializer;
  }
}

/** @param {DraftDocument["network"]} network */
function variantsOf(network) {
  return alternatives(network).reduce((sum, { initializer, ...rest }) => sum + size(rest), 0);
}

/**
 * Whether an optimizer shares its learning rate with the others. Adadelta does not, because its rate of 1 has another meaning.
 * @param {Alternative} alternative
 */
function isRated({ name }) {
  return name !== "adadelta";
}
