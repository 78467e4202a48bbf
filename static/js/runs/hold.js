/**
 * Selecting several runs on a touch screen, as in the photo album of a phone. Holding a finger on a run starts it: from then
 * on a tap adds a run to the selection or removes it, until no run is selected. Otherwise a tap works like a click.
 */

import { closest } from "../page/dom.js";

/** Milliseconds after which a press is a hold. */
const LONG = 450;

export class Hold {
  /** Whether the last press was by a finger; not every browser says this with the click event. */
  #touched = false;
  /** Whether a tap adds a run or removes it. */
  #several = false;
  /** Whether the last press was a hold, after which the browser may send a click that must be ignored. */
  #held = false;
  #timer = 0;

  /**
   * @param {HTMLElement} list the element with all runs, `[data-run]`
   * @param {(id: string) => void} onHold
   */
  constructor(list, onHold) {
    list.addEventListener("pointerdown", (event) => {
      this.#touched = event.pointerType === "touch";
      this.#held = false;
      clearTimeout(this.#timer);
      const run = closest(event, "button:not(.run-name), input, a") ? null : closest(event, "[data-run]");
      if (!this.#touched || !run) return;
      this.#timer = setTimeout(() => {
        this.#held = this.#several = true;
        onHold(String(run.dataset.run));
      }, LONG);
    });
    for (const type of ["pointerup", "pointercancel", "pointerleave"])
      list.addEventListener(type, () => clearTimeout(this.#timer));
    list.addEventListener("contextmenu", (event) => this.#held && event.preventDefault());
  }

  /** Whether a tap adds a run or removes it: two quick taps are then two of these, and no double click. */
  get selectsSeveral() {
    return this.#several;
  }

  /**
   * The meaning of a click: "none" after a hold, "toggle" while several runs are being selected, otherwise "click".
   * @param {number} selected
   */
  meaning(selected) {
    if (this.#held) {
      this.#held = false;
      return "none";
    }
    this.#several &&= selected > 0;
    return this.#touched && this.#several ? "toggle" : "click";
  }
}
