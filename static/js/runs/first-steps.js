/**
 * First steps for a newcomer: a page without own runs shows one button that launches a run. When the first run has ended, it
 * shows its result and suggests what to change next.
 */

import { h } from "../page/dom.js";
import { retried } from "../page/lazy.js";
import { onLanguage, t } from "../words/i18n.js";

/**
 * @import { Form } from "../form/form.js"
 * @import { Store } from "../state/store.js"
 * @import { Run } from "../types.js"
 */

export class FirstSteps {
  #store;
  #form;
  #empty = h("div", { className: "waiting first-steps", hidden: true });
  #ended;
  #drawn = "";

  /**
   * @param {HTMLElement} charts the invitation of an empty lab is placed before this element
   * @param {HTMLElement} ended the element for the result of the first run
   * @param {Store} store
   * @param {Form} form
   */
  constructor(charts, ended, store, form) {
    this.#store = store;
    this.#form = form;
    this.#ended = ended;
    charts.before(this.#empty);
    store.on("draw", () => this.#draw());
    onLanguage(() => {
      this.#drawn = "";
      this.#draw();
    });
    this.#draw();
  }

  #draw() {
    const runs = this.#store.list().filter((run) => this.#store.isOwn(run));
    const isEmpty = this.#store.complete && !runs.length && !this.#store.shown().length;
    const first =
      this.#store.complete && runs.length === 1 && runs[0].status === "completed" && !runs[0].lesson
        ? runs[0]
        : null;
    const drawn = `${isEmpty} ${first?.id} ${first?.revision}`;
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#empty.hidden = !isEmpty;
    this.#empty.replaceChildren(...(isEmpty ? [this.#invitation()] : []));
    this.#ended.hidden = !first;
    this.#ended.replaceChildren();
    if (first) this.#showResult(first);
  }

  #invitation() {
    const onclick = () => this.#form.launch();
    return h(
      "div",
      { className: "card" },
      h("h2", {}, t("first.title")),
      h("p", {}, t("first.text")),
      h(
        "button",
        { type: "button", className: "launch-first", "data-launches": "", onclick },
        t("first.launch"),
      ),
    );
  }

  /**
   * Show the result of the first run, unless what is to be shown has changed while the module was loading.
   * @param {Run} run
   */
  async #showResult(run) {
    const drawn = this.#drawn;
    const { firstResult } = await retried(() => import("./first-result.js"));
    if (drawn === this.#drawn) this.#ended.replaceChildren(...firstResult(run, this.#form));
  }
}
