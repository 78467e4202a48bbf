/** The network: a preset with its settings, or several to compare, or layers one by one; and how its weights begin. */

import { find, h, iconButton } from "../page/dom.js";
import { lazy } from "../page/lazy.js";
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
  /** Its chain says the sizes. */
  #isMlp = false;
  #table;
  /** @type {HTMLButtonElement | null} */
  #edit = null;
  /** The server's last summary; null while what is chosen is wrong. @type {ExperimentSummary | null} */
  #summary = null;
  /** @type {HTMLElement | null} */
  #list = null;
  /** What makes the list, as soon as it is here. @type {typeof LayerList | null} */
  #List = null;
  #bringList = lazy(async () => {
    this.#List = (await import("./layer-list.js")).LayerList;
  });
  /**
   * What each layer gives, as far as that is known: a list that is drawn again has it at once.
   * @type {WeakMap<Layer, string | undefined>}
   */
  #shapes = new WeakMap();
  /** Places of layers whose further settings are open. @type {Set<string>} */
  #open = new Set();

  /**
   * @param {FormContext} form
   * @param {Look} look
   */
  constructor(form, look) {
    this.#form = form;
    this.#look = look;
    this.#table = this.#tableButton();
  }

  /** The blocks, lowest first. */
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
    if (layers && !this.#List) this.#bringList().then(() => this.#form.redraw());
    if (layers && this.#List) {
      this.#list = new this.#List(this.#form, layers, this.#open).element;
      const left = this.#drawLeft();
      inside.push(...(left ? [left] : []), this.#list);
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
   * Which preset, or several, or the list; a way from the one to the other; and all of it as a table.
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
        await this.#bringList();
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

  /** Shows all layers as a table; off while what is chosen is wrong. */
  #tableButton() {
    const button = iconButton(
      "table",
      t("look.network"),
      () => this.#summary && this.#look.network(this.#summary),
    );
    button.id = "look-network"; // the focus finds it again when the form is drawn anew
    return button;
  }

  /** To the layers one by one: of the one network, or of the first of several, which is said before and after. */
  #editButton() {
    const { draft, settled, redraw } = this.#form;
    const button = h("button", { type: "button", className: "toggle", id: "edit-layers" }, t("network.edit"));
    button.addEventListener("click", async () => {
      const [config] = await Promise.all([settled(), this.#bringList()]); // a preset may have been chosen a moment ago
      if (!config || !button.isConnected) return;
      draft.writeLayers(config.network.layers);
      redraw("network.layers.0.grip");
    });
    return button;
  }

  /** Of how many networks these layers are the first, and the way back to all of them. */
  #drawLeft() {
    const { draft, redraw } = this.#form;
    const count = draft.leftVariants;
    if (count < 2) return null;
    const back = h("button", { type: "button", className: "toggle", id: "all-networks" }, t("network.back"));
    back.addEventListener("click", () => {
      draft.returnToLeft();
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
   * What the network is: a server's summary, or null where something is wrong with it, and then how far the shapes go.
   * @param {ExperimentSummary | null} summary
   * @param {number[][]} shapes
   */
  show(summary, shapes = []) {
    this.#summary = summary;
    this.#form.draft.layers?.forEach((layer, i) =>
      this.#shapes.set(layer, (summary?.first.layers[i]?.output_shape ?? shapes[i])?.join("×")),
    );
    this.#drawSummary();
  }

  /** The draft has been changed: of how many networks one can edit the first. */
  count() {
    this.#drawEdit();
  }

  #drawSummary() {
    const { layers } = this.#form.draft;
    this.#table.disabled = !this.#summary;
    this.#drawEdit();
    if (this.#list && layers)
      showShapes(
        this.#list,
        layers.map((layer) => this.#shapes.get(layer)),
      );
    this.#picture.show(this.#summary?.first ?? null, this.#form.draft.variants, !this.#isMlp);
    this.#rows.replaceChildren(...layerSummary(this.#summary?.first.layers ?? []));
  }

  #drawEdit() {
    if (!this.#edit) return;
    const count = this.#form.draft.variants;
    this.#edit.disabled = !this.#form.described();
    this.#edit.title = count > 1 ? t("network.edit_first", { count: number(count) }) : t("network.edit.help");
    this.#edit.dataset.help = this.#edit.title;
  }
}
