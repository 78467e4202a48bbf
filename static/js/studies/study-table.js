/** The table of a study: each configuration with its values, its mean and how it compares. It sorts by any column. */

import { h, setText } from "../page/dom.js";
import { number, t } from "../words/i18n.js";
import { METRICS } from "./axes.js";
import { pairsOf } from "./cells.js";
import { configurationText } from "./configuration-values.js";
import { keepFocus } from "./keep-focus.js";
import { clicked, sorted } from "./rows.js";
import { amountText, scoreText } from "./study-words.js";

/**
 * @import { Shown } from "./study-view.js"
 * @import { Order } from "./rows.js"
 * @import { Configuration, StudyMetric } from "./types.js"
 */

/** At most this many rows are drawn; the files have all. */
const MAX_ROWS = 300;

export class StudyTable {
  element;
  #onChoose;
  #head = h("tr", {});
  #body = h("tbody", {});
  #note = h("p", { className: "quiet" });
  #order;
  /** The numbers of those that are shown; null: all. @type {Set<number> | null} */
  #only = null;
  /** @type {Shown | null} */
  #shown = null;

  /**
   * @param {(number: number) => void} onChoose
   * @param {Order} order at first
   */
  constructor(onChoose, order) {
    this.#onChoose = onChoose;
    this.#order = order;
    const table = h(
      "table",
      {},
      h("caption", { className: "hidden" }, t("study.table")),
      h("thead", {}, this.#head),
      this.#body,
    );
    const scroller = h("div", { className: "study-scroll", tabIndex: 0, role: "region" }, table);
    scroller.setAttribute("aria-label", t("study.table"));
    this.element = h("section", { className: "study-table" }, scroller, this.#note);
  }

  /** @param {Shown} shown */
  update(shown) {
    this.#shown = shown;
    this.#draw();
  }

  /** Show only these configurations. @param {Set<number> | null} numbers */
  only(numbers) {
    this.#only = numbers;
    if (this.#shown) this.#draw();
  }

  #draw() {
    const { results, fields, chosen } = /** @type {Shown} */ (this.#shown);
    const hasRungs = results.rungs.length > 1;
    const columns = [
      "place",
      ...fields.map(({ path }) => path),
      "mean",
      "difference",
      "spread",
      "trials",
      ...(hasRungs ? ["rung"] : []),
    ];
    const labels = new Map(fields.map(({ path, label }) => [path, label]));
    const wanted = results.configurations.filter(({ number: own }) => this.#only?.has(own) ?? true);
    const rows = sorted(wanted, this.#order);
    keepFocus(this.#head, () =>
      this.#head.replaceChildren(
        ...columns.map((by) => this.#headOf(by, labels.get(by) ?? t(`study.column.${by}`))),
      ),
    );
    keepFocus(this.#body, () =>
      this.#body.replaceChildren(
        ...rows.slice(0, MAX_ROWS).map((row) => this.#row(row, columns, row.number === chosen)),
      ),
    );
    setText(
      this.#note,
      rows.length > MAX_ROWS ? t("study.more_rows", { n: number(MAX_ROWS), all: number(rows.length) }) : "",
    );
  }

  /** @param {string} by @param {string} label */
  #headOf(by, label) {
    const isSorted = this.#order.by === by;
    const button = h(
      "button",
      { type: "button", "data-key": by },
      label,
      isSorted ? (this.#order.down ? " ↓" : " ↑") : "",
    );
    button.addEventListener("click", () => {
      this.#order = clicked(this.#order, by, Boolean(this.#shown?.results.higher_is_better));
      this.#draw();
    });
    const head = h("th", { scope: "col", "data-column": by }, button);
    if (isSorted) head.setAttribute("aria-sort", this.#order.down ? "descending" : "ascending");
    return head;
  }

  /**
   * @param {Configuration} configuration
   * @param {string[]} columns
   * @param {boolean} isChosen
   */
  #row(configuration, columns, isChosen) {
    const { number: own } = configuration;
    const { fields } = /** @type {Shown} */ (this.#shown);
    const choose = h("button", {
      type: "button",
      "data-key": String(own),
      "aria-pressed": String(isChosen),
      "aria-label": t("study.choose_one", { values: configurationText(configuration.values, fields) }),
    });
    choose.textContent = configuration.place === null ? "–" : number(configuration.place);
    const cells = columns.map((by) =>
      by === "place"
        ? h("th", { scope: "row" }, choose)
        : h("td", { "data-column": by }, this.#cell(by, configuration)),
    );
    const row = h(
      "tr",
      { className: isChosen ? "study-picked" : "", "data-configuration": String(own) },
      ...cells,
    );
    row.addEventListener("click", () => this.#onChoose(own));
    return row;
  }

  /** @param {string} by @param {Configuration} configuration */
  #cell(by, configuration) {
    const { results, fields } = /** @type {Shown} */ (this.#shown);
    const { mean, low, high, spread, difference, place, rung, trials, values } = configuration;
    const { metric } = results;
    if (by === "mean")
      return low === null
        ? scoreText(metric, mean)
        : t("study.interval", {
            mean: scoreText(metric, mean),
            low: amountOf(metric, low),
            high: amountOf(metric, high),
          });
    if (by === "spread") return amountText(metric, spread);
    if (by === "trials") return t("study.of", { n: number(pairsOf(configuration)), all: number(trials) });
    if (by === "rung") return number(rung);
    if (by !== "difference") return fields.find(({ path }) => path === by)?.word(values[by]) ?? "";
    if (!difference) return place === 1 ? t("study.is_best") : "–";
    const amount = amountText(metric, difference.mean, true);
    return difference.tied && results.verdict.kind !== "few" ? t("study.tied", { n: amount }) : amount;
  }
}

/**
 * A bound of an interval, without the percent sign, which the mean already has. Bounds of an accuracy are cut at 0 and 100 %.
 * @param {StudyMetric} metric
 * @param {number | null} value
 */
function amountOf(metric, value) {
  const bounded = value !== null && METRICS[metric].percent ? Math.min(1, Math.max(0, value)) : value;
  return scoreText(metric, bounded).replace("%", "");
}
