/** The network: a preset with its settings, or several to compare, or layers one by one; and how its weights begin. */

import { h, iconButton } from "../page/dom.js";
import { number, t } from "../words/i18n.js";
import { chain } from "./chain.js";
import { block, segments, select } from "./fields.js";
import { LayerList, layerSummary, showShapes } from "./layer-list.js";
import { presetName } from "./names.js";
import { settings } from "./settings.js";
import { several } from "./several.js";
import { together, ways } from "./values.js";

/** @import { ExperimentSummary, FormHands, Layer } from "../types.js" */

/** The four that the lessons compare side by side; all of them are in a list behind. */
const FIRST_ACTIVATIONS = ["sigmoid", "tanh", "relu", "leaky_relu"];
const WRITTEN = "layers";

/** Settings that no other of the chosen presets has than the MLP. */
export function onlyOfMlp({ options, draft }) {
  const names = (preset) => options.presets[preset].map(({ name }) => name);
  const others = draft.networks.flatMap(({ preset }) => (preset === "mlp" ? [] : names(preset)));
  return names("mlp").filter((name) => !others.includes(name));
}

/** Whose settings follow. */
function caption(names) {
  return h("span", { className: "caption" }, names);
}

export class NetworkPart {
  #form;
  #look;
  #rows = h("ol", { className: "layer-summary" });
  #table;
  #edit;
  /** The server's last summary; null while what is chosen is wrong. @type {ExperimentSummary | null} */
  #summary = null;
  /** @type {HTMLElement | null} */
  #list = null;
  /** What each layer gives, as far as that is known: a list that is drawn again has it at once. */
  #shapes = new WeakMap();
  /** Places of layers whose further settings are open. */
  #open = new Set();
  /**
   * The networks whose first one is edited layer by layer, as `{ network, count, layers }`.
   * @type {{network: any, count: number, layers: Layer[]} | null}
   */
  #left = null;

  /** @param {FormHands} form */
  constructor(form, look) {
    this.#form = form;
    this.#look = look;
  }

