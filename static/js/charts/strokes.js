/**
 * Strokes: line styles and symbols that show the value of a field for each curve, while the colour shows the run. The field is
 * chosen in a list below the charts, and is in the address.
 */

import { find, label } from "../page/dom.js";
import { DASHES } from "../page/palette.js";
import { urlState } from "../state/address.js";
import { bySize } from "../state/flat-configs.js";
import { onLanguage, t } from "../words/i18n.js";
import { labelOf, valueLabelOf } from "../words/labels.js";
import { fillFields } from "./shown-fields.js";
import { SHAPES } from "./symbols.js";

/**
 * @import { Fields, Run } from "../types.js"
 * @import { ShownFields } from "./shown-fields.js"
 */

/**
 * The line style and symbol of a curve, and the value that they show.
 * @typedef {{dash: string, symbol: string | null, value: string}} Stroke
 * @typedef {{field: string, legend: Stroke[], lookOf: (runs: Run[]) => Stroke}} StrokesOfRuns
 */

/** The stroke of a curve whose value is unknown, or whose runs have different values. */
const PLAIN = { dash: "solid", symbol: null, value: "" };

export class Strokes {
  #fields;
  #select;

  /**
   * @param {HTMLElement} foot the element with the list
   * @param {ShownFields} fields
   * @param {() => void} onChange called when curves must be drawn differently
   */
  constructor(foot, fields, onChange) {
    this.#fields = fields;
    this.#select = find(foot, "#dash-field", HTMLSelectElement);
    this.#select.addEventListener("change", () => urlState.set({ dash: this.#select.value }));
    // the fields for the list are fetched when it is about to be opened
    for (const event of ["pointerenter", "focus"]) {
      this.#select.addEventListener(event, () => {
        this.#drawFields();
        fields.fetch();
      });
    }
    urlState.on("dash", () => {
      this.#draw();
      onChange();
    });
    fields.fetchWhile(() => Boolean(this.#field));
    fields.on("change", () => {
      this.#drawFields();
      if (this.#field) onChange();
    });
    onLanguage(() => this.#draw());
    this.#draw();
  }

  get #field() {
    return urlState.get("dash");
  }

  /**
   * The strokes of the shown curves; null if no field is chosen.
   * @param {Run[][]} curves the runs of each curve, usually one
   * @returns {StrokesOfRuns | null} `lookOf` gives the stroke of a curve; `symbol` is null if its runs have different values
   */
  of(curves) {
    const field = this.#field;
    if (!field) return null;
    /** @type {Map<string, Stroke>} */
    const looks = new Map();
    /** @param {Fields | undefined} fields */
    const fieldValue = (fields) =>
      fields && valueLabelOf(field, Object.hasOwn(fields, field) ? fields[field] : null);
    /** @param {Run[]} runs */
    const valuesOf = (runs) => [...new Set(runs.map((run) => fieldValue(this.#fields.get(run.id))))];
    const several = { ...PLAIN, value: t("strokes.several") };
    /**
     * @param {Run[]} runs
     * @returns {Stroke}
     */
    const lookOf = (runs) => {
      const [value, ...others] = valuesOf(runs);
      if ([value, ...others].includes(undefined)) return PLAIN;
      return (!others.length && looks.get(String(value))) || several;
    };
    // The oldest curve gets the first stroke, and so on: a new run comes last and changes no other stroke.
    for (const [value, ...others] of curves.map(valuesOf)) {
      if (!others.length && value !== undefined && !looks.has(value))
        looks.set(value, { ...lookAt(looks.size), value });
    }
    const inOrder = [...looks.values()].sort((a, b) => bySize(a.value, b.value));
    const legend = [...inOrder, ...(curves.some((runs) => lookOf(runs) === several) ? [several] : [])];
    return { field: labelOf(field), legend, lookOf };
  }

  #draw() {
    label(this.#select, t("strokes.label"));
    this.#drawFields();
    if (this.#field) this.#fields.fetch();
  }

  /** Offer the fields in which the shown runs differ. */
  #drawFields() {
    fillFields(this.#select, this.#fields.differing(), this.#field, (name) =>
      t("strokes.by", { field: name ? labelOf(name) : t("strokes.none") }),
    );
  }
}

/**
 * The next line style and symbol. Four line styles and five symbols repeat independently, which gives twenty different strokes.
 * @param {number} place
 */
function lookAt(place) {
  return { dash: DASHES[place % DASHES.length], symbol: SHAPES[place % SHAPES.length] };
}
