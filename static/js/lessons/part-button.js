/** The button in the bar of a phone that leads to the lesson, in place of the one that leads to the form. */

import { find, h, icon, setText } from "../page/dom.js";
import { onLanguage, t } from "../words/i18n.js";

export class PartButton {
  #form = find(document, '.parts [data-go-to="form"]', HTMLElement);
  #text = h("span");
  #button;

  /**
   * @param {HTMLElement} lesson
   * @param {() => void} show shows the lesson
   */
  constructor(lesson, show) {
    this.#button = h("button", { type: "button", hidden: true, onclick: show }, icon("step"), this.#text);
    this.#form.before(this.#button);
    onLanguage(() => this.#draw());
    // as page/parts.js marks the others: that whose part is in the middle of the window
    const marks = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        for (const button of document.querySelectorAll(".parts button"))
          if (button.hasAttribute("aria-current")) button.setAttribute("aria-current", "false");
        this.#button.setAttribute("aria-current", "true");
      },
      { rootMargin: "-49% 0px" },
    );
    marks.observe(lesson);
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
