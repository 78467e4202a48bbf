/** The column of a lesson: parts below each other, each drawn again only when what it shows has changed. */

import { h, setChildren } from "../page/dom.js";
import { language } from "../words/i18n.js";

/**
 * A part of the column. `state`: all that it shows; `make`: makes its element.
 * @typedef {{name: string, state: unknown, make: () => HTMLElement}} Part
 */

export class Column {
  /** What is said to screen readers. */
  #live = h("p", { className: "hidden", role: "status" });
  /** @type {Map<string, {state: string, element: HTMLElement}>} */
  #drawn = new Map();
  element = h("section", { className: "column player", id: "lesson", tabIndex: -1 });

  /** @param {Part[]} parts in their order */
  show(parts) {
    const focused = this.element.contains(document.activeElement) ? focusOf(document.activeElement) : "";
    const names = new Set(parts.map(({ name }) => name));
    for (const name of this.#drawn.keys()) if (!names.has(name)) this.#drawn.delete(name);
    const elements = parts.map(({ name, state, make }) => {
      const text = JSON.stringify([language(), state]);
      const drawn = this.#drawn.get(name);
      if (drawn?.state === text) return drawn.element;
      const element = make();
      this.#drawn.set(name, { state: text, element });
      return element;
    });
    setChildren(this.element, [this.#live, ...elements]);
    if (focused && !this.element.contains(document.activeElement)) this.focus(focused, true);
  }

  /** Draw a part again at the next `show`. @param {string} name */
  forget(name) {
    this.#drawn.delete(name);
  }

  /**
   * Focus the element with a name in `data-focus`.
   * @param {string} name
   * @param {boolean} [isKept] whether it had the focus before it was drawn again; then the page does not scroll to it
   */
  focus(name, isKept = false) {
    const withFocus = [...this.element.querySelectorAll("[data-focus]")].find(
      (element) => focusOf(element) === name,
    );
    if (withFocus instanceof HTMLElement) withFocus.focus({ preventScroll: isKept });
  }

  /** Tell it to screen readers. @param {string} text */
  say(text) {
    this.#live.textContent = text;
  }
}

/** @param {Element | null} element */
function focusOf(element) {
  return element?.getAttribute("data-focus") ?? "";
}
