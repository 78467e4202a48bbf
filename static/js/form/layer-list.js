/**
 * The layer list: a network layer by layer, from the images up, with what each gives. Layers are added, removed, and
 * moved by drag or with the arrow keys on their grip, into residual blocks and out of them too; one with a
 * wrong input shape shows the error in its place.
 */

import { h, iconButton } from "../page/dom.js";
import { drag } from "../page/drag.js";
import { arrowStep, onKey } from "../page/keys.js";
import { t } from "../words/i18n.js";
import { control } from "./control.js";
import { described } from "./fields.js";
import { layerAdder } from "./layer-adder.js";
import { afterInsertion, isInside, move, pathOf, step } from "./layer-moves.js";

/**
 * @import { FormContext } from "./form.js"
 * @import { Field, Layer } from "../types.js"
 */

/** What stands in a layer's line; the rest is behind its dots. @type {Record<string, string[]>} */
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
  /** Of the block that this is the list of; empty: of the network. */
  #place;
  /** The network's list, in which layers move. */
  #root;
  /** Rows whose further settings are open; a list redrawn finds them open again. */
  #open;

  /**
   * @param {FormContext} form
   * @param {Layer[]} layers changed in place
   * @param {Set<string>} open
   * @param {{place: number[], root: LayerList}} [block] where this is the list of a block in another
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
    const text = matchMedia("(pointer: coarse)").matches ? `+ ${label}` : "+"; // for a finger it has a line of its own
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
   * The button with the dots, and what it opens.
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
   * The list of all layers, of which one is put before a position.
   * @param {string} name
   * @param {{text: string, label: string}} said
   * @param {number} position
   */
  #adder(name, said, position) {
    return layerAdder(this.#form.options, name, said, (layer) => {
      this.#layers.splice(position, 0, layer);
      const open = [...this.#open].map((path) => afterInsertion(path, `${this.#path}.`, position));
      this.#open.clear();
      for (const path of open) this.#open.add(path);
      this.#form.redraw(`${this.#path}.${position}.${FIRST[layer.type]?.[0] ?? "grip"}`);
    });
  }

  /** Adds at the end: in a network below the last layer, which gives the classes. */
  #adderAtEnd() {
    const { length } = this.#layers;
    const said = { text: `+ ${t("layer.add")}`, label: t("layer.add") };
    const adder = this.#adder(
      `${this.#path}.add`,
      said,
      this.#place.length ? length : Math.max(0, length - 1),
    );
    return h("li", { className: "layer-add" }, adder);
  }

  /** @param {number} i */
  #remove(i) {
    this.#layers.splice(i, 1);
    this.#open.clear(); // places mean other layers now
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

  // -- in the whole network ------------------------------------------------------------------------

  /**
   * @param {number[]} from
   * @param {number[] | null} to
   */
  #move(from, to) {
    const place = to && move(this.#layers, from, to);
    if (!place) return;
    this.#open.clear(); // places mean other layers now
    this.#form.redraw(`${pathOf(place)}.grip`);
  }

  /** Every place that something can be put, with the row below it: before each layer, and at each list's end. */
  #gaps() {
    const lists = [...this.element.querySelectorAll(".layers"), this.element];
    return lists.flatMap((list) => {
      const inside = list.getAttribute("data-path")?.match(/\d+/g)?.map(Number) ?? [];
      return [...list.children].map((row, i) => ({ row, place: [...inside, i] }));
    });
  }

  /**
   * The gap that is nearest to a height in the window; a block does not go into itself.
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
    row.scrollIntoView({ block: "nearest" }); // a long list moves on at its edges
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
