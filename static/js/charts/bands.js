/** Bands: whether curves stand for several runs, and for which: two lists below the charts, kept in the address. */

import { FlatConfigs } from "../flat-configs.js";
import { h } from "../dom.js";
import { onLanguage, t } from "../i18n.js";
import { labelOf } from "../labels.js";
import { urlState } from "../url-state.js";
import { SPREADS, groupsOf } from "./groups.js";

/** No field of that name would make a group. */
const NEVER = new Set(["seed", "dataset.fold.index"]);

export class Bands {
  #store;
  #spread;
  #over;
  #onChange;
  #configs = new FlatConfigs();
  #fetching = false;

  /**
   * @param {HTMLElement} foot holds the two lists
   * @param {() => void} onChange the charts have other curves now
   */
  constructor(foot, store, onChange) {
    this.#store = store;
    this.#onChange = onChange;
    this.#spread = foot.querySelector("#band-spread");
    this.#over = foot.querySelector("#band-over");
    this.#spread.addEventListener("change", () => urlState.set({ spread: this.#spread.value }));
    this.#over.addEventListener("change", () => urlState.set({ over: this.#over.value }));
    for (const name of ["spread", "over"]) {
      urlState.on(name, () => {
        this.#draw();
        onChange();
      });
    }
    store.on("runs", () => this.#isOn && this.#fetch());
    onLanguage(() => this.#draw());
    this.#draw();
  }

  get #isOn() {
    return Object.hasOwn(SPREADS, urlState.get("spread"));
  }

  /** The bands of some runs, for a figure; null where each run is a curve of its own. */
  of(runs) {
    if (!this.#isOn) return null;
    return { spread: urlState.get("spread"), groups: groupsOf(runs, urlState.get("over"), this.#configs) };
  }

  #draw() {
    const spreads = ["", ...Object.keys(SPREADS)].map((name) => h("option", { value: name }, t(`bands.${name || "none"}`)));
    this.#spread.replaceChildren(...spreads);
    this.#spread.value = this.#isOn ? urlState.get("spread") : "";
    this.#over.hidden = !this.#isOn;
    for (const [element, key] of [[this.#spread, "bands.spread"], [this.#over, "bands.over"]]) {
      element.setAttribute("aria-label", t(key));
      element.title = t(key);
    }
    this.#drawFields();
    if (this.#isOn) this.#fetch();
  }

  /** What one can group by: what differs between the shown runs. */
  #drawFields() {
    const ids = this.#store.shown().map((run) => run.id);
    const chosen = urlState.get("over");
    const fields = [...this.#configs.difference(ids).keys()].filter((name) => !NEVER.has(name));
    const names = ["", ...new Set(chosen ? [...fields, chosen] : fields)];
    const text = (name) => (name ? t("bands.by", { field: labelOf(name) }) : t("bands.seeds"));
    this.#over.replaceChildren(...names.map((name) => h("option", { value: name }, text(name))));
    this.#over.value = chosen;
  }

  /** Have the configs of the shown runs here: they tell who belongs together. */
  async #fetch() {
    const missing = this.#store.shown().filter((run) => !this.#configs.get(run.id));
    if (this.#fetching || !missing.length) return;
    this.#fetching = true;
    try {
      await this.#configs.fetch(missing.map((run) => run.id));
    } catch {
      return; // offline: tried again when runs change
    } finally {
      this.#fetching = false;
    }
    this.#drawFields();
    this.#onChange();
    this.#fetch(); // runs that have come meanwhile
  }
}
