/** A student's button that shares with the class, as one shared view, the curves that the page shows and the pinned moment, if there is one. */

import { h, setText } from "../page/dom.js";
import { ApiError } from "../server/api.js";
import { classApi } from "../server/class-api.js";
import { number, onLanguage, t } from "../words/i18n.js";
import { explainAll } from "../words/reasons.js";
import { classIcon } from "./icons.js";
import { viewOfPage } from "./page-view.js";

/**
 * @import { Toast } from "../page/toast.js"
 * @import { Store } from "../state/store.js"
 */

/** The most runs of a view, as the server has it. */
const MAX_VIEWED = 24;

export class ShareButton {
  #store;
  #toast;
  #label = h("span");
  #button = h("button", { type: "button", className: "tool to-all" }, classIcon("share"), this.#label);
  #sending = false;

  /**
   * @param {HTMLElement} tools
   * @param {Store} store
   * @param {Toast} toast
   */
  constructor(tools, store, toast) {
    this.#store = store;
    this.#toast = toast;
    this.#button.id = "share-view";
    this.#button.addEventListener("click", () => this.#share());
    tools.prepend(this.#button);
    store.on("draw", () => this.#draw());
    onLanguage(() => this.#draw());
    this.#draw();
  }

  async #share() {
    if (this.#sending || !this.#store.shown().length) return;
    const view = viewOfPage(this.#store);
    if (view.runs.length > MAX_VIEWED) {
      this.#toast.show(t("class.views.too_many", { most: number(MAX_VIEWED) }), { wrong: true });
      return;
    }
    this.#sending = true;
    try {
      await classApi.shareView(view);
      this.#toast.show(t("class.views.shared"));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#toast.show(explainAll(error), { wrong: true });
    } finally {
      this.#sending = false;
    }
  }

  #draw() {
    setText(this.#label, t("class.views.share"));
    this.#button.title = t("class.views.share_help");
    this.#button.setAttribute("aria-disabled", String(!this.#store.shown().length)); // not disabled: it keeps the focus
  }
}
