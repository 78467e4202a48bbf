/** The part of the form for the network: a preset with its settings, several presets, or a list of layers; initial weights. */

import { find, h, iconButton } from "../page/dom.js";
import { lazy, retried } from "../page/lazy.js";
import { number, t } from "../words/i18n.js";
import { activationField } from "./activation-field.js";
import { chain } from "./chain.js";
import { besideLabel, block, select } from "./fields.js";
import { initializerField } from "./initializer-field.js";
import { layerSummary, showShapes } from "./layer-shapes.js";
import { presetName } from "./names.js";
import { NetworkPicture } from "./network-picture.js";
import { caption, presetSettings } from "./preset-settings.js";
import { several } from "./several.js";

/**
 * @import { FormContext } from "./form.js"
 * @import { LayerList } from "./layer-list.js"
 * @import { ExperimentSummary, Layer } from "../types.js"
 * @import { Look } from "../look/look.js"
 * @import { DraftNetwork } from "./draft-document.js"
 */

const WRITTEN = "layers";

export class NetworkPart {
  #form;
  #look;
  #rows = h("ol", { className: "layer-summary" });
  #picture = new NetworkPicture();
  /** Whether the network is an MLP, whose chain shows the numbers of units. */
  #isMlp = false;
  #table;
  /** @type {HTMLButtonElement | null} */
  #edit = null;
  /** The server's last summary; null while the draft has an error. @type {ExperimentSummary | null} */
  #summary = null;
  /** @type {HTMLElement | null} */
  #list = null;
  /** The class of layer lists, once it is loaded. @type {typeof LayerList | null} */
  #List = null;
  #loadList = lazy(async () => {
    this.#List = (await import("./layer-list.js")).LayerList;
  });
  /**
   * The known output shapes of layers, for a list that is drawn again.
   * @type {WeakMap<Layer, string | undefined>}
   */
  #shapes = new WeakMap();
  /** Paths of layers whose further settings are open. @type {Set<string>} */
  #open = new Set();

  /**
   * @param {FormContext} form
   * @param {() => Promise<Look>} look
   */
  constructor(form, look) {
    this.#form = form;
    this.#look = look;
    this.#table = this.#tableButton();
  }

  /** Make the elements of this part. */
  draw() {
    const { draft } = this.#form;
    const { networks } = draft;
    const [{ layers }] = networks;
    const mlp = networks.find(({ preset }) => preset === "mlp");
    const choice = this.#drawChoice(networks);
    const parts = [choice];
    this.#isMlp = networks.length === 1 && Boolean(mlp);
    this.#list = null;
    /** @type {HTMLElement[]} */
    const inside = [];
    if (layers && !this.#List) retried(this.#loadList).then(() => this.#form.redraw());
    if (layers && this.#List) {
      this.#list = new this.#List(this.#form, layers, this.#open).element;
      const note = this.#drawReplacedNote();
      inside.push(...(note ? [note] : []), this.#list);
    }
    if (mlp) {
      if (networks.length > 1) inside.push(caption(presetName("mlp")));
      inside.push(chain(this.#form, draft.datasets, mlp.hidden ?? []));
      parts.push(activationField(this.#form, mlp));
    }
    if (!layers && (networks.length > 1 || !mlp)) {
      const rows = networks.length > 1 ? [] : [this.#rows];
      parts.push(h("div", { className: "field" }, ...presetSettings(this.#form), ...rows));
    }
    find(choice, ".error", HTMLElement).before(...inside, this.#picture.element);
    this.#drawSummary();
    return [...parts, initializerField(this.#form)];
  }

  /**
   * The field for the network, with a button to edit the layers and a button for the table of layers.
   * @param {DraftNetwork[]} networks
   */
  #drawChoice(networks) {
    const { draft, redraw } = this.#form;
    const path = "network.preset";
    this.#table = this.#tableButton();
    /**
     * @param {string[]} presets
     * @param {string} focus
     */
    const choose = async (presets, focus) => {
      if (presets[0] === WRITTEN) {
        await this.#loadList().catch((error) => {
          if (element.isConnected) redraw(); // with the network that is still chosen
          throw error;
        });
        if (!element.isConnected) return; // drawn again meanwhile, as after another choice
        draft.chooseOwnLayers();
      } else draft.choosePresets(presets);
      redraw(focus);
    };
    /** @param {string} preset */
    const name = (preset) => t(`preset.${preset}`);
    const written = Boolean(networks[0].layers);
    const chosen = draft.presets;
    const controls = written
      ? [
          select(path, "network.layers", [...draft.fitting, WRITTEN], WRITTEN, name, (preset) =>
            choose([preset], path),
          ),
        ]
      : several(path, "network.layers", draft.fitting, chosen, name, choose, {
          alone: draft.own ? [WRITTEN] : [],
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
    return this.#edit ? besideLabel(element, this.#edit) : element;
  }

  /** The button that shows all layers as a table; disabled while the draft has an error. */
  #tableButton() {
    const button = iconButton(
      "table",
      t("look.network"),
      async () => this.#summary && (await this.#look()).network(this.#summary),
    );
    button.id = "look-network"; // so that the focus can return to it when the form is drawn again
    return button;
  }

  /** The button that replaces the network, or the first of several, by its list of layers. */
  #editButton() {
    const { draft, settled, redraw } = this.#form;
    const button = h("button", { type: "button", className: "toggle", id: "edit-layers" }, t("network.edit"));
    button.addEventListener("click", async () => {
      const [config] = await Promise.all([settled(), this.#loadList()]); // a preset may have been chosen a moment ago
      if (!config || !button.isConnected) return;
      draft.writeLayers(config.network.layers);
      redraw("network.layers.0.grip");
    });
    return button;
  }

  /** If the layers are those of the first of several networks: a text that says so, and a button back to all of them. */
  #drawReplacedNote() {
    const { draft, redraw } = this.#form;
    const count = draft.replacedVariants;
    if (count < 2) return null;
    const back = h("button", { type: "button", className: "toggle", id: "all-networks" }, t("network.back"));
    back.addEventListener("click", () => {
      draft.returnToReplaced();
      redraw("edit-layers");
    });
    return h(
      "p",
      { className: "network-note" },
      h("span", {}, t("network.first_of", { count: number(count) })),
      back,
    );
  }

  /**
   * Show the server's summary of the network.
   * @param {ExperimentSummary | null} summary null: the draft has an error
   * @param {number[][]} shapes the output shapes of the layers before a layer with an error
   */
  show(summary, shapes = []) {
    this.#summary = summary;
    this.#form.draft.layers?.forEach((layer, i) =>
      this.#shapes.set(layer, (summary?.first.layers[i]?.output_shape ?? shapes[i])?.join("×")),
    );
    this.#drawSummary();
  }

  /**
   * Call this when the draft has changed, or when a lesson has freed the fields that it fixed: it updates the button that edits
   * the layers.
   */
  updateEditButton() {
    if (!this.#edit || this.#edit.closest(".fixed")) return; // a fork or a lesson has disabled it
    const count = this.#form.draft.variants;
    this.#edit.disabled = !this.#form.described();
    this.#edit.title = count > 1 ? t("network.edit_first", { count: number(count) }) : t("network.edit.help");
    this.#edit.dataset.help = this.#edit.title;
  }

  #drawSummary() {
    const { layers } = this.#form.draft;
    this.#table.disabled = !this.#summary;
    this.updateEditButton();
    if (this.#list && layers)
      showShapes(
        this.#list,
        layers.map((layer) => this.#shapes.get(layer)),
      );
    this.#picture.show(this.#summary?.first ?? null, this.#form.draft.variants, !this.#isMlp);
    this.#rows.replaceChildren(...layerSummary(this.#summary?.first.layers ?? []));
  }
}
