/** The banner below the top line: what the teacher does with all pages of the class. */

import { h } from "../page/dom.js";
import { onLanguage, t } from "../words/i18n.js";
import { classIcon } from "./icons.js";
import { bannersOf } from "./wording.js";

/**
 * @import { Store } from "../state/store.js"
 * @import { ShownView } from "./shown-view.js"
 */

export class Banner {
  #store;
  #element = h("div", { className: "class-banner", role: "status", hidden: true });
  #drawn = "";

  #view;

  /**
   * @param {Store} store
   * @param {ShownView | null} view of a student
   */
  constructor(store, view) {
    this.#store = store;
    this.#view = view;
    view?.on("change", () => this.#draw());
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
    const isLesson = this.#view !== null && messages.class?.shown?.kind === "lesson";
    const isLeft = this.#view?.isLeft ?? false;
    const state = JSON.stringify([banners, isLesson, isLeft]);
    if (state === this.#drawn) return;
    this.#drawn = state;
    this.#element.hidden = !banners.length;
    this.#element.replaceChildren(
      ...banners.map(({ kind, text }) => h("p", { className: kind }, classIcon(kind), text)),
      ...(isLesson ? [this.#way(isLeft)] : []),
    );
  }

  /** The button that leaves the lesson, or comes back to it. @param {boolean} isLeft */
  #way(isLeft) {
    const onclick = () => this.#view?.leave(!isLeft);
    const text = t(isLeft ? "class.lesson.open" : "class.views.back");
    return h("button", { type: "button", className: "toggle", onclick }, text);
  }
}
