/** A place among the charts for a card that shows views of networks. The code that fills it is loaded when a page first has such a card. */

import { h } from "../page/dom.js";
import { t } from "../words/i18n.js";
import { VIEW } from "./specs.js";

/**
 * @import { CardEvents } from "./chart-menu.js"
 * @import { ViewSpec } from "./specs.js"
 */

/** What a card of views reports; `change`: its options have changed. @typedef {Pick<CardEvents, "move" | "over" | "drop" | "remove"> & {change: () => void}} OnView */
/** What fills a slot. @typedef {{visible: boolean, remove: () => void}} SlotContent */
/** Fills a slot. @typedef {(slot: ViewSlot, on: OnView) => Promise<SlotContent>} FillSlot */

export class ViewSlot {
  #removed = false;
  #visible = false;
  /** @type {SlotContent | null} */
  #content = null;

  /**
   * @param {ViewSpec} spec
   * @param {string} id of the element that has the focus when the card is reached by keys
   * @param {OnView} on
   * @param {FillSlot} fill
   */
  constructor(spec, id, on, fill) {
    const title = t(`chart.${VIEW}${spec.view}`);
    const plotElement = h("div", { className: "view", id, tabIndex: 0, role: "group", "aria-label": title });
    const element = h("article", { className: "card chart", "data-chart": VIEW + spec.view }, plotElement);
    this.title = title;
    this.card = { spec, element, plotElement };
    fill(this, on).then((content) => {
      if (this.#removed) return content.remove();
      this.#content = content;
      content.visible = this.#visible;
    });
  }

  /** Whether it is on the screen, or near it; nothing is computed for a card that is not. @param {boolean} visible */
  set visible(visible) {
    this.#visible = visible;
    if (this.#content) this.#content.visible = visible;
  }

  remove() {
    this.#removed = true;
    this.#content?.remove();
    this.card.element.remove();
  }
}