  /** The blocks, lowest first. */
  draw() {
    const { draft } = this.#form;
    const { networks } = draft;
    const [{ layers }] = networks;
    const mlp = networks.find(({ preset }) => preset === "mlp");
    const choice = this.#drawChoice(networks);
    const parts = [choice];
    this.#list = null;
    const inside = [];
    if (layers) {
      this.#list = new LayerList(this.#form, layers, this.#open).element;
      inside.push(this.#drawLeft(layers), this.#list);
    }
    if (mlp) {
      if (networks.length > 1) inside.push(caption(presetName("mlp")));
      inside.push(chain(this.#form, draft.datasets, mlp.hidden));
      parts.push(this.#drawActivation(mlp));
    }
    if (!layers && (networks.length > 1 || !mlp)) parts.push(this.#drawSettings(networks));
    choice.querySelector(".error").before(...inside.filter(Boolean));
    this.#drawSummary();
    return [...parts, this.#drawInitializer(networks)];
  }

  /** Which preset, or several, or the list; a way from the one to the other; and all of it as a table. */
  #drawChoice(networks) {
    const { draft, redraw } = this.#form;
    const path = "network.preset";
    this.#table = iconButton("table", t("look.network"), () => this.#look.network(this.#summary));
    this.#table.id = "look-network"; // the focus finds it again when the form is drawn anew
    const choose = (presets, focus) => {
      if (presets[0] !== WRITTEN) draft.choosePresets(presets);
      redraw(focus);
    };
    const name = (preset) => t(`preset.${preset}`);
    const written = Boolean(networks[0].layers);
    const chosen = networks.map(({ preset }) => preset);
    const controls = written
      ? [
          select(path, "network.layers", [...draft.fitting, WRITTEN], WRITTEN, name, (preset) =>
            choose([preset], path),
          ),
        ]
      : several(path, "network.layers", draft.fitting, chosen, name, choose, {
          short: presetName,
          note: t("form.own_settings"),
        });
    const element = block(
      "network",
      "network.layers",
      null,
      h("div", { className: "pair" }, ...controls, this.#table),
    );
    this.#edit = written ? null : this.#editButton();
    const head = h("div", { className: "label-row" });
    element.querySelector(".label").replaceWith(head);
    head.append(
      h("span", { className: "label", "data-key": "network.layers" }, t("network.layers")),
      this.#edit ?? "",
    );
    return element;
  }

  /** To the layers one by one: of the one network, or of the first of several, which is said before and after. */
  #editButton() {
    const { draft, settled, redraw } = this.#form;
    const button = h("button", { type: "button", className: "toggle", id: "edit-layers" }, t("network.edit"));
    button.addEventListener("click", async () => {
      const config = await settled(); // a preset may have been chosen a moment ago
      if (!config || !button.isConnected) return;
      const { network } = draft.document;
      const count = draft.variants;
      draft.writeLayers(config.network.layers);
      this.#left = count > 1 ? { network, count, layers: draft.document.network.layers } : null;
      redraw("network.layers.0.grip");
    });
    return button;
  }

  /** Of how many networks these layers are the first, and the way back to all of them. */
  #drawLeft(layers) {
    if (!this.#left || this.#left.layers !== layers) return null;
    const { draft, redraw } = this.#form;
    const { network, count } = this.#left;
    if (!ways(network).every(({ preset }) => draft.fitting.includes(preset))) return null; // other data have come
    const back = h("button", { type: "button", className: "toggle", id: "all-networks" }, t("network.back"));
    back.addEventListener("click", () => {
      const { initializer } = draft.document.network;
      for (const one of ways(network)) one.initializer = initializer;
      draft.document.network = network;
      redraw("edit-layers");
    });
    return h(
      "p",
      { className: "network-note" },
      h("span", {}, t("network.first_of", { count: number(count) })),
      back,
    );
  }

  #drawActivation(network) {
    const { options, redraw } = this.#form;
    const path = "network.activation";
    const name = (activation) => t(`activation.${activation}`);
    const chosen = ways(network.activation);
    const choose = (activations, focus) => {
      network.activation = together(activations, activations);
      redraw(focus);
    };
    const single = chosen.length === 1 ? this.#oneActivation(network, path, name) : [];
    return block(
      path,
      path,
      null,
      h(
        "div",
        { className: "pair" },
        ...several(path, path, options.activations, chosen, name, choose, { single }),
      ),
    );
  }

  /** The first few side by side, and all of them in a list. */
  #oneActivation(network, path, name) {
    const { options, change, redraw } = this.#form;
    const first = FIRST_ACTIVATIONS.includes(network.activation)
      ? FIRST_ACTIVATIONS
      : [...FIRST_ACTIVATIONS.slice(0, 3), network.activation];
    const buttons = segments(path, path, first, network.activation, name, (activation) => {
      network.activation = activation;
      all.value = activation;
      change();
    });
    const all = select(path, path, options.activations, network.activation, name, (activation) => {
      network.activation = activation;
      redraw(path);
    });
    all.classList.add("narrow");
    return [buttons, all];
  }

  /** The settings of the presets, but for what an MLP has for itself; of several, those together that the same ones have. */
  #drawSettings(networks) {
    const { options } = this.#form;
    const names = (preset) => options.presets[preset].map(({ name }) => name);
    const except = networks.some(({ preset }) => preset === "mlp") ? onlyOfMlp(this.#form) : [];
    const all = [...new Set(networks.flatMap(({ preset }) => names(preset)))];
    const ownersOf = (name) =>
      networks
        .filter(({ preset }) => names(preset).includes(name))
        .map(({ preset }) => presetName(preset))
        .join(", ");
    const shown = all.filter((name) => !except.includes(name));
    const parts = [...new Set(shown.map(ownersOf))].flatMap((owners) => {
      const others = all.filter((name) => except.includes(name) || ownersOf(name) !== owners);
      const blocks = settings(this.#form, "network", "preset", networks, options.presets, others, "preset");
      return [networks.length > 1 ? caption(owners) : "", h("div", { className: "row wrap" }, ...blocks)];
    });
    return h("div", { className: "field" }, ...parts, networks.length > 1 ? "" : this.#rows);
  }

  #drawInitializer(networks) {
    const [network] = networks;
    const { draft, options, redraw } = this.#form;
    const path = "network.initializer";
    const initializers = ways(network.initializer);
    const choose = (names, focus) => {
      draft.chooseInitializers(names);
      redraw(focus);
    };
    const names = initializers.map((initializer) => initializer.name);
    const controls = several(
      `${path}.name`,
      path,
      Object.keys(options.initializers),
      names,
      (name) => t(`initializer.${name}`),
      choose,
    );
    const boxes = settings(this.#form, path, "initializer", initializers, options.initializers).map(
      (element) => element.querySelector("input"),
    );
    return block(
      path,
      path,
      null,
      h("div", { className: "pair" }, controls[0], ...boxes, ...controls.slice(1)),
    );
  }

  /**
   * What the network is: a server's summary, or null where something is wrong with it, and then how far the shapes go.
   */
  show(summary, shapes = []) {
    this.#summary = summary;
    const { layers } = this.#form.draft.document.network;
    layers?.forEach((layer, i) =>
      this.#shapes.set(layer, (summary?.first.layers[i]?.output_shape ?? shapes[i])?.join("×")),
    );
    this.#drawSummary();
  }

  /** The draft has been changed: of how many networks one can edit the first. */
  count() {
    if (this.#edit) this.#drawEdit();
  }

  #drawSummary() {
    const { layers } = this.#form.draft.document.network;
    this.#table.disabled = !this.#summary;
    if (this.#edit) this.#drawEdit();
    if (this.#list)
      showShapes(
        this.#list,
        layers.map((layer) => this.#shapes.get(layer)),
      );
    this.#rows.replaceChildren(...layerSummary(this.#summary?.first.layers ?? []));
  }

  #drawEdit() {
    const count = this.#form.draft.variants;
    this.#edit.disabled = !this.#form.described();
    this.#edit.title = count > 1 ? t("network.edit_first", { count: number(count) }) : t("network.edit.help");
    this.#edit.dataset.help = this.#edit.title;
  }
}
