/** The banner below the top line: what the teacher does with all pages of the class. */

import { h } from "../page/dom.js";
import { onLanguage } from "../words/i18n.js";
import { classIcon } from "./icons.js";
import { bannersOf } from "./wording.js";

/** @import { Store } from "../state/store.js" */

export class Banner {
  #store;
  #element = h("div", { className: "class-banner", role: "status", hidden: true });
  #drawn = "";

  /** @param {Store} store */
  constructor(store) {
    this.#store = store;
    document.querySelector("header")?.after(this.#element);
    store.on("class", () => this.#draw());
    store.on("draw", () => this.#draw()); // the names of the runs
    onLanguage(() => this.#draw());
    this.#draw();
  }

  #draw() {
    const { person, messages } = this.#store;
    if (!person) return;
    const runs = messages.class?.shown ? this.#store.list() : [];
    const banners = bannersOf(messages.class ?? {}, person, runs);
    const state = JSON.stringify(banners);
    if (state === this.#drawn) return;
    this.#drawn = state;
    this.#element.hidden = !banners.length;
    this.#element.replaceChildren(
      ...banners.map(({ kind, text }) => h("p", { className: kind }, classIcon(kind), text)),
    );
  }
}
