/**
 * The layer list: all layers of a network, from the input on, with their output shapes. Layers can be added and removed. They
 * are moved by dragging, or with the arrow keys on their grip, also into residual blocks and out of them. A layer that does
 * not fit its input shows the error.
 */

import { h, iconButton } from "../page/dom.js";
import { drag } from "../page/drag.js";
import { arrowStep, onKey } from "../page/keys.js";
import { loadStyle } from "../page/style.js";
import { t } from "../words/i18n.js";
import { control } from "./control.js";
import { described } from "./fields.js";
import { layerAdder } from "./layer-adder.js";
import { afterInsertion, isInside, move, step } from "./layer-moves.js";
import { pathOf } from "./layer-places.js";

/**
 * @import { FormContext } from "./form.js"
 * @import { Field, Layer } from "../types.js"
 */

await loadStyle("layers");

/** The settings in the line of a layer; the button with the dots shows the others. @type {Record<string, string[]>} */
const FIRST = {
  dense: ["units"],
  activation: ["name"],
  conv2d: ["filters", "kernel_size"],
  max_pool2d: ["size"],
  avg_pool2d: ["size"],
  dropout: ["rate"],
};

export class LayerList {
  #form;
  #path;
  #layers;
  /** The place of the residual block whose layers this list has; empty for the whole network. */
  #place;
  /** The list of the whole network, which moves layers. */
  #root;
  /** Paths of layers whose further settings are open; they stay open when the list is drawn again. */
  #open;

