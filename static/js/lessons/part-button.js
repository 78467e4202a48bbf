/** The button in the bar of a phone that leads to the lesson, in place of the one that leads to the form. */

import { find, h, icon, setText } from "../page/dom.js";
import { onLanguage, t } from "../words/i18n.js";

export class PartButton {
  #form = find(document, '.parts [data-go-to="form"]', HTMLElement);
  #text = h("span");
  #button;

  /** @param {() => void} show shows the lesson */
  constructor(show) {
    this.#button = h("button", { type: "button", hidden: true, onclick: show }, icon("step"), this.#text);
    this.#form.before(this.#button);
    onLanguage(() => this.#draw());
    this.#draw();
  }

  /** @param {boolean} isOpen whether a lesson is open */
  show(isOpen) {
    this.#button.hidden = !isOpen;
    this.#form.hidden = isOpen;
  }

  #draw() {
    setText(this.#text, t("lesson.title"));
  }
}
