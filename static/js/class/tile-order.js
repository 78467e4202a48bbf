/** The order of the tiles: buttons of which one is pressed, and the choice that a browser keeps. */

import { h, setText } from "../page/dom.js";
import { onLanguage, t } from "../words/i18n.js";

const ORDERS = ["number", "state", "accuracy"];
/** In the browser's storage. */
const KEY = "wall-order";

export class TileOrder {
  chosen = window.kept.get(KEY) ?? ORDERS[0];
  #text = h("span");
  /** @type {Map<string, HTMLButtonElement>} */
  #buttons = new Map();

  /**
   * @param {HTMLElement} element
   * @param {() => void} onChange
   */
  constructor(element, onChange) {
    for (const order of ORDERS) {
      const onclick = () => {
        this.chosen = order;
        window.kept.set(KEY, order);
        this.#draw();
        onChange();
      };
      this.#buttons.set(order, h("button", { type: "button", className: "toggle", onclick }));
    }
    element.replaceChildren(this.#text, ...this.#buttons.values());
    onLanguage(() => this.#draw());
    this.#draw();
  }

  #draw() {
    setText(this.#text, t("class.wall.order"));
    for (const [order, button] of this.#buttons) {
      button.setAttribute("aria-pressed", String(order === this.chosen));
      setText(button, t(`class.wall.order.${order}`));
    }
  }
}