  /**
   * @param {FormContext} form
   * @param {Layer[]} layers changed in place
   * @param {Set<string>} open
   * @param {{place: number[], root: LayerList}} [block] if this is the list of a residual block
   */
  constructor(form, layers, open, block) {
    const { place, root } = block ?? { place: [], root: this };
    this.#form = form;
    this.#layers = layers;
    this.#place = place;
    this.#root = root;
    this.#path = place.length ? `${pathOf(place)}.layers` : "network.layers";
    this.#open = open;
    /** @type {HTMLElement} */
    this.element = h(
      "ol",
      { className: "layers", "data-path": this.#path },
      ...layers.map((layer, i) => this.#row(layer, i)),
      this.#adderAtEnd(),
    );
  }

  /**
   * @param {Layer} layer
   * @param {number} i
   * @returns {HTMLElement}
   */
  #row(layer, i) {
    const place = [...this.#place, i];
    const path = pathOf(place);
    const number = place.map((position) => position + 1).join(".");
    /** @type {Field[]} */
    const fields = this.#form.options.layers[layer.type];
    const first = FIRST[layer.type] ?? [];
    const name = t(`layer.${layer.type}`);
    const grip = iconButton("grip", t("layer.move", { layer: name, number }), () => {});
    grip.classList.add("grip");
    grip.name = `${path}.grip`;
    onKey(grip, (event) => this.#key(event, i));
    grip.addEventListener("pointerdown", (event) =>
      drag(event, grip, {
        over: (y) => this.#root.#mark(row, place, y),
        drop: (y) => this.#root.#drop(place, y),
      }),
    );
    const more = this.#more(
      path,
      layer,
      fields.filter((field) => !first.includes(field.name) && field.kind !== "layers"),
    );
    const inputs = fields
      .filter((field) => first.includes(field.name))
      .map((field) => this.#input(path, layer, field));
    const line = h(
      "div",
      { className: "layer-line", "data-help": t(`layer.${layer.type}.help`) },
      grip,
      h("span", { className: "layer-type" }, name),
      ...inputs,
      h("output", { className: "layer-shape", "data-shape": path }),
      more.button,
      iconButton("delete", t("layer.remove", { layer: name, number }), () => this.#remove(i)),
    );
    const inner =
      layer.type === "residual"
        ? new LayerList(this.#form, layer.layers ?? [], this.#open, { place, root: this.#root }).element
        : null;
    const label = t("layer.insert", { number });
    const text = matchMedia("(pointer: coarse)").matches ? `+ ${label}` : "+"; // on a touch screen it has its own line
    const inserter = this.#adder(`${path}.insert`, { text, label }, i);
    inserter.className = "layer-insert";
    const error = h("span", { className: "error", role: "alert", id: `error-${path}` });
    const row = h(
      "li",
      { className: "layer field", "data-field": path, "data-type": layer.type },
      inserter,
      line,
      more.panel,
      inner,
      error,
    );
    return row;
  }

  /**
   * @param {string} path
   * @param {Layer} layer
   * @param {Field} field
   */
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

  /**
   * The button with the dots, and the panel that it opens.
   * @param {string} path
   * @param {Layer} layer
   * @param {Field[]} fields
   */
  #more(path, layer, fields) {
    const panel = h(
      "div",
      { className: "layer-more row wrap", hidden: !this.#open.has(path) },
      h("p", { className: "layer-help" }, t(`layer.${layer.type}.help`)),
    );
    const button = iconButton("more", t("layer.more"), () => {
      panel.hidden = !panel.hidden;
      if (panel.hidden) this.#open.delete(path);
      else this.#open.add(path);
      button.setAttribute("aria-expanded", String(!panel.hidden));
    });
    button.setAttribute("aria-expanded", String(!panel.hidden));
    for (const field of fields)
      panel.append(
        h(
          "label",
          { className: "field" },
          h("span", { className: "label" }, t(`layer.${field.name}`)),
          this.#input(path, layer, field),
        ),
      );
    return { button, panel };
  }

  // -- adding, removing, moving --------------------------------------------------------------------

  /**
   * A drop-down list that adds a layer before a position.
   * @param {string} name
   * @param {{text: string, label: string}} texts
   * @param {number} position
   */
  #adder(name, texts, position) {
    return layerAdder(this.#form.options, name, texts, (layer) => {
      this.#layers.splice(position, 0, layer);
      const open = [...this.#open].map((path) => afterInsertion(path, `${this.#path}.`, position));
      this.#open.clear();
      for (const path of open) this.#open.add(path);
      this.#form.redraw(`${this.#path}.${position}.${FIRST[layer.type]?.[0] ?? "grip"}`);
    });
  }

  /** The drop-down list at the end. In a network it adds before the last layer, which gives the classes. */
  #adderAtEnd() {
    const { length } = this.#layers;
    const texts = { text: `+ ${t("layer.add")}`, label: t("layer.add") };
    const adder = this.#adder(
      `${this.#path}.add`,
      texts,
      this.#place.length ? length : Math.max(0, length - 1),
    );
    return h("li", { className: "layer-add" }, adder);
  }

  /** @param {number} i */
  #remove(i) {
    this.#layers.splice(i, 1);
    this.#open.clear(); // because paths belong to other layers now
    const next = Math.min(i, this.#layers.length - 1);
    this.#form.redraw(next < 0 ? `${this.#path}.add` : `${this.#path}.${next}.grip`);
  }

  /**
   * @param {KeyboardEvent} event
   * @param {number} i
   */
  #key(event, i) {
    const by = arrowStep(event);
    if (event.key === "Delete") this.#remove(i);
    else if (by) this.#root.#move([...this.#place, i], step(this.#root.#layers, [...this.#place, i], by));
    else return;
    event.preventDefault();
  }

  // -- for the list of the whole network -----------------------------------------------------------

  /**
   * @param {number[]} from
   * @param {number[] | null} to
   */
  #move(from, to) {
    const place = to && move(this.#layers, from, to);
    if (!place) return;
    this.#open.clear(); // because paths belong to other layers now
    this.#form.redraw(`${pathOf(place)}.grip`);
  }

  /** Every place to which a layer can be moved, with the row below it: before each layer, and at the end of each list. */
  #gaps() {
    const lists = [...this.element.querySelectorAll(".layers"), this.element];
    return lists.flatMap((list) => {
      const inside = list.getAttribute("data-path")?.match(/\d+/g)?.map(Number) ?? [];
      return [...list.children].map((row, i) => ({ row, place: [...inside, i] }));
    });
  }

  /**
   * The gap that is nearest to a height in the window; a block cannot be moved into itself.
   * @param {number} y
   * @param {number[]} dragged
   */
  #gapAt(y, dragged) {
    /** @param {{row: Element}} gap */
    const distance = ({ row }) => Math.abs(row.getBoundingClientRect().top - y);
    const gaps = this.#gaps().filter(({ place }) => !isInside(place, dragged));
    return gaps.reduce((best, gap) => (distance(gap) < distance(best) ? gap : best));
  }

  /**
   * @param {Element} dragged
   * @param {number[]} from
   * @param {number} y
   */
  #mark(dragged, from, y) {
    this.#unmark();
    dragged.classList.add("dragged");
    const { row } = this.#gapAt(y, from);
    row.classList.add("drop-before");
    row.scrollIntoView({ block: "nearest" }); // so that a long list scrolls during the drag
  }

  #unmark() {
    for (const row of this.element.querySelectorAll("li")) row.classList.remove("dragged", "drop-before");
  }

  /**
   * @param {number[]} from
   * @param {number | null} y
   */
  #drop(from, y) {
    this.#unmark();
    if (y !== null) this.#move(from, this.#gapAt(y, from).place);
  }
}
