/** The columns of a table: which one has the classes, and which are inputs. */

import { h, setChildren, setText } from "../page/dom.js";
import { number, t } from "../words/i18n.js";
import { withInput, withLabel } from "./choices.js";
import { cellNumber, saidText } from "./sentences.js";

/**
 * @import { Corrections, Part } from "./preview-view.js"
 * @import { Column, Preview } from "./types.js"
 */

/** @implements {Part} */
export class ColumnPart {
  element;
  #corrections;
  #rows = h("tbody", {});
  #problems = {
    label: h("span", { className: "error", role: "alert" }),
    columns: h("span", { className: "error", role: "alert" }),
    standardize: h("span", { className: "error", role: "alert" }),
  };
  fields = this.#problems;
  #standardize = h("input", { type: "checkbox", id: "own-standardize" });
  /** By name. @type {Map<string, Row>} */
  #known = new Map();

  /** @param {Corrections} corrections */
  constructor(corrections) {
    this.#corrections = corrections;
    this.#standardize.addEventListener("change", () =>
      corrections.change({ ...corrections.choices, standardize: this.#standardize.checked }, "standardize"),
    );
    const heads = ["column", "input", "label", "range"].map((key) =>
      h("th", { scope: "col" }, t(`own.column.${key}`)),
    );
    const table = h("table", {}, h("thead", {}, h("tr", {}, ...heads)), this.#rows);
    const scroller = h(
      "div",
      { className: "own-scroll own-column-table", tabIndex: 0, role: "region" },
      table,
    );
    scroller.setAttribute("aria-label", t("own.columns"));
    const standardize = h("label", { className: "own-check" }, this.#standardize, t("own.standardize"));
    this.element = h(
      "section",
      {},
      h("h3", {}, t("own.columns")),
      this.#problems.label,
      this.#problems.columns,
      scroller,
      standardize,
      h("p", { className: "quiet" }, t("own.standardize_help")),
      this.#problems.standardize,
    );
  }

  /** @param {Preview} preview */
  update({ columns, choices }) {
    this.#standardize.checked = choices.standardize !== false;
    const inputs = columns.filter(({ use }) => use === "input").length;
    const rows = columns.map((column) => {
      const row = this.#known.get(column.name) ?? new Row(column.name, this.#corrections);
      this.#known.set(column.name, row);
      row.update(column, inputs === 1);
      return row.element;
    });
    setChildren(this.#rows, rows);
  }
}

class Row {
  element;
  #input = h("input", { type: "checkbox" });
  #label = h("input", { type: "radio", name: "own-label" });
  #range = h("span", {});
  #note = h("span", { className: "own-why" });

  /**
   * @param {string} name
   * @param {Corrections} corrections
   */
  constructor(name, corrections) {
    this.#input.setAttribute("aria-label", t("own.column.use_input", { name }));
    this.#label.setAttribute("aria-label", t("own.column.use_label", { name }));
    this.#label.value = name;
    this.#input.addEventListener("change", () => {
      const { choices, preview } = corrections;
      corrections.change(withInput(choices, preview, name, this.#input.checked), "columns");
    });
    this.#label.addEventListener("change", () => {
      corrections.change(withLabel(corrections.choices, name), "label");
    });
    this.element = h(
      "tr",
      {},
      h("th", { scope: "row" }, name),
      h("td", {}, this.#input),
      h("td", {}, this.#label),
      h("td", {}, this.#range, this.#note),
    );
    this.element.dataset.column = name;
  }

  /**
   * @param {Column} column
   * @param {boolean} isOnly whether there is one input only, which has to stay
   */
  update({ kind, use, minimum, maximum, mean, missing, distinct, has_more, why }, isOnly) {
    this.#input.checked = use === "input";
    this.#label.checked = use === "label";
    this.#input.disabled = use === "label" || kind === "text" || (use === "input" && isOnly);
    const range =
      kind === "text"
        ? t(has_more ? "own.column.more_texts" : "own.column.texts", { n: number(distinct) })
        : t("own.column.numbers", {
            from: cellNumber(minimum),
            to: cellNumber(maximum),
            mean: cellNumber(mean),
          });
    setText(this.#range, missing ? `${range} · ${t("own.column.missing", { n: number(missing) })}` : range);
    setText(this.#note, why ? saidText(why) : "");
  }
}
