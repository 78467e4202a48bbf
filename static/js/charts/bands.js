/**
 * Bands: a curve can show the mean and the spread of several runs. Two lists below the charts choose the spread and how the
 * runs are grouped; both choices are in the address.
 */

import { find, label, setChoices } from "../page/dom.js";
import { urlState } from "../state/address.js";
import { onLanguage, t } from "../words/i18n.js";
import { labelOf } from "../words/labels.js";
import { CHANCE, groupsOf, SPREADS } from "./groups.js";
import { fillFields } from "./shown-fields.js";

/**
 * @import { ShownFields } from "./shown-fields.js"
 * @import { Run } from "../types.js"
 * @import { Group } from "./groups.js"
 */

/** The groups of runs, and the kind of spread that their bands show. @typedef {{spread: string, groups: Group[]}} BandsOfRuns */

export class Bands {
  #fields;
  #spread;
  #over;

  /**
   * @param {HTMLElement} foot the element with the two lists
   * @param {ShownFields} fields
   * @param {() => void} onChange called when the charts must draw other curves
   */
  constructor(foot, fields, onChange) {
    this.#fields = fields;
    this.#spread = find(foot, "#band-spread", HTMLSelectElement);
    this.#over = find(foot, "#band-over", HTMLSelectElement);
    this.#spread.addEventListener("change", () => urlState.set({ spread: this.#spread.value }));
    this.#over.addEventListener("change", () => urlState.set({ over: this.#over.value }));
    for (const name of ["spread", "over"]) {
      urlState.on(name, () => {
        this.#draw();
        onChange();
      });
    }
    fields.fetchWhile(() => this.#isOn);
    fields.on("change", () => {
      this.#drawFields();
      if (this.#isOn) onChange();
    });
    onLanguage(() => this.#draw());
    this.#draw();
  }

  get #isOn() {
    return Object.hasOwn(SPREADS, urlState.get("spread"));
  }

  /**
   * The groups of some runs, for a figure; null if each run has its own curve.
   * @param {Run[]} runs
   * @returns {BandsOfRuns | null}
   */
  of(runs) {
    if (!this.#isOn) return null;
    return {
      spread: urlState.get("spread"),
      groups: groupsOf(runs, urlState.get("over"), urlState.get("dash"), this.#fields),
    };
  }

  #draw() {
    /** @type {[string, string][]} */
    const spreads = ["", ...Object.keys(SPREADS)].map((name) => [name, t(`bands.${name || "none"}`)]);
    setChoices(this.#spread, spreads, this.#isOn ? urlState.get("spread") : "");
    this.#over.hidden = !this.#isOn;
    label(this.#spread, t("bands.spread"));
    label(this.#over, t("bands.over"));
    this.#drawFields();
    if (this.#isOn) this.#fields.fetch();
  }

  /** Offer the fields by which runs can be grouped: those in which the shown runs differ. */
  #drawFields() {
    const names = this.#fields.differing().filter((name) => !CHANCE.has(name));
    fillFields(this.#over, names, urlState.get("over"), (name) =>
      name ? t("bands.by", { field: labelOf(name) }) : t("bands.seeds"),
    );
  }
}
