/**
 * The lock of all buttons that launch, while this page's person can launch nothing: each looks locked and says why, before it is
 * clicked. Such buttons have the attribute `data-launches`. The form's own button says it instead of its text; see `Form.lock`.
 */

import { closest } from "../page/dom.js";

/** @import { Toast } from "../page/toast.js" */

const LAUNCHES = "[data-launches]";
const LOCKED = "[data-locked]";

export class LaunchLock {
  #toast;
  #reason = "";
  /** The locked buttons, with the titles that they had before. @type {Map<HTMLElement, string>} */
  #titles = new Map();
  /** Buttons are made, and get other titles, all the time. */
  #observer = new MutationObserver(() => this.#apply());

  /** @param {Toast} toast */
  constructor(toast) {
    this.#toast = toast;
    document.addEventListener("click", (event) => this.#refuse(event), { capture: true });
  }

  /** Lock the buttons for a reason; an empty one unlocks them. @param {string} reason */
  set(reason) {
    if (reason === this.#reason) return;
    for (const button of this.#titles.keys()) this.#unlock(button);
    this.#reason = reason;
    this.#apply();
  }

  #apply() {
    this.#observer.disconnect(); // it would see what this changes
    if (!this.#reason) return;
    // one that is out of the document may come back after the lock is gone; if it comes back before, it is locked again
    for (const button of this.#titles.keys())
      if (!button.isConnected || !button.matches(LAUNCHES)) this.#unlock(button);
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(LAUNCHES)))
      this.#lock(button);
    this.#observer.observe(document.body, {
      subtree: true,
      childList: true,
      attributeFilter: ["title", "data-launches"],
    });
  }

  /** @param {HTMLElement} button */
  #lock(button) {
    const isLocked = "locked" in button.dataset;
    if (isLocked && button.title.startsWith(this.#reason)) return;
    this.#titles.set(button, button.title);
    button.dataset.locked = "";
    button.setAttribute("aria-disabled", "true"); // not disabled: it keeps the focus, and says why
    button.title = [this.#reason, button.title].filter(Boolean).join("\n");
  }

  /** @param {HTMLElement} button */
  #unlock(button) {
    delete button.dataset.locked;
    button.removeAttribute("aria-disabled");
    if (button.title.startsWith(this.#reason)) button.title = this.#titles.get(button) ?? "";
    this.#titles.delete(button);
  }

  /** @param {MouseEvent} event */
  #refuse(event) {
    if (!closest(event, LOCKED)) return;
    event.preventDefault();
    event.stopPropagation();
    this.#toast.show(this.#reason);
  }
}
