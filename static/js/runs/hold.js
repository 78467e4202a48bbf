/**
 * Hold: a finger that stays on a run begins to select several, as in a phone's photo album; from then on a tap adds a run or
 * removes it, until none is selected. A mouse has Ctrl for that, and a tap alone selects as a click does.
 */

import { closest } from "../page/dom.js";

/** Milliseconds after which a press is a hold. */
const LONG = 450;

export class Hold {
  /** Whether the last press was a finger's: not every browser says so with a click. */
  #touched = false;
  #several = false;
  /** The press that goes on has been a hold; the click that may follow is none. */
  #held = false;
  #timer = 0;

  /**
   * @param {HTMLElement} list holds the runs' elements, `[data-run]`
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

  /**
   * What a click means, given how many runs are selected: "none" after a hold, "toggle" among several, or "click".
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
