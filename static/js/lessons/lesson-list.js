/** The list of all lessons by their courses, with how far the reader is in each. It is loaded when it is first opened. */

import { h } from "../page/dom.js";
import { loadStyle } from "../page/style.js";
import { language, number, t } from "../words/i18n.js";
import { inReadersLanguage } from "../words/labels.js";
import { textsOf } from "../words/part-texts.js";
import { byCourse } from "./courses.js";

/** @import { Lesson } from "../types.js" */

await Promise.all([loadStyle("lesson-list"), textsOf("lessons")]);

/** What makes the button of a lesson, and says what it launches. @typedef {{button: (lesson: Lesson) => HTMLElement, cost: (lesson: Lesson) => string}} Make */

/**
 * @param {Lesson[]} lessons in their order
 * @param {Make} make
 * @param {(() => void)[]} costs functions that are called when costs have changed; those of the list are added
 */
export function lessonList(lessons, make, costs) {
  const parts = byCourse(lessons, language()).map(({ title, lessons: own }) => {
    const done = own.filter(({ progress }) => progress === "done").length;
    const count = done ? t("lesson.course_done", { n: number(done), of: number(own.length) }) : "";
    const heading = h("h3", {}, title || t("lesson.no_course"), h("span", { className: "quiet" }, count));
    return h("section", {}, heading, ...own.map((lesson) => row(lesson, make, costs)));
  });
  const list = h("div", { className: "card lesson-list" }, ...parts);
  list.addEventListener("click", ({ target }) => {
    const menu = list.closest("details");
    if (menu && target instanceof Element && target.closest("button")) menu.open = false;
  });
  return list;
}

/**
 * @param {Lesson} lesson
 * @param {Make} make
 * @param {(() => void)[]} costs
 */
function row(lesson, make, costs) {
  const { question, progress = "none" } = lesson;
  const cost = h("span", { className: "cost" });
  const update = () => {
    cost.textContent = make.cost(lesson);
  };
  costs.push(update);
  update();
  const button = make.button(lesson);
  button.className = "row-lesson";
  button.append(h("span", { className: "question" }, inReadersLanguage(question)), cost);
  if (progress !== "none")
    button.append(
      h("span", { className: "hidden" }, t(progress === "done" ? "lessons.done" : "lessons.begun")),
    );
  return button;
}
