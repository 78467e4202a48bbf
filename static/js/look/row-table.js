/** Rows of a table, each with its class. */

import { h } from "../page/dom.js";
import { className } from "../words/class-name.js";
import { t } from "../words/i18n.js";
import { writtenInOwnUnits } from "./own-units.js";

/** @import { DataSample } from "../types.js" */

/** More columns are not drawn: no one reads them side by side, and a page with thousands of cells is slow. */
const MAX_COLUMNS = 24;

/**
 * @param {string[]} columns
 * @param {string} label the head of the classes
 * @param {string[][]} rows
 * @param {string[]} classes of the rows
 */
export function rowTable(columns, label, rows, classes) {
  const more = columns.length > MAX_COLUMNS ? ["…"] : [];
  /** @param {string} text */
  const head = (text) => h("th", { scope: "col" }, text);
  const body = rows.map((row, i) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, classes[i]),
      ...[...row.slice(0, MAX_COLUMNS), ...more].map((text) => h("td", {}, text)),
    ),
  );
  return h(
    "table",
    { className: "row-table" },
    h("thead", {}, h("tr", {}, ...[label, ...columns.slice(0, MAX_COLUMNS), ...more].map(head))),
    h("tbody", {}, ...body),
  );
}

/** Rows of a data set, in the units of the file: those that networks get may be standardized. */
export class RowTable {
  element = h("div", { className: "row-frame", tabIndex: 0, role: "region" });
  #columns;

  /** @param {string[]} columns */
  constructor(columns) {
    this.#columns = columns;
    this.element.setAttribute("aria-label", t("look.rows"));
  }

  /** @param {DataSample} sample the server's answer, with points */
  show({ points = [], units, labels, class_names: classes }) {
    const rows = points.map((row) => row.map((value, column) => writtenInOwnUnits(value, column, units)));
    const names = labels.map((label) => className(classes[label]));
    this.element.replaceChildren(rowTable(this.#columns, t("look.class"), rows, names));
    this.element.scrollTop = 0;
  }
}
