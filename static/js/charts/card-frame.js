/**
 * The frame of a card: the card can be dragged by its heading or its grip, moved by keys, and widened to the whole window. It
 * reports moves by callbacks.
 */

import { iconButton } from "../page/dom.js";
import { drag } from "../page/drag.js";
import { arrowStep, arrowStepAcross, onKey } from "../page/keys.js";
import { t } from "../words/i18n.js";

/** @import { CardEvents } from "./chart-menu.js" */

/** How a card is moved; see chart-menu.js. @typedef {Pick<CardEvents, "move" | "over" | "drop">} OnFrame */

export class CardFrame {
  wide = false;
  #element;
  #on;
  #onWide;
  /**
   * Stops listening to keys of the whole window.
   * @type {AbortController | null}
   */
  #listening = null;
  /** The elements behind the card while it fills the window; they cannot be focused. @type {HTMLElement[]} */
  #behind = [];
  grip;
  expand;

  /**
   * @param {HTMLElement} element of the card
   * @param {string} title
   * @param {OnFrame} on
   * @param {() => void} onWide called when the card begins or ceases to fill the window, and when it is removed
   */
  constructor(element, title, on, onWide) {
    this.#element = element;
    this.#on = on;
    this.#onWide = onWide;
    this.expand = iconButton("expand", t("chart.fullscreen"), () => this.#widen(!this.wide));
    const grip = iconButton("grip", t("chart.move", { chart: title }), () => {});
    grip.classList.add("grip");
    this.grip = grip;
    onKey(element, (event) => this.#escape(event));
    onKey(grip, (event) => {
      const rows = arrowStep(event);
      const places = arrowStepAcross(event);
      if (!rows && !places) return;
      event.preventDefault();
      if (rows) on.move(rows, "row");
      if (places) on.move(places, "place");
      grip.focus();
    });
    this.dragBy(grip);
  }

  /** Drag the card by a handle; a line shows the place where it would be dropped. @param {HTMLElement} handle */
  dragBy(handle) {
    handle.addEventListener("pointerdown", (down) => {
      if (this.wide) return;
      drag(down, handle, {
        over: (y, x) => {
          this.#element.classList.add("dragged");
          this.#on.over(y, x);
        },
        drop: (y, x) => {
          this.#element.classList.remove("dragged");
          this.#on.drop(y, x);
        },
      });
    });
  }

  /** Take the card out of the page. */
  remove() {
    this.#setWide(false);
    this.#element.remove();
  }

  /** @param {boolean} wide */
  #widen(wide) {
    this.#setWide(wide);
    this.expand.focus();
  }

  /** @param {boolean} wide */
  #setWide(wide) {
    this.wide = wide;
    this.#element.classList.toggle("full", wide);
    this.expand.setAttribute("aria-pressed", String(wide));
    this.#onWide();
    for (const element of this.#behind) element.inert = false;
    this.#behind = wide ? around(this.#element) : [];
    for (const element of this.#behind) element.inert = true;
    this.#listening?.abort();
    if (!wide) return;
    this.#listening = new AbortController();
    onKey(window, (event) => this.#escapeWithoutFocus(event), {
      capture: true,
      signal: this.#listening.signal,
    });
  }

  /** Close the full-window view at Escape, unless the Escape closes a menu. @param {KeyboardEvent} event */
  #escape(event) {
    if (
      event.key !== "Escape" ||
      !this.wide ||
      event.defaultPrevented ||
      this.#element.querySelector(":popover-open")
    )
      return;
    event.preventDefault();
    this.#widen(false);
  }

  /** The same if no element has the focus, as after a click on the background. @param {KeyboardEvent} event */
  #escapeWithoutFocus(event) {
    if (event.target === document.body) this.#escape(event);
  }
}

/** All elements of the page outside of an element, except those that float above the page. @param {HTMLElement} element */
function around(element) {
  /** @type {HTMLElement[]} */
  const others = [];
  for (let node = element; node.parentElement && node !== document.body; node = node.parentElement) {
    for (const other of node.parentElement.children)
      if (
        other instanceof HTMLElement &&
        other !== node &&
        !other.matches(".hover-box, .toast, .moment-bar, dialog")
      )
        others.push(other);
  }
  return others;
}
