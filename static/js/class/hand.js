/** The raised hand: a button in the top line, and on phones one in the bar at the bottom. */

import { h, setText } from "../page/dom.js";
import { ApiError } from "../server/api.js";
import { classApi } from "../server/class-api.js";
import { newestOnly } from "../state/newest.js";
import { onLanguage, t } from "../words/i18n.js";
import { explain } from "../words/reasons.js";
import { classIcon } from "./icons.js";

/**
 * @import { Store } from "../state/store.js"
 * @import { Toast } from "../page/toast.js"
 */

export class Hand {
  #store;
  #toast;
  #buttons;
  /** What the person has pressed, until the server says how it is. @type {boolean | null} */
  #wanted = null;
  /** Whether a request is not answered yet. */
  #isSending = false;
  /** Whether a message about this person has come since it was sent. */
  #isToldSince = false;
  #dropOlder = newestOnly();

  /**
   * @param {HTMLElement} tools the buttons of the top line
   * @param {HTMLElement} bar the buttons at the bottom
   * @param {Store} store
   * @param {Toast} toast
   */
  constructor(tools, bar, store, toast) {
    this.#store = store;
    this.#toast = toast;
    this.#buttons = [this.#button("tool hand"), this.#button("hand")];
    tools.prepend(this.#buttons[0]);
    bar.append(this.#buttons[1]);
    store.on("person", () => {
      this.#isToldSince = true;
      if (!this.#isSending) this.#wanted = null;
      this.#draw();
    });
    onLanguage(() => this.#draw());
    this.#draw();
  }

  get #isUp() {
    return this.#wanted ?? Boolean(this.#store.messages.person?.person.hand_at);
  }

  /** @param {string} className */
  #button(className) {
    const button = h(
      "button",
      { type: "button", className, onclick: () => this.#toggle() },
      classIcon("hand"),
    );
    button.append(h("span"));
    return button;
  }

  async #toggle() {
    const isNewest = this.#dropOlder();
    this.#wanted = !this.#isUp;
    this.#isSending = true;
    this.#isToldSince = false;
    this.#draw();
    try {
      await classApi.raiseHand(this.#wanted);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#isToldSince = true; // it stays as the server has said last
      this.#toast.show(explain(error), { wrong: true });
    }
    if (!isNewest()) return;
    this.#isSending = false;
    if (this.#isToldSince) this.#wanted = null;
    this.#draw();
  }

  #draw() {
    for (const button of this.#buttons) {
      const text = t(this.#isUp ? "class.hand_down" : "class.hand_up");
      button.classList.toggle("on", this.#isUp);
      const label = button.querySelector("span");
      if (label) setText(label, text);
      button.title = text;
    }
  }
}
