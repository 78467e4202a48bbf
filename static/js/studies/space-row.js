/** A field that varies in a new study, with its values: some, or all between two bounds. */

import { box } from "../form/fields.js";
import { h, iconButton } from "../page/dom.js";
import { t } from "../words/i18n.js";
import { valueLabelOf } from "../words/labels.js";
import { wordFor } from "./configuration-values.js";

/**
 * @import { Row } from "./space.js"
 * @import { StudyField } from "./study-fields.js"
 */

const SCALES = /** @type {const} */ (["linear", "log", "integer"]);

export class SpaceRow {
  element;
  row;
  field;
  #onChange;
  #controls = h("div", { className: "study-controls" });
  #isGrid = true;

  /**
   * @param {StudyField} field
   * @param {Row} row what is in it at first; it is changed here
   * @param {string} label
   * @param {{change: () => void, remove: () => void}} on
   */
  constructor(field, row, label, on) {
    this.field = field;
    this.row = row;
    this.#onChange = on.change;
    const path = `space.${row.path}`;
    this.element = h(
      "div",
      { className: "field study-row", "data-field": path },
      h(
        "div",
        { className: "study-row-head" },
        h("span", { className: "label" }, label),
        iconButton("delete", t("study.remove_field", { field: label }), on.remove),
      ),
      this.#controls,
      h("span", { className: "error", role: "alert", id: `study-error-${path}` }),
    );
    this.element.setAttribute("role", "group");
    this.element.setAttribute("aria-label", label);
    this.#draw();
  }

  /** Only a grid needs steps between two bounds. @param {boolean} isGrid */
  forGrid(isGrid) {
    if (isGrid === this.#isGrid) return;
    this.#isGrid = isGrid;
    this.#draw();
  }

  focus() {
    this.#controls.querySelector("input")?.focus();
  }

  #draw() {
    const { row, field } = this;
    if (row.given) this.#controls.replaceChildren(...this.#given(row.given));
    else if (field.kind === "numbers") this.#controls.replaceChildren(...this.#numbers());
    else this.#controls.replaceChildren(...field.names.map((name) => this.#box(name)));
  }

  /** Values from the form that have settings of their own. They can only be changed in the form. @param {any[]} given */
  #given(given) {
    return given.map((value) => h("span", { className: "study-given" }, wordFor(this.row.path, value)));
  }

  /** @param {any} name */
  #box(name) {
    const { row, field } = this;
    const box = h("input", {
      type: "checkbox",
      checked: row.names.includes(name),
      value: String(name),
      name: `space.${row.path}`,
    });
    box.addEventListener("change", () => {
      row.names = field.names.filter((other) => (other === name ? box.checked : row.names.includes(other)));
      this.#onChange();
    });
    return h("label", { className: "study-check" }, box, h("span", {}, valueLabelOf(row.path, name)));
  }

  #numbers() {
    const { row } = this;
    const path = `space.${row.path}`;
    const kind = h(
      "select",
      { name: `${path}.how`, "aria-label": t("study.how") },
      h("option", { value: "values" }, t("study.values")),
      h("option", { value: "between" }, t("study.between")),
    );
    kind.value = row.between ? "between" : "values";
    kind.addEventListener("change", () => {
      row.between = kind.value === "between";
      this.#draw();
      this.focus();
      this.#onChange();
    });
    if (!row.between) return [kind, this.#text("text", "study.values", "wide")];
    const scale = h(
      "select",
      { name: `${path}.scale`, "aria-label": t("study.scale") },
      ...SCALES.map((name) => h("option", { value: name }, t(`study.scale.${name}`))),
    );
    scale.value = row.scale;
    scale.addEventListener("change", () => {
      row.scale = /** @type {Row["scale"]} */ (scale.value);
      this.#onChange();
    });
    return [
      kind,
      this.#text("low", "study.low"),
      this.#text("high", "study.high"),
      scale,
      ...(this.#isGrid
        ? [h("label", {}, t("study.steps"), " ", this.#text("steps", "study.steps", "narrow"))]
        : []),
    ];
  }

  /**
   * @param {"text" | "low" | "high" | "steps"} name of the part of the row
   * @param {string} key of its label
   * @param {string} [className]
   */
  #text(name, key, className = "") {
    const part = name === "text" ? "choices" : name;
    const field = name === "steps" ? null : this.field.field;
    const input = box(`space.${this.row.path}.${part}`, key, field, this.row[name], () => {
      this.row[name] = input.value;
      this.#onChange();
    });
    input.className = className;
    input.placeholder = "";
    return input;
  }
}
