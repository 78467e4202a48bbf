/**
 * Fields of the form that a lesson locks or hides until it is launched. The form draws its fields again with many changes, so they
 * are looked for whenever it has.
 */

import { disableControls, markFixed } from "../form/fixed.js";
import { t } from "../words/i18n.js";
import { isOf } from "./locked-fields.js";

/** @import { Play } from "./types.js" */

export class FieldLocks {
  #form = /** @type {HTMLElement} */ (document.querySelector("#form"));
  /** The lesson whose fields are locked; null: none. @type {Pick<Play, "slug" | "locked" | "hidden"> | null} */
  #play = null;
  /** Element → frees it again. @type {Map<HTMLElement, () => void>} */
  #held = new Map();
  #observer = new MutationObserver(() => this.#apply());
  #onFree;

  /** @param {() => void} onFree called when fields are free again */
  constructor(onFree) {
    this.#onFree = onFree;
  }

  /** Lock the fields of a lesson that is not launched yet; null: free all. @param {Pick<Play, "slug" | "locked" | "hidden"> | null} play */
  hold(play) {
    if (play?.slug === this.#play?.slug) return;
    for (const free of this.#held.values()) free();
    this.#held.clear();
    this.#observer.disconnect();
    if (this.#play) this.#onFree();
    this.#play = play;
    this.#form.classList.toggle("in-lesson", play !== null);
    if (!play) {
      delete this.#form.dataset.lesson;
      return;
    }
    this.#form.dataset.lesson = play.slug; // what is launched from the form is compared with the lesson's runs
    this.#observer.observe(this.#form, { childList: true, subtree: true });
    this.#apply();
  }

  #apply() {
    const { locked = [], hidden = [] } = this.#play ?? {};
    for (const element of this.#held.keys()) if (!element.isConnected) this.#held.delete(element);
    for (const block of /** @type {NodeListOf<HTMLElement>} */ (
      this.#form.querySelectorAll("[data-field].field")
    )) {
      const path = block.dataset.field ?? "";
      if (hidden.some((field) => isOf(path, field))) this.#hide(block);
      else if (locked.some((field) => isOf(path, field))) this.#lock(block);
    }
  }

  /** @param {HTMLElement} block */
  #hide(block) {
    if (block.hidden) return;
    block.hidden = true;
    this.#held.set(block, () => {
      block.hidden = false;
    });
  }

  /** @param {HTMLElement} block */
  #lock(block) {
    const reason = t("lesson.fixes");
    if (!this.#held.has(block)) this.#held.set(block, markFixed(block, reason));
    for (const [control, free] of disableControls(block, reason)) this.#held.set(control, free);
  }
}
