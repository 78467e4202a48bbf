/** The colour menu, in which a user chooses the colour of a run. The page has one; it opens beside the pressed button. */

import { h, moveTo } from "../page/dom.js";
import { isForBrowser, onKey } from "../page/keys.js";
import { cssColor, HUES } from "../page/palette.js";
import { loadStyle } from "../page/style.js";
import { t } from "../words/i18n.js";
import { textsOf } from "../words/part-texts.js";

/**
 * @import { Run } from "../types.js"
 * @import { RunActions } from "./run-actions.js"
 */

await Promise.all([loadStyle("card"), textsOf("tools")]);

const COLUMNS = 4;
/** Key → how many colours it moves the focus. @type {Record<string, number>} */
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

  /** @param {Pick<RunActions, "change" | "changeable">} actions */
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
   * @param {HTMLElement} anchor the element beside which the menu opens, and which gets the focus when it closes
   */
  open(run, anchor) {
    if (!this.#actions.changeable([run.id]).length) return;
    const current = run.hue % HUES.length;
    const items = HUES.map((name, hue) => {
      const chosen = hue === run.hue; // none if the run has the second tone of a colour
      const label = t(`color.${name}`);
      const item = h("button", {
        type: "button",
        className: "hue",
        role: "menuitemradio",
        title: label,
        tabIndex: hue === current ? 0 : -1,
        "aria-label": label,
        "aria-checked": String(chosen),
        "data-hue": name,
      });
      item.style.setProperty("--run", cssColor(hue));
      item.addEventListener("click", () => {
        this.#element.hidePopover();
        anchor.focus();
        if (!chosen || !run.color_chosen) this.#actions.change([run.id], { color: hue });
      });
      return item;
    });
    this.#element.setAttribute("aria-label", t("color.of", { name: run.name }));
    this.#element.replaceChildren(...items);
    anchor.focus(); // the browser returns the focus to this element after Escape
    this.#element.showPopover();
    this.#place(anchor.getBoundingClientRect());
    items[current].focus();
  }

  /** Place the menu below the anchor, or above it if there is no room below. @param {DOMRect} anchor */
  #place({ left, top, bottom }) {
    const { width, height } = this.#element.getBoundingClientRect();
    moveTo(
      this.#element,
      Math.max(4, Math.min(left - 6, innerWidth - width - 4)),
      bottom + 6 + height < innerHeight ? bottom + 6 : Math.max(4, top - 6 - height),
    );
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.key === "Tab") return void this.#element.hidePopover();
    if (event.key === "Escape") event.stopPropagation(); // it closes this menu, and must not clear the selection
    if (!(event.key in STEPS) || isForBrowser(event)) return;
    const items = /** @type {HTMLElement[]} */ ([...this.#element.children]);
    const index = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const to = Math.max(0, Math.min(items.length - 1, index + STEPS[event.key]));
    const leavesRows = Math.abs(STEPS[event.key]) === COLUMNS && to !== index + STEPS[event.key];
    if (!leavesRows) {
      items[index].tabIndex = -1;
      items[to].tabIndex = 0;
      items[to].focus();
    }
    event.preventDefault();
    event.stopPropagation();
  }
}
