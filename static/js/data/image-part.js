/** How images are read: their size and colour, and what is done with those that are no squares. */

import { segments } from "../form/fields.js";
import { h } from "../page/dom.js";
import { onInput } from "../page/keys.js";
import { t } from "../words/i18n.js";

/**
 * @import { Corrections, Part } from "./preview-view.js"
 * @import { Choices, Preview } from "./types.js"
 */

const SWITCHES = /** @type {const} */ (["transpose", "flippable"]);

/** @implements {Part} */
export class ImagePart {
  element;
  #size = h("input", {
    type: "number",
    min: "8",
    max: "64",
    step: "1",
    inputMode: "numeric",
    id: "own-size",
  });
  #boxes = {
    transpose: h("input", { type: "checkbox" }),
    flippable: h("input", { type: "checkbox" }),
  };
  #choosers;
  /** The places of the size, and of what happens to images that are no squares. */
  #sides;
  #squares;
  /** @type {Record<string, HTMLElement>} */
  fields = {};

  /** @param {Corrections} corrections */
  constructor(corrections) {
    /**
     * @param {keyof Choices} field
     * @param {any} value
     */
    const change = (field, value) => corrections.change({ ...corrections.choices, [field]: value }, field);
    const { choices } = corrections.preview;
    // an empty box is no size yet: the one before stays until another is typed
    onInput(this.#size, () => this.#size.value && change("size", Number(this.#size.value)));
    this.#choosers = {
      colour: this.#segments("colour", ["false", "true"], String(!!choices.colour), (value) =>
        change("colour", value === "true"),
      ),
      fit: this.#segments("fit", ["crop", "pad"], choices.fit ?? "crop", (value) => change("fit", value)),
    };
    for (const name of SWITCHES)
      this.#boxes[name].addEventListener("change", () => change(name, this.#boxes[name].checked));
    const size = h("label", { className: "own-field" }, h("span", {}, t("own.size")), this.#size);
    this.#sides = this.#with("size", size);
    this.#squares = this.#with("fit", this.#field("fit", this.#choosers.fit));
    const fields = [
      this.#sides,
      this.#with("colour", this.#field("colour", this.#choosers.colour)),
      this.#squares,
      ...SWITCHES.map((name) =>
        this.#with(name, h("label", { className: "own-check" }, this.#boxes[name], t(`own.${name}`))),
      ),
    ];
    this.element = h(
      "section",
      {},
      h("h3", {}, t("own.images")),
      h("div", { className: "own-fields" }, ...fields),
    );
  }

  /**
   * @param {"colour" | "fit"} name
   * @param {string[]} values
   * @param {string} value
   * @param {(value: string) => void} onchange
   */
  #segments(name, values, value, onchange) {
    return segments(
      `own.${name}`,
      `own.${name}`,
      values,
      value,
      (choice) => t(`own.${name}.${choice}`),
      onchange,
    );
  }

  /**
   * @param {string} name
   * @param {HTMLElement} control
   */
  #field(name, control) {
    return h("div", { className: "own-field" }, h("span", {}, t(`own.${name}`)), control);
  }

  /**
   * A control with the place of its error.
   * @param {string} name
   * @param {HTMLElement} control
   */
  #with(name, control) {
    const problem = h("span", { className: "error", role: "alert" });
    this.fields[name] = problem;
    return h("div", {}, control, problem);
  }

  /** @param {Preview} preview */
  update({ choices }) {
    const { size, transpose, flippable, fit, colour } = choices;
    if (document.activeElement !== this.#size) this.#size.value = String(size ?? "");
    this.#boxes.transpose.checked = !!transpose;
    this.#boxes.flippable.checked = !!flippable;
    check(this.#choosers.fit, String(fit));
    check(this.#choosers.colour, String(!!colour));
    // an array of images has them as they are
    this.#squares.hidden = fit === null || fit === undefined;
    this.#sides.hidden = size === null || size === undefined;
  }
}

/**
 * @param {HTMLElement} group
 * @param {string} value
 */
function check(group, value) {
  for (const radio of group.querySelectorAll("input")) radio.checked = radio.value === value;
}
