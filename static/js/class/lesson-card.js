/** The card of the lesson that the teacher opens on every page: its question, and, for those who have not begun it, a button
 * that begins it.
 */

import { find, h } from "../page/dom.js";
import { language, onLanguage, t } from "../words/i18n.js";
import { allLessons, lessonTitle } from "../words/labels.js";

/**
 * @import { Lessons } from "../lessons/lessons.js"
 * @import { Store } from "../state/store.js"
 * @import { ShownView } from "./shown-view.js"
 */

export class LessonCard {
  #store;
  #view;
  #lessons;
  #card = h("section", { className: "card lesson-card", hidden: true });
  #drawn = "";

  /**
   * @param {Store} store
   * @param {ShownView} view
   * @param {Pick<Lessons, "begin">} lessons
   */
  constructor(store, view, lessons) {
    this.#store = store;
    this.#view = view;
    this.#lessons = lessons;
    find(document, "#curves", HTMLElement).prepend(this.#card);
    view.on("change", () => this.#draw());
    store.on("draw", () => this.#draw()); // it may have been begun
    onLanguage(() => this.#draw());
    this.#draw();
  }

  #draw() {
    const { complete, runs } = this.#store;
    const slug = complete ? this.#view.lesson : null;
    const isBegun = [...runs.values()].some(
      (run) => run.lesson === slug && !run.archived && this.#store.isOwn(run),
    );
    const lesson = isBegun ? undefined : allLessons().find((one) => one.slug === slug);
    const state = JSON.stringify([lesson?.slug, language()]);
    if (state === this.#drawn) return;
    const isNew = !JSON.parse(this.#drawn || "[]")[0];
    this.#drawn = state;
    this.#card.hidden = !lesson;
    if (!lesson) return;
    const names = lesson.runs.map(({ name }) => name).join(", ");
    const begin = h(
      "button",
      { type: "button", className: "main", onclick: () => void this.#lessons.begin(lesson, begin) },
      t(names ? "class.lesson.launch" : "class.lesson.look"),
    );
    begin.toggleAttribute("data-launches", names !== "");
    this.#card.replaceChildren(
      h("h2", {}, lessonTitle(lesson.slug)),
      h("p", { className: "question" }, lesson.question[language()]),
      h(
        "p",
        { className: "quiet" },
        names ? t("lessons.launches", { runs: names, dataset: lesson.dataset }) : t("lessons.looks"),
      ),
      begin,
    );
    if (isNew) this.#card.scrollIntoView({ block: "center" }); // on a phone, it is below the form
  }
}
