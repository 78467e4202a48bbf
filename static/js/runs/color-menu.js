/** The colour menu: the palette, to choose a run's colour from. One for the page, opened beside what was pressed. */

import { h, moveTo } from "../page/dom.js";
import { onKey } from "../page/keys.js";
import { cssColor, HUES } from "../page/palette.js";
import { t } from "../words/i18n.js";

/**
 * @import { Run } from "../types.js"
 * @import { RunActions } from "./run-actions.js"
 */

const COLUMNS = 4;
/** How far a key moves in the menu. @type {Record<string, number>} */
const STEPS = {
  ArrowLeft: -1,
  ArrowRight: 1,
  ArrowUp: -COLUMNS,
  ArrowDown: COLUMNS,
  Home: -Infinity,
  End: Infinity,
};

export class ColorMenu {
  #element = h("div", { className: "color-menu", role: "menu", popover: "auto" });
  #actions;

  /** @param {Pick<RunActions, "change">} actions */
  constructor(actions) {
    this.#actions = actions;
    onKey(this.#element, (event) => this.#press(event));
    this.#element.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget instanceof Node && !this.#element.contains(relatedTarget))
        this.#element.hidePopover();
    });
    document.body.append(this.#element);
  }

  /**
   * @param {Run} run whose colour is chosen
   * @param {HTMLElement} anchor where the menu appears; it has the focus again when the menu is gone
   */
  open(run, anchor) {
    const current = run.hue % HUES.length;
    const items = HUES.map((name, hue) => {
      const chosen = hue === current;
      const said = t(`color.${name}`);
      const item = h("button", {
        type: "button",
        className: "hue",
        role: "menuitemradio",
        title: said,
        tabIndex: chosen ? 0 : -1,
        "aria-label": said,
        "aria-checked": String(chosen),
        "data-hue": name,
      });
      item.style.setProperty("--run", cssColor(hue));
      item.addEventListener("click", () => {
        this.#element.hidePopover();
        anchor.focus();
        if (!chosen) this.#actions.change([run.id], { color: hue });
      });
      return item;
    });
    this.#element.setAttribute("aria-label", t("color.of", { name: run.name }));
    this.#element.replaceChildren(...items);
    anchor.focus(); // Escape brings the focus back to where it was
    this.#element.showPopover();
    this.#place(anchor.getBoundingClientRect());
    items[current].focus();
  }

  /** Below what it belongs to, or above; never over the window's edge. @param {DOMRect} anchor */
  #place({ left, top, bottom }) {
    const { width, height } = this.#element.getBoundingClientRect();
    const across = Math.max(4, Math.min(left - 6, innerWidth - width - 4));
    moveTo(
      this.#element,
      across,
      bottom + 6 + height < innerHeight ? bottom + 6 : Math.max(4, top - 6 - height),
    );
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.key === "Tab") return void this.#element.hidePopover();
    if (event.key === "Escape") event.stopPropagation(); // it closes this, and not what is behind it
    if (!(event.key in STEPS)) return;
    const items = /** @type {HTMLElement[]} */ ([...this.#element.children]);
    const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const to = Math.max(0, Math.min(items.length - 1, at + STEPS[event.key]));
    const beyond = Math.abs(STEPS[event.key]) === COLUMNS && to !== at + STEPS[event.key]; // no such row
    if (!beyond) {
      items[at].tabIndex = -1;
      items[to].tabIndex = 0;
      items[to].focus();
    }
    event.preventDefault();
    event.stopPropagation();
  }
}
