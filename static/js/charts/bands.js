/** Bands: whether curves stand for several runs, and for which: two lists below the charts, kept in the address. */

import { find, label, setChoices } from "../page/dom.js";
import { urlState } from "../state/address.js";
import { onLanguage, t } from "../words/i18n.js";
import { labelOf } from "../words/labels.js";
import { groupsOf, SPREADS } from "./groups.js";
import { fillFields } from "./shown-fields.js";

/**
 * @import { ShownFields } from "./shown-fields.js"
 * @import { Run } from "../types.js"
 * @import { Group } from "./groups.js"
 */

/** No field of that name would make a group. */
const NEVER = new Set(["seed", "dataset.fold.index"]);

/** Which curves stand for several runs, and for how far these are apart. @typedef {{spread: string, groups: Group[]}} BandsOfRuns */

export class Bands {
  #fields;
  #spread;
  #over;

  /**
   * @param {HTMLElement} foot holds the two lists
   * @param {ShownFields} fields
   * @param {() => void} onChange the charts have other curves now
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
   * The bands of some runs, for a figure; null where each run is a curve of its own.
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

  /** What one can group by: what differs between the shown runs. */
  #drawFields() {
    const names = this.#fields.differing().filter((name) => !NEVER.has(name));
    fillFields(this.#over, names, urlState.get("over"), (name) =>
      name ? t("bands.by", { field: labelOf(name) }) : t("bands.seeds"),
    );
  }
}
