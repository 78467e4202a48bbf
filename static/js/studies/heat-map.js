/** A heat map of two fields: each cell has the mean of its trials, and how many they are. Arrow keys go from cell to cell. */

import { h, setChoices, setText } from "../page/dom.js";
import { arrowStep, arrowStepAcross, onKey } from "../page/keys.js";
import { number, t } from "../words/i18n.js";
import { cellsOf, slicesOf } from "./cells.js";
import { configurationText } from "./configuration-values.js";
import { keepFocus } from "./keep-focus.js";
import { amountText, scoreText } from "./study-words.js";

/**
 * @import { Cell } from "./cells.js"
 * @import { Shown } from "./study-view.js"
 */

export class HeatMap {
  element;
  #on;
  #across = h("select", { name: "study.across", "aria-label": t("study.across") });
  #down = h("select", { name: "study.down", "aria-label": t("study.down") });
  #table = h("table", { className: "study-heat" });
  #note = h("p", { className: "quiet" });
  /** @type {Shown | null} */
  #shown = null;

  /**
   * @param {(number: number) => void} onChoose
   * @param {(words: string) => void} onPoint
   */
  constructor(onChoose, onPoint) {
    this.#on = { choose: onChoose, point: onPoint };
    for (const select of [this.#across, this.#down])
      select.addEventListener("change", () => this.#shown && this.update(this.#shown));
    onKey(this.#table, (event) => this.#move(event));
    this.element = h(
      "div",
      { className: "study-heat-map" },
      h(
        "div",
        { className: "study-heat-fields" },
        h("label", {}, t("study.across"), " ", this.#across),
        h("label", {}, t("study.down"), " ", this.#down),
      ),
      h("div", { className: "study-scroll" }, this.#table),
      this.#note,
    );
  }

  /** @param {Shown} shown */
  update(shown) {
    this.#shown = shown;
    const { results, fields, space } = shown;
    const choices = fields.map(({ path, label }) => /** @type {[string, string]} */ ([path, label]));
    const none = /** @type {[string, string]} */ (["", t("study.no_second")]);
    setChoices(this.#across, choices, this.#across.value || fields[0].path);
    setChoices(
      this.#down,
      fields.length > 1 ? choices : [none],
      fields.length > 1 ? this.#down.value || fields[1].path : "",
    );
    const [across, down] = [this.#across, this.#down].map(({ value }) => {
      const field = fields.find(({ path }) => path === value);
      const slices = field ? slicesOf(field, space[field.path], results.configurations) : [ALL];
      return { path: field?.path ?? "", slices, label: field?.label ?? "" };
    });
    const cells = cellsOf(results.configurations, across, down, results.higher_is_better);
    const corner = h("td", {}, down.label ? `${down.label} ↓ ${across.label} →` : `${across.label} →`);
    const head = h("tr", {}, corner, ...across.slices.map(({ text }) => h("th", { scope: "col" }, text)));
    const rows = cells.map((row, i) =>
      h(
        "tr",
        {},
        h("th", { scope: "row" }, down.slices[i].text),
        ...row.map((cell, j) => this.#cell(cell, `${i} ${j}`)),
      ),
    );
    keepFocus(this.#table, () =>
      this.#table.replaceChildren(
        h("caption", { className: "hidden" }, t("study.picture.heat")),
        h("thead", {}, head),
        h("tbody", {}, ...rows),
      ),
    );
    const first = this.#table.querySelector("button");
    if (first && !this.#table.contains(document.activeElement)) first.tabIndex = 0;
    const hasSeveral = cells.flat().some(({ configurations }) => configurations.length > 1);
    setText(this.#note, hasSeveral ? t("study.cell_best") : "");
  }

  /**
   * @param {Cell} cell
   * @param {string} key
   */
  #cell({ best, pairs, share }, key) {
    if (!best) return h("td", { className: "none" }, "–");
    const { results, fields, chosen } = /** @type {Shown} */ (this.#shown);
    const { metric } = results;
    const words = t("study.cell_words", {
      name: configurationText(best.values, fields),
      mean: scoreText(metric, best.mean),
      spread: amountText(metric, best.spread),
      n: number(pairs),
    });
    const button = h(
      "button",
      {
        type: "button",
        "data-key": key,
        tabIndex: -1,
        title: words,
        "data-configuration": String(best.number),
      },
      h("b", {}, scoreText(metric, best.mean)),
      h("small", {}, t("study.cell_trials", { n: number(pairs) })),
    );
    button.setAttribute("aria-pressed", String(best.number === chosen));
    button.style.setProperty("--good", `${Math.round(100 * share)}%`);
    button.addEventListener("click", () => this.#on.choose(best.number));
    button.addEventListener("pointerenter", () => this.#on.point(words));
    button.addEventListener("pointerleave", () => this.#on.point(""));
    button.addEventListener("focus", () => {
      for (const other of this.#table.querySelectorAll("button")) other.tabIndex = other === button ? 0 : -1;
      this.#on.point(words);
    });
    return h("td", {}, button);
  }

  /** @param {KeyboardEvent} event */
  #move(event) {
    const [down, across] = [arrowStep(event), arrowStepAcross(event)];
    const key = document.activeElement?.getAttribute("data-key");
    if ((!down && !across) || !key) return;
    event.preventDefault();
    let [i, j] = key.split(" ").map(Number);
    const size = this.#table.rows.length * (this.#table.rows[0]?.cells.length ?? 0);
    for (let step = 0; step < size; step++) {
      i += down ?? 0;
      j += across ?? 0;
      const next = this.#table.querySelector(`[data-key="${i} ${j}"]`);
      if (next instanceof HTMLElement) return next.focus();
    }
  }
}

/** The one row of a study that varies one field. */
const ALL = { text: "", holds: () => true };
