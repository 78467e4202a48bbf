/**
 * The teacher's button that lets all pages of the class show what this page shows: a step of its lesson, or its runs and the pinned
 * moment. Pressed again, it lets each page show its own view again.
 */

import { h, icon, setText } from "../page/dom.js";
import { ApiError } from "../server/api.js";
import { classApi } from "../server/class-api.js";
import { urlState } from "../state/address.js";
import { onLanguage, t } from "../words/i18n.js";
import { explainAll } from "../words/reasons.js";
import { viewOfPage } from "./page-view.js";

/**
 * @import { Toast } from "../page/toast.js"
 * @import { Store } from "../state/store.js"
 * @import { Shown } from "./types.js"
 */

export class ShowButton {
  #store;
  #toast;
  #label = h("span");
  #button = h("button", { type: "button", className: "tool to-all" }, icon("eye"), this.#label);

  /**
   * @param {HTMLElement} tools where the button is added
   * @param {Store} store
   * @param {Toast} toast for what the server refuses
   */
  constructor(tools, store, toast) {
    this.#store = store;
    this.#toast = toast;
    this.#button.id = "show-to-all";
    this.#button.addEventListener("click", () => this.#toggle());
    tools.prepend(this.#button);
    store.on("class", () => this.#draw());
    store.on("draw", () => this.#draw());
    urlState.on("lesson", () => this.#draw());
    onLanguage(() => this.#draw());
    this.#draw();
  }

  get #isShowing() {
    return Boolean(this.#store.messages.class?.shown);
  }

  /** Whether the button does something: this page has something to show, or all pages show something already. */
  get #canToggle() {
    return this.#isShowing || this.#store.shown().length > 0 || urlState.get("lesson") !== "";
  }

  /** What this page shows: the step of its lesson, if one is open. @returns {Shown} */
  #shown() {
    const lesson = urlState.get("lesson");
    const step = document.querySelector("#lesson")?.getAttribute("data-step");
    if (lesson) return { kind: "lesson", lesson, step: step ? Number(step) : null };
    const { runs, iteration } = viewOfPage(this.#store);
    return iteration === null ? { kind: "runs", runs } : { kind: "moment", runs, iteration };
  }

  async #toggle() {
    if (!this.#canToggle) return;
    try {
      await classApi.show(this.#isShowing ? null : this.#shown());
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#toast.show(explainAll(error), { wrong: true });
    }
  }

  #draw() {
    setText(this.#label, t(this.#isShowing ? "class.show_end" : "class.show_view"));
    this.#button.title = t(this.#isShowing ? "class.show_end_help" : "class.show_view_help");
    this.#button.classList.toggle("on", this.#isShowing);
    this.#button.setAttribute("aria-disabled", String(!this.#canToggle)); // not disabled: it keeps the focus
  }
}
