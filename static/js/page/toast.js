/** A short message at the bottom of the page about what was done, with a button, for example to undo it. */

import { h } from "./dom.js";

export class Toast {
  #element = h("div", { className: "toast", role: "status", hidden: true });
  #timer = 0;

  constructor() {
    document.body.append(this.#element);
  }

  /**
   * @param {string} text
   * @param {{label?: string, action?: () => void, time?: number, wrong?: boolean}} options
   */
  show(text, options = {}) {
    const { label, action, time = 6000, wrong = false } = options;
    clearTimeout(this.#timer);
    const onclick = () => {
      this.hide();
      action?.();
    };
    const button = label ? h("button", { type: "button", className: "toggle", onclick }, label) : null;
    this.#element.classList.toggle("wrong", wrong);
    this.#element.replaceChildren(h("span", {}, text), ...(button ? [button] : []));
    this.#element.hidden = false;
    this.#timer = setTimeout(() => this.hide(), time);
  }

  hide() {
    clearTimeout(this.#timer);
    this.#element.hidden = true;
  }
}
