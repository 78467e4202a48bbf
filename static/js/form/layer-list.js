/**
 * The layer list: a network layer by layer, from the images up, with what each gives. Layers are added, removed, and
 * moved by drag or with the arrow keys on their grip; one that does not fit says so in its place.
 */

import { drag } from "../drag.js";
import { h, iconButton } from "../dom.js";
import { number, t } from "../i18n.js";
import { control } from "./control.js";
import { described, select } from "./fields.js";

/** What stands in a layer's line; the rest is behind its dots. */
const FIRST = {
  dense: ["units"],
  activation: ["name"],
  conv2d: ["filters", "kernel_size"],
  max_pool2d: ["size"],
  avg_pool2d: ["size"],
  dropout: ["rate"],
};
/** Sizes of a layer that is added and has none by default. */
const SIZES = { units: 20, filters: 16 };

export class LayerList {
  #form;
  #path;
  #layers;
  /** Rows whose further settings are open; a list redrawn finds them open again. */
  #open;

  /**
   * @param {{options: object, change: () => void, redraw: (focus?: string) => void}} form
   * @param {object[]} layers changed in place
   * @param {string} path of the list: "network.layers"
   */
  constructor(form, layers, path, open) {
    this.#form = form;
    this.#layers = layers;
    this.#path = path;
    this.#open = open;
    this.element = h("ol", { className: "layers", "data-path": path }, ...layers.map((layer, i) => this.#row(layer, i)), this.#adder());
  }

  #row(layer, i) {
    const path = `${this.#path}.${i}`;
    const fields = this.#form.options.layers[layer.type];
    const first = FIRST[layer.type] ?? [];
    const name = t(`layer.${layer.type}`);
    const grip = iconButton("grip", t("layer.move", { layer: name, number: i + 1 }), () => {});
    grip.classList.add("grip");
    grip.name = `${path}.grip`;
    grip.addEventListener("keydown", (event) => this.#key(event, i));
    grip.addEventListener("pointerdown", (event) => drag(event, grip, { over: (y) => this.#mark(row, y), drop: (y) => this.#drop(i, y) }));
    const more = this.#more(path, layer, fields.filter((field) => !first.includes(field.name) && field.kind !== "layers"));
    const inputs = fields.filter((field) => first.includes(field.name)).map((field) => this.#input(path, layer, field));
    const line = h(
      "div",
      { className: "layer-line" },
      grip,
      h("span", { className: "layer-type" }, name),
      ...inputs,
      h("output", { className: "layer-shape", "data-shape": path }),
      more.button,
      iconButton("delete", t("layer.remove", { layer: name, number: i + 1 }), () => this.#remove(i)),
    );
    const inner = layer.type === "residual" ? new LayerList(this.#form, layer.layers, `${path}.layers`, this.#open).element : null;
    const error = h("span", { className: "error", role: "alert", id: `error-${path}` });
    const row = h("li", { className: "layer field", "data-field": path, "data-type": layer.type }, line, more.panel, inner, error);
    return row;
  }

  #input(path, layer, field) {
    const key = `layer.${field.name}`;
    const value = layer[field.name] ?? (field.nullable ? null : field.default);
    return described(
      h(
        "span",
        { className: field.kind === "choice" ? "layer-choice" : "layer-number" },
        control(this.#form, `${path}.${field.name}`, key, field, value, (changed) => {
          if (changed === null && field.default !== null) delete layer[field.name];
          else layer[field.name] = changed ?? (field.nullable ? null : "");
          this.#form.change();
        }),
      ),
      key,
      field,
    );
  }

  /** The button with the dots, and what it opens. */
  #more(path, layer, fields) {
    const panel = h("div", { className: "layer-more row wrap", hidden: !this.#open.has(path) });
    const button = iconButton("more", t("layer.more"), () => {
      panel.hidden = !panel.hidden;
      if (panel.hidden) this.#open.delete(path);
      else this.#open.add(path);
      button.setAttribute("aria-expanded", String(!panel.hidden));
    });
    button.setAttribute("aria-expanded", String(!panel.hidden));
    for (const field of fields) panel.append(h("label", { className: "field" }, h("span", { className: "label" }, t(`layer.${field.name}`)), this.#input(path, layer, field)));
    return { button, panel };
  }

  // -- adding, removing, moving --------------------------------------------------------------------

  /** Adds below the last layer, which gives the classes. */
  #adder() {
    const types = Object.keys(this.#form.options.layers);
    const choose = select(`${this.#path}.add`, "layer.add", ["", ...types], "", (type) => (type ? t(`layer.${type}`) : `+ ${t("layer.add")}`), (type) => {
      const inside = this.#path !== "network.layers";
      const place = inside ? this.#layers.length : Math.max(0, this.#layers.length - 1);
      this.#layers.splice(place, 0, this.#fresh(type));
      this.#form.redraw(`${this.#path}.${place}.${FIRST[type]?.[0] ?? "grip"}`);
    });
    return h("li", { className: "layer-add" }, choose);
  }

  #fresh(type) {
    const layer = { type };
    for (const field of this.#form.options.layers[type]) if (field.name in SIZES) layer[field.name] = SIZES[field.name];
    if (type === "activation") layer.name = "relu";
    if (type === "residual") layer.layers = [this.#fresh("dense"), this.#fresh("activation")];
    return layer;
  }

  #remove(i) {
    this.#layers.splice(i, 1);
    this.#open.clear(); // places mean other layers now
    const next = Math.min(i, this.#layers.length - 1);
    this.#form.redraw(next < 0 ? `${this.#path}.add` : `${this.#path}.${next}.grip`);
  }

  #key(event, i) {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (event.key === "Delete") this.#remove(i);
    else if (by) this.#move(i, i + by);
    else return;
    event.preventDefault();
  }

  #move(from, to) {
    if (to < 0 || to >= this.#layers.length || to === from) return;
    this.#layers.splice(to, 0, ...this.#layers.splice(from, 1));
    this.#open.clear();
    this.#form.redraw(`${this.#path}.${to}.grip`);
  }

  #rows() {
    return [...this.element.children].filter((row) => row.dataset.field);
  }

  /** The place before which something at this height would go. */
  #placeOf(y) {
    const rows = this.#rows();
    const place = rows.findIndex((row) => y < row.getBoundingClientRect().top + row.offsetHeight / 2);
    return place < 0 ? rows.length : place;
  }

  #mark(dragged, y) {
    const place = y === null ? -1 : this.#placeOf(y);
    dragged?.classList.add("dragged");
    [...this.element.children].forEach((row, i) => row.classList.toggle("drop-before", i === place));
  }

  #drop(from, y) {
    this.#mark(null, null);
    for (const row of this.#rows()) row.classList.remove("dragged");
    if (y === null) return;
    const place = this.#placeOf(y);
    this.#move(from, place > from ? place - 1 : place);
  }
}

/** Put what each layer gives beside it; those without a shape have not got that far. */
export function showShapes(element, shapes) {
  for (const output of element.querySelectorAll("[data-shape]")) {
    const [, place] = /^network\.layers\.(\d+)$/.exec(output.dataset.shape) ?? [];
    if (place !== undefined) output.textContent = shapes[place]?.join("×") ?? "–";
  }
}

/** The layers of a preset, to be read. */
export function layerSummary(rows) {
  return rows.map(({ type, output_shape: shape, parameters }) =>
    h(
      "li",
      {},
      h("span", { className: "layer-type" }, t(`layer.${type}`)),
      h("span", { className: "layer-shape" }, shape.join("×")),
      h("span", { className: "layer-parameters" }, parameters ? number(parameters) : ""),
    ),
  );
}
