/**
 * Strokes: dashes and symbols that show which value of a field a curve's run has, while its colour shows which run it is. The
 * field is chosen in a list below the charts and kept in the address.
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
 * What a curve looks like beside its colour, and what that says.
 * @typedef {{dash: string, symbol: string | null, value: string}} Stroke
 * @typedef {{field: string, legend: Stroke[], lookOf: (runs: Run[]) => Stroke}} StrokesOfRuns
 */

/** The stroke of a curve whose value is not known, or whose runs have several. */
const PLAIN = { dash: "solid", symbol: null, value: "" };

export class Strokes {
  #fields;
  #select;

  /**
   * @param {HTMLElement} foot holds the list
   * @param {ShownFields} fields
   * @param {() => void} onChange the curves look otherwise now
   */
  constructor(foot, fields, onChange) {
    this.#fields = fields;
    this.#select = find(foot, "#dash-field", HTMLSelectElement);
    this.#select.addEventListener("change", () => urlState.set({ dash: this.#select.value }));
    // what it offers is fetched when it is about to be opened
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
   * The looks of the shown curves, or null where no field is chosen.
   * @param {Run[][]} curves the runs that each stands for, most often one
   * @returns {StrokesOfRuns | null} `lookOf` such a curve: `symbol` is null where its runs have several values
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
    // In the order of their first runs: a run that comes changes no other's.
    for (const [value, ...others] of curves.map(valuesOf)) {
      if (!others.length && value !== undefined && !looks.has(value))
        looks.set(value, { ...lookAt(looks.size), value });
    }
    const inOrder = [...looks.values()].sort((one, other) => bySize(one.value, other.value));
    const legend = [...inOrder, ...(curves.some((runs) => lookOf(runs) === several) ? [several] : [])];
    return { field: labelOf(field), legend, lookOf };
  }

  #draw() {
    label(this.#select, t("strokes.label"));
    this.#drawFields();
    if (this.#field) this.#fields.fetch();
  }

  /** What dashes can stand for: what differs between the shown runs. */
  #drawFields() {
    fillFields(this.#select, this.#fields.differing(), this.#field, (name) =>
      t("strokes.by", { field: name ? labelOf(name) : t("strokes.none") }),
    );
  }
}

/**
 * Four dashes and five symbols go round beside each other: twenty looks before the first comes again.
 * @param {number} place
 */
function lookAt(place) {
  return { dash: DASHES[place % DASHES.length], symbol: SHAPES[place % SHAPES.length] };
}
