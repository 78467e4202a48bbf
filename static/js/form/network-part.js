/** The network: a preset with its settings, or layers one by one; and how its weights begin. */

import { h } from "../dom.js";
import { t } from "../i18n.js";
import { chain } from "./chain.js";
import { control } from "./control.js";
import { block, segments, select } from "./fields.js";
import { LayerList, layerSummary, showShapes } from "./layer-list.js";
import { settings } from "./settings.js";
import { several } from "./several.js";
import { together, ways } from "./values.js";

/** The four that the lessons compare side by side; all of them are in a list behind. */
const FIRST_ACTIVATIONS = ["sigmoid", "tanh", "relu", "leaky_relu"];
const WRITTEN = "layers";

export class NetworkPart {
  #form;
  #summary = h("ol", { className: "layer-summary" });
  #rows = [];
  #list = null;
  /** Places of layers whose further settings are open. */
  #open = new Set();

  /** @param {{options: object, draft: object, change: () => void, redraw: (focus?: string) => void}} form */
  constructor(form) {
    this.#form = form;
  }

  /** The blocks, lowest first. */
  draw() {
    const { network } = this.#form.draft.document;
    this.#list = null;
    const parts = [this.#drawChoice(network)];
    if (network.layers) {
      this.#list = new LayerList(this.#form, network.layers, this.#open).element;
      parts[0].querySelector(".error").before(this.#list);
    } else if (network.preset === "mlp") {
      parts[0].querySelector(".error").before(chain(this.#form, this.#form.draft.datasets, network.hidden));
      parts.push(this.#drawActivation(network));
    } else {
      parts.push(this.#drawSettings(network));
      parts[1].append(this.#summary);
    }
    this.show(this.#rows);
    return [...parts, this.#drawInitializer(network)];
  }

  /** Which preset, or the list; and a way from the one to the other. */
  #drawChoice(network) {
    const { draft, redraw } = this.#form;
    const path = "network.preset";
    const { fitting } = draft;
    const chosen = network.layers ? WRITTEN : network.preset;
    const choices = [...fitting, ...(network.layers ? [WRITTEN] : [])];
    const choice = select(path, "network.layers", choices, chosen, (name) => t(`preset.${name}`), (name) => {
      if (name !== WRITTEN) draft.choosePreset(name);
      redraw(path);
    });
    const edit = h("button", { type: "button", className: "toggle", id: "edit-layers", title: t("network.edit.help") }, t("network.edit"));
    edit.addEventListener("click", () => {
      draft.writeLayers(this.#form.described().network.layers);
      redraw("network.layers.0.grip");
    });
    edit.disabled = !this.#form.described();
    return block("network", "network.layers", null, h("div", { className: "pair" }, choice, network.layers ? null : edit));
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
    return block(path, path, null, h("div", { className: "pair" }, ...several(path, path, options.activations, chosen, name, choose, { single })));
  }

  /** The first few side by side, and all of them in a list. */
  #oneActivation(network, path, name) {
    const { options, change, redraw } = this.#form;
    const first = FIRST_ACTIVATIONS.includes(network.activation) ? FIRST_ACTIVATIONS : [...FIRST_ACTIVATIONS.slice(0, 3), network.activation];
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

  #drawSettings(network) {
    const { options, change } = this.#form;
    const fields = options.presets[network.preset];
    const blocks = fields.map((field) => {
      const [path, key] = [`network.${field.name}`, `preset.${field.name}`];
      const put = (value) => {
        network[field.name] = value ?? "";
        change();
      };
      return block(path, key, field, control(this.#form, path, key, field, network[field.name], put));
    });
    return h("div", { className: "field" }, h("div", { className: "row wrap" }, ...blocks));
  }

  #drawInitializer(network) {
    const { draft, options, redraw } = this.#form;
    const path = "network.initializer";
    const initializers = ways(network.initializer);
    const choose = (names, focus) => {
      draft.chooseInitializers(names);
      redraw(focus);
    };
    const names = initializers.map((initializer) => initializer.name);
    const controls = several(`${path}.name`, path, Object.keys(options.initializers), names, (name) => t(`initializer.${name}`), choose);
    const boxes = settings(this.#form, path, "initializer", initializers, options.initializers).map((element) => element.querySelector("input"));
    return block(path, path, null, h("div", { className: "pair" }, controls[0], ...boxes, ...controls.slice(1)));
  }

  /** What each layer gives: rows of the server's summary. */
  show(rows) {
    this.#rows = rows;
    const edit = document.getElementById("edit-layers");
    if (edit) edit.disabled = !this.#form.described();
    if (this.#list) showShapes(this.#list, rows.map((row) => row.output_shape));
    else this.#summary.replaceChildren(...layerSummary(rows));
  }

  /** As far as the shapes go where a layer does not fit. */
  showUpTo(shapes) {
    if (this.#list) showShapes(this.#list, shapes);
  }
}
