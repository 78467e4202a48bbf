/** The hover box: a table with the values of curves at one x. The page has one. */

import { h, moveTo } from "../page/dom.js";
import { notFinite, number, t } from "../words/i18n.js";
import { elapsed, xText } from "./axes.js";
import { boxPlace } from "./box-place.js";

/**
 * The row of a curve in the box. `spread`: the spread of a group, and how many runs it has.
 * @typedef {object} HoverRow
 * @property {string} label
 * @property {string} [part]
 * @property {string} [color]
 * @property {string} [shownValue] the value that its line style shows
 * @property {number} x
 * @property {number} iteration
 * @property {number} value
 * @property {number} [smoothed]
 * @property {{low: number, high: number, count: number}} [spread]
 * @property {number} seconds of training
 * @property {string[]} runs ids of the runs of the curve
 * @property {number} distance from the mouse
 */

/** The x of the box, and how values are written. @typedef {{x: number, axis: string, percent: boolean, field?: string}} HoverLook */

/** The box lists at most this many curves, and says how many more there are. */
const MAX_LISTED = 12;

class HoverBox {
  #element = h("div", { className: "hover-box", hidden: true });

  constructor() {
    document.body.append(this.#element);
  }

  get isOpen() {
    return !this.#element.hidden;
  }

  hide() {
    this.#element.hidden = true;
  }

  /**
   * @param {HoverRow[]} rows the nearest curve first
   * @param {string[]} notes texts of the marks at this x
   * @param {HoverLook} look
   */
  show(rows, notes, look) {
    const { x, axis, field } = look;
    const smoothed = rows.some((row) => row.smoothed !== undefined);
    const head = h(
      "tr",
      {},
      h("th", { colSpan: 2, scope: "col" }, xText(axis, x)),
      field ? h("th", { scope: "col", className: "hover-value" }, field) : null,
      smoothed ? h("th", { scope: "col" }, t("chart.smoothed")) : null,
      h("th", { scope: "col" }, t("chart.value")),
      h("th", { scope: "col" }, t("chart.time")),
    );
    const body = rows.slice(0, MAX_LISTED).map((row) => tableRow(row, look, smoothed));
    const more = rows.length > MAX_LISTED ? [t("chart.more", { n: number(rows.length - MAX_LISTED) })] : [];
    this.#element.replaceChildren(
      h("table", {}, h("thead", {}, head), h("tbody", {}, ...body)),
      ...[...more, ...notes].map((text) => h("p", {}, text)),
    );
    this.#element.hidden = false;
  }

  /**
   * Move the box to a position in the window.
   * @param {{left: number, top: number}} mouse
   * @param {{top: number, bottom: number}} plot
   */
  moveTo(mouse, plot) {
    const room = { width: innerWidth, height: innerHeight };
    const { left, top } = boxPlace(this.#element.getBoundingClientRect(), mouse, plot, room);
    moveTo(this.#element, left, top);
  }
}

export const hoverBox = new HoverBox();

/**
 * @param {HoverRow} row
 * @param {HoverLook} look
 * @param {boolean} smoothed whether there is a column for the smoothed value
 */
function tableRow(row, { x, axis, percent, field }, smoothed) {
  const swatch = h("span", { className: "hover-swatch" });
  swatch.style.background = row.color ?? "";
  const isHere = axis === "iteration" && row.x === x;
  const name = h("span", { className: "hover-name" }, row.label);
  const own = isHere ? null : h("small", {}, ` @ ${number(row.iteration)}`);
  const spread = row.spread ? h("small", {}, ` ${spreadText(row.spread, percent)}`) : null;
  return h(
    "tr",
    {},
    h("td", {}, swatch),
    h("th", { scope: "row" }, name, row.part ? ` · ${row.part}` : null, own),
    field ? h("td", { className: "hover-value" }, row.shownValue) : null,
    smoothed ? h("td", {}, row.smoothed === undefined ? "" : valueText(row.smoothed, percent)) : null,
    h("td", {}, valueText(row.value, percent), spread),
    h("td", { className: "hover-time" }, elapsed(row.seconds)),
  );
}

/**
 * @param {NonNullable<HoverRow["spread"]>} spread
 * @param {boolean} percent
 */
function spreadText({ low, high, count }, percent) {
  return `${valueText(low, percent)} … ${valueText(high, percent)}, n = ${count}`;
}

/**
 * @param {number} value
 * @param {boolean} percent
 */
function valueText(value, percent) {
  if (!Number.isFinite(value)) return notFinite(value);
  if (percent) return `${(100 * value).toFixed(2)}%`;
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e5)
    ? value.toExponential(3)
    : value.toFixed(size >= 1000 ? 1 : 4);
}
