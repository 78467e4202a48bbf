/**
 * The form: an experiment, chosen from what the server offers. What a choice leads to (parameters, cost, time)
 * and what is wrong with it come from the server too, while one types.
 */

import { ApiError, api } from "../api.js";
import { h } from "../dom.js";
import { number, onLanguage, t } from "../i18n.js";
import { COUNTS, withSeeds } from "../seeds.js";
import { datasetField } from "./dataset-field.js";
import { block, box, logSlider, segments, select, showError } from "./fields.js";
import { layersField } from "./layers-field.js";

/** Typing pauses that long before the server is asked for the consequences. */
const SETTLE = 120;
const FIRST_ACTIVATIONS = ["sigmoid", "tanh", "relu", "leaky_relu"];
/** In the panel of further settings, in this order. */
const FURTHER = {
  network: ["batch_norm", "dropout"],
  dataset: ["train_size", "test_size", "label_noise"],
  training: ["sampling", "evaluate_every", "clip_norm"],
  general: ["seed", "dtype", "name"],
};

export class Form {
  #form;
  #store;
  #options;
  #onLaunch;
  #experiment;
  #regularization = "none";
  #strength = 0.1;
  #seeds = 1;
  #timer = 0;
  #asked = 0;
  /** The last launch was refused, and nothing has been changed since: its reason stays. */
  #refused = false;
  #further = false;
  #launching = false;

