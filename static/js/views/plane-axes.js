/** Which two columns of a table a map shows, one on each axis, and the controls that choose others. */

import { h, setChoices, setText } from "../page/dom.js";
import { number, t } from "../words/i18n.js";

/** @import { CardContext } from "./view-card.js" */

/** What a view says of its axes: `x` and `y` are numbers of columns, `axes` the ends of each axis. @typedef {{x: number, y: number, columns: string[], axes: {low: number, high: number}[]}} AxesFacts */

/**
 * The numbers of the columns that a card shows, counted from 0, as options of its view. The first two, if the card's settings do
 * not fit the table: they may come from any address, or were chosen for a table with more columns.
 * @param {Pick<CardContext, "option">} card
 * @param {number} inputs how many columns the table has
 * @returns {{x: number, y: number}}
 */
export function axesOf(card, inputs) {
  const x = Number(card.option("x", "0"));
  const y = Number(card.option("y", "1"));
  const fits =
    x !== y && [x, y].every((column) => Number.isInteger(column) && column >= 0 && column < inputs);
  return fits ? { x, y } : { x: 0, y: 1 };
}

/**
 * Show another column on an axis. If the other axis has it, the two axes change their columns.
 * @param {Pick<CardContext, "option" | "setOption">} card
 * @param {number} inputs how many columns the table has
 * @param {"x" | "y"} axis
 * @param {number} column
 */
export function choose(card, inputs, axis, column) {
  const other = axis === "x" ? "y" : "x";
  const shown = axesOf(card, inputs);
  if (shown[other] === column) shown[other] = shown[axis];
  shown[axis] = column;
  card.setOption("x", String(shown.x));
  card.setOption("y", String(shown.y));
}

/**
 * The facts about the axes for several maps together: those of the first map. If the maps have different columns, `columns` is
 * empty, and no axes are shown.
 * @param {AxesFacts[]} maps at least one
 */
export function commonAxes([first, ...others]) {
  const columns = JSON.stringify(first.columns);
  const areSame = others.every((other) => JSON.stringify(other.columns) === columns);
  return areSame ? first : { ...first, columns: [] };
}

export class PlaneAxes {
  #selects = { x: h("select"), y: h("select") };
  #ends = { x: h("span"), y: h("span") };
  /** How many columns the table has that is shown. */
  #inputs = 0;
  #others = h("span", { className: "quiet" });
  element = h("div", { className: "plane-axes", hidden: true });

  /** @param {CardContext} card */
  constructor(card) {
    for (const axis of /** @type {const} */ (["x", "y"])) {
      const select = this.#selects[axis];
      select.addEventListener("change", () => choose(card, this.#inputs, axis, Number(select.value)));
      const arrow = axis === "x" ? "→" : "↑";
      this.element.append(
        h("label", {}, h("span", { "aria-hidden": "true" }, arrow), select, this.#ends[axis]),
      );
    }
    this.element.append(this.#others);
  }

  /** @param {AxesFacts} facts */
  draw({ x, y, columns, axes }) {
    this.element.hidden = !columns.length;
    if (!columns.length) return;
    this.#inputs = columns.length;
    const shown = { x, y };
    for (const [place, axis] of /** @type {const} */ (["x", "y"]).entries()) {
      const select = this.#selects[axis];
      select.setAttribute("aria-label", t(`views.axis_${axis}`));
      setChoices(
        select,
        columns.map(/** @returns {[string, string]} */ (name, i) => [String(i), name]),
        String(shown[axis]),
      );
      const { low, high } = axes[place];
      const digits = { maximumSignificantDigits: 3 };
      setText(this.#ends[axis], `${number(low, digits)} … ${number(high, digits)}`);
    }
    setText(this.#others, columns.length > 2 ? t("views.others_at_mean") : "");
  }
}
