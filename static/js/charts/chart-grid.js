/** The chart grid: charts in one to three columns, by the available width or as the viewer chose; kept in the address. */

import { segments } from "../form/fields.js";
import { find, icon } from "../page/dom.js";
import { urlState } from "../state/address.js";
import { onLanguage, t } from "../words/i18n.js";
import { columnsIn, heightIn, MAX_COLUMNS, mostColumns } from "./columns.js";

const AUTO = "auto";
const CHOICES = [AUTO, ...Array.from({ length: MAX_COLUMNS }, (_, i) => String(i + 1))];
/** A narrower card has its controls below its title, whatever the title is, so that its height does not change with the text. */
const NARROW = 440;
/** The heights of cards with the lowest possible plot, as in charts.css: usual, and with the controls below the title. */
const LOWEST = { usual: 198, narrow: 220 };

export class ChartGrid {
  #container;
  #control;
  #phone = matchMedia("(max-width: 899px)");
  columns = 1;
  /** The sizes and settings for which the number of columns was computed, as JSON. */
  #computedFor = "";

  /**
   * @param {HTMLElement} container the element with the cards, inside a section with other elements above and below it
   * @param {HTMLElement} foot the element with the control
   */
  constructor(container, foot) {
    this.#container = container;
    this.#control = find(foot, "#chart-columns", HTMLElement);
    const observer = new ResizeObserver(() => this.arrange());
    for (const element of [this.#section, ...this.#beside()]) observer.observe(element);
    urlState.on("grid", () => this.#draw());
    onLanguage(() => this.#draw());
    this.#draw();
  }

  get #section() {
    return /** @type {HTMLElement} */ (this.#container.parentElement);
  }

  /** The elements that share the height of the section with the cards. */
  #beside() {
    const all = /** @type {HTMLElement[]} */ ([...this.#section.children]);
    return all.filter((element) => element !== this.#container);
  }

  get #chosen() {
    const chosen = urlState.get("grid");
    return CHOICES.includes(chosen) && chosen !== AUTO ? Number(chosen) : null;
  }

  #draw() {
    const chosen = String(this.#chosen ?? AUTO);
    const name = (/** @type {string} */ choice) => (choice === AUTO ? t("chart.columns_auto") : choice);
    this.#control.title = t("chart.columns");
    const focused = this.#control.contains(document.activeElement);
    this.#control.replaceChildren(
      icon("columns"),
      segments("grid", "chart.columns", CHOICES, chosen, name, (choice) => urlState.set({ grid: choice })),
    );
    if (focused) find(this.#control, ":checked", HTMLInputElement).focus();
    this.arrange();
  }

  /** Compute the number of columns, and arrange the cards. */
  arrange() {
    const count = this.#container.querySelectorAll(".chart").length;
    const room = this.#room();
    const hasViews = this.#container.querySelector(".view") !== null;
    // The height of the elements above, such as a lesson's note, does not count: it may change while curves grow, and the
    // charts must not move then.
    const basis = JSON.stringify([room.width, innerHeight, room.letter, count, hasViews, this.#chosen]);
    const { style, classList, dataset } = this.#container;
    if (basis !== this.#computedFor) {
      this.#computedFor = basis;
      this.columns = this.#phone.matches ? 1 : columnsIn(room, count, this.#chosen, hasViews);
      const lowest = room.width / this.columns < NARROW ? LOWEST.narrow : LOWEST.usual;
      classList.toggle("scrolls", heightIn(room, count, this.columns) < lowest);
    }
    style.setProperty("--columns", String(this.columns));
    dataset.columns = String(this.columns);
    const width = room.width / this.columns;
    const isNarrow = !this.#phone.matches && width < NARROW;
    style.setProperty("--card-width", `${Math.round(width)}px`);
    classList.toggle("narrow", isNarrow);
    const most = mostColumns(room);
    this.#control.hidden = most === 1;
    for (const input of this.#control.querySelectorAll("input")) {
      input.disabled = Number(input.value) > most && !input.checked; // never for "auto", which is not a number
      input.title = input.disabled ? t("chart.columns_too_many") : "";
    }
  }

  /** @returns {import("./columns.js").Room} */
  #room() {
    const section = this.#section;
    const gap = parseFloat(getComputedStyle(section).rowGap) || 0;
    const beside = this.#beside().filter(({ offsetHeight }) => offsetHeight);
    const taken = beside.reduce((sum, { offsetHeight }) => sum + offsetHeight + gap, 0);
    const styles = getComputedStyle(this.#container);
    return {
      width: section.offsetWidth, // with the scrollbar, because it comes and goes with the number of columns
      height: section.clientHeight - taken,
      letter: parseFloat(styles.getPropertyValue("--letter")),
      names: parseFloat(styles.getPropertyValue("--least-names")),
    };
  }
}