  constructor(form, store, options, onLaunch) {
    this.#form = form;
    this.#store = store;
    this.#options = options;
    this.#onLaunch = onLaunch;
    this.#experiment = this.#start();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.launch();
    });
    onLanguage(() => this.#draw());
    store.on("datasets", (dataset) => this.#putDataset(dataset));
    this.#draw();
    this.#settle();
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
      training: { iterations: 1000, batch_size: 100 },
      seed: 0,
    };
  }

  /** The experiment file as it stands, with a name that says what is special about it. */
  experiment() {
    const experiment = structuredClone(this.#experiment);
    experiment.regularization = this.#regularization === "none" ? {} : { [this.#regularization]: this.#strength };
    experiment.name ||= this.#suggestName();
    return experiment;
  }

  /** One for each seed. */
  #experiments() {
    return withSeeds(this.experiment(), this.#seeds, (seed) => t("form.seed", { seed }));
  }

  #suggestName() {
    const { network, optimizer } = this.#experiment;
    const penalty = this.#regularization === "none" ? "" : ` · ${this.#regularization.toUpperCase()} ${this.#strength}`;
    const rate = optimizer.learning_rate ?? "";
    return `${t(`optimizer.${optimizer.name}`)} ${rate} · ${t(`activation.${network.activation}`)}${penalty}`.slice(0, 200);
  }

  async launch() {
    if (this.#launching) return; // a held key, an impatient hand
    this.#launching = true;
    const button = this.#form.querySelector("#launch");
    button.disabled = true;
    try {
      const { runs } = await api.launchTogether(this.#experiments());
      showError(this.#form, null);
      this.#onLaunch(runs);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#refused = true;
      showError(this.#form, error)?.focus();
    } finally {
      this.#launching = false;
      button.disabled = false;
    }
  }

  // -- drawing ---------------------------------------------------------------------------------

  #draw() {
    const open = this.#further;
    this.#form.replaceChildren(this.#drawModel(), this.#drawTraining(), this.#drawLaunch());
    this.#form.querySelector("details").open = open;
    this.#settle();
  }

  #change(section, name, value) {
    const target = section ? this.#experiment[section] : this.#experiment;
    if (value === null) delete target[name];
    else target[name] = value;
    this.#settle();
  }

  #drawModel() {
    const { network } = this.#experiment;
    const { activations, initializers } = this.#options;
    const begins = Object.keys(initializers);
    return h(
      "fieldset",
      { className: "card" },
      h("legend", {}, t("form.title")),
      this.#drawDataset(),
      this.#drawLayers(),
      block(
        "network.activation",
        "network.activation",
        this.#drawActivation(activations, network.activation),
      ),
      block(
        "network.initializer",
        "network.initializer",
        h(
          "div",
          { className: "pair" },
          select("network.initializer.name", "network.initializer", begins, network.initializer.name, (name) => t(`initializer.${name}`), (name) => {
            network.initializer = this.#defaults(this.#options.initializers[name], { name });
            this.#draw();
          }),
          ...initializers[network.initializer.name].map((field) =>
            box(`network.initializer.${field.name}`, `initializer.${field.name}`, network.initializer[field.name], (value) => {
              network.initializer[field.name] = value;
              this.#settle();
            }),
          ),
        ),
      ),
    );
  }

  /** The four that the lessons compare side by side, and all of them in a list behind. */
  #drawActivation(activations, chosen) {
    const path = "network.activation";
    const name = (activation) => t(`activation.${activation}`);
    const first = FIRST_ACTIVATIONS.includes(chosen) ? FIRST_ACTIVATIONS : [...FIRST_ACTIVATIONS.slice(0, 3), chosen];
    const buttons = segments(path, path, first, chosen, name, (activation) => this.#change("network", "activation", activation));
    const all = select(path, path, activations, chosen, name, (activation) => {
      this.#change("network", "activation", activation);
      this.#draw();
      this.#form.querySelector(`select[name="${path}"]`).focus();
    });
    all.classList.add("narrow");
    return h("div", { className: "pair" }, buttons, all);
  }

  #drawDataset() {
    const choose = (name) => {
      this.#experiment.dataset = { name };
      this.#draw();
    };
    return datasetField(this.#options.datasets, this.#experiment.dataset.name, choose, (error) => showError(this.#form, error));
  }

  #putDataset(dataset) {
    const index = this.#options.datasets.findIndex((other) => other.name === dataset.name);
    this.#options.datasets[index] = dataset;
    if (this.#experiment.dataset.name !== dataset.name) return;
    const old = this.#form.querySelector('[data-field="dataset"]');
    const focused = old.contains(document.activeElement);
    const fresh = this.#drawDataset();
    old.replaceWith(fresh);
    if (focused) fresh.querySelector("select").focus();
    if (dataset.available) this.#settle();
  }

  #drawLayers() {
    const dataset = this.#options.datasets.find((other) => other.name === this.#experiment.dataset.name);
    const redraw = (focus) => {
      this.#draw();
      this.#form.querySelector(focus)?.focus();
    };
    return layersField(dataset, this.#experiment.network.hidden, () => this.#settle(), redraw);
  }

  #drawTraining() {
    const { optimizer, training } = this.#experiment;
    const { optimizers } = this.#options;
    const rate = logSlider("optimizer.learning_rate", "optimizer.learning_rate", optimizer.learning_rate, (value) =>
      this.#change("optimizer", "learning_rate", value),
    );
    const rateBlock = block("optimizer.learning_rate", "optimizer.learning_rate", rate.text, rate.slider);
    rateBlock.classList.add("with-value");
    const rest = optimizers[optimizer.name].filter((field) => field.name !== "learning_rate");
    return h(
      "fieldset",
      { className: "card" },
      h("legend", { className: "hidden" }, t("form.training")),
      block(
        "optimizer.name",
        "optimizer.name",
        select("optimizer.name", "optimizer.name", Object.keys(optimizers), optimizer.name, (name) => t(`optimizer.${name}`), (name) => {
          const fresh = this.#defaults(optimizers[name], { name });
          // What is comparable stays, so that two launches differ in one thing.
          // Adadelta's rate of 1 means something else: it neither takes a rate over nor passes its own on.
          if (![name, optimizer.name].includes("adadelta")) fresh.learning_rate = optimizer.learning_rate;
          this.#experiment.optimizer = fresh;
          this.#draw();
        }),
      ),
      rest.length
        ? h(
            "div",
            { className: "row" },
            ...rest.map((field) =>
              block(
                `optimizer.${field.name}`,
                `optimizer.${field.name}`,
                box(`optimizer.${field.name}`, `optimizer.${field.name}`, optimizer[field.name], (value) => this.#change("optimizer", field.name, value)),
              ),
            ),
          )
        : null,
      rateBlock,
      this.#drawRegularization(),
      h(
        "div",
        { className: "row" },
        ...["batch_size", "iterations"].map((name) =>
          block(`training.${name}`, `training.${name}`, box(`training.${name}`, `training.${name}`, training[name], (value) => this.#change("training", name, value))),
        ),
      ),
      this.#drawFurther(),
    );
  }

  #drawRegularization() {
    const kinds = segments("regularization", "regularization.kind", ["none", "l1", "l2"], this.#regularization, (name) => t(`regularization.${name}`), (kind) => {
      this.#regularization = kind;
      this.#draw();
      this.#form.querySelector(`[data-field="regularization"][value="${kind}"]`).focus();
    });
    const strength =
      this.#regularization === "none"
        ? null
        : box(`regularization.${this.#regularization}`, "regularization.strength", this.#strength, (value) => {
            this.#strength = value ?? 0;
            this.#settle();
          });
    const both = h("div", { className: "pair" }, kinds, strength);
    return block("regularization", "regularization.kind", both);
  }

  #drawFurther() {
    const details = h("details", { className: "further" }, h("summary", {}, t("form.further")));
    details.addEventListener("toggle", () => {
      this.#further = details.open;
    });
    const grid = h("div", { className: "row wrap" });
    for (const [section, names] of Object.entries(FURTHER)) {
      for (const name of names) {
        const fields = section === "network" ? this.#options.presets.mlp : this.#options[section];
        const field = fields.find((other) => other.name === name);
        const own = section === "general" ? "" : section;
        const path = own ? `${own}.${name}` : name;
        const value = (own ? this.#experiment[own] : this.#experiment)[name] ?? field.default;
        const change = (changed) => this.#change(own, name, changed);
        const control = field.kind === "boolean"
          ? select(path, path, ["false", "true"], String(value), (choice) => t(`boolean.${choice}`), (choice) => change(choice === "true"))
          : field.choices.length
          ? select(path, path, field.choices, value, (choice) => t(`${path}.${choice}`), change)
          : box(path, path, value, change, { numeric: field.kind !== "text", placeholder: field.nullable ? t("form.auto") : undefined });
        grid.append(block(path, path, control));
      }
    }
    details.append(grid);
    return details;
  }

  #drawLaunch() {
    const facts = h("dl", { className: "card facts" });
    for (const name of ["parameters", "multiply_adds", "seconds"]) {
      facts.append(h("dt", {}, t(`summary.${name}`)), h("dd", { id: `summary-${name}` }, "–"));
    }
    const general = h("div", { className: "field general" }, h("span", { className: "error", role: "alert" }));
    const launch = h("button", { type: "submit", id: "launch", className: "launch", title: t("form.launch_hint") });
    const keys = navigator.platform.startsWith("Mac") ? "⌘↵" : "Ctrl ↵";
    launch.append(h("span", {}, t("form.launch")), h("kbd", {}, keys));
    const seeds = select("seeds", "form.seeds", COUNTS, this.#seeds, (count) => t(count === 1 ? "form.one_seed" : "form.n_seeds", { count }), (count) => {
      this.#seeds = Number(count);
      this.#settle();
    });
    seeds.title = t("form.seeds");
    return h("div", { className: "launch-area" }, facts, general, h("div", { className: "launch-row" }, seeds, launch));
  }

  /** An object with a registry entry's own fields at their defaults. */
  #defaults(fields, start) {
    return Object.assign(start, Object.fromEntries(fields.map((field) => [field.name, field.default])));
  }

  // -- consequences ----------------------------------------------------------------------------

  #settle() {
    this.#refused = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#summarize(), SETTLE);
  }

  async #summarize() {
    const asked = ++this.#asked;
    let summary = null;
    let problem = null;
    try {
      const { experiments, seconds } = await api.summaryTogether(this.#experiments());
      summary = { ...experiments[0], seconds }; // of each run its figures, of all of them the time
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      problem = error;
    }
    if (asked !== this.#asked) return; // an older answer than the one that counts
    if (problem ? problem.status : !this.#refused) showError(this.#form, problem);
    const put = (name, text) => {
      this.#form.querySelector(`#summary-${name}`).textContent = text;
    };
    put("parameters", summary ? number(summary.parameters) : "–");
    put("multiply_adds", summary ? number(summary.multiply_adds, { notation: "compact" }) : "–");
    put("seconds", summary ? duration(summary.seconds) : "–");
  }
}

function duration(seconds) {
  if (seconds < 90) return t("time.seconds", { n: number(seconds, { maximumSignificantDigits: 2 }) });
  if (seconds < 5400) return t("time.minutes", { n: number(seconds / 60, { maximumSignificantDigits: 2 }) });
  return t("time.hours", { n: number(seconds / 3600, { maximumSignificantDigits: 2 }) });
}
