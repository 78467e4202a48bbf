/** How images are read: their size and colour, and what is done with those that are not square. */

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
  });
  #checkBoxes = {
    transpose: h("input", { type: "checkbox" }),
    flippable: h("input", { type: "checkbox" }),
  };
  #segmentsOf;
  /** The rows of the size, and of the choice for images that are not square; hidden where they do not apply. */
  #sizeRow;
  #fitRow;
  /** A choice → the element for its error; see `Part`. */
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
    this.#size.addEventListener("blur", () => {
      if (!this.#size.value)
        this.#size.value = String(corrections.choices.size ?? corrections.preview.choices.size ?? "");
    });
    this.#segmentsOf = {
      colour: this.#segments("colour", ["false", "true"], String(!!choices.colour), (value) =>
        change("colour", value === "true"),
      ),
      fit: this.#segments("fit", ["crop", "pad"], choices.fit ?? "crop", (value) => change("fit", value)),
    };
    for (const name of SWITCHES)
      this.#checkBoxes[name].addEventListener("change", () => change(name, this.#checkBoxes[name].checked));
    const size = h("label", { className: "own-field" }, h("span", {}, t("own.size")), this.#size);
    this.#sizeRow = this.#withError("size", size);
    this.#fitRow = this.#withError("fit", this.#field("fit", this.#segmentsOf.fit));
    const rows = [
      this.#sizeRow,
      this.#withError("colour", this.#field("colour", this.#segmentsOf.colour)),
      this.#fitRow,
      ...SWITCHES.map((name) =>
        this.#withError(
          name,
          h("label", { className: "own-check" }, this.#checkBoxes[name], t(`own.${name}`)),
        ),
      ),
    ];
    this.element = h(
      "section",
      {},
      h("h3", {}, t("own.images")),
      h("div", { className: "own-fields" }, ...rows),
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
   * A row: a control, and below it an element for its error.
   * @param {string} name
   * @param {HTMLElement} control
   */
  #withError(name, control) {
    const problem = h("span", { className: "error", role: "alert" });
    this.fields[name] = problem;
    return h("div", {}, control, problem);
  }

  /** @param {Preview} preview */
  update({ choices }) {
    const { size, transpose, flippable, fit, colour } = choices;
    if (document.activeElement !== this.#size) this.#size.value = String(size ?? "");
    this.#checkBoxes.transpose.checked = !!transpose;
    this.#checkBoxes.flippable.checked = !!flippable;
    selectRadio(this.#segmentsOf.fit, String(fit));
    selectRadio(this.#segmentsOf.colour, String(!!colour));
    // of a file that is an array of images, the images are used as they are
    this.#fitRow.hidden = fit === null || fit === undefined;
    this.#sizeRow.hidden = size === null || size === undefined;
  }
}

/**
 * @param {HTMLElement} group
 * @param {string} value
 */
function selectRadio(group, value) {
  for (const radio of group.querySelectorAll("input")) radio.checked = radio.value === value;
}
