/** The lessons above the charts: buttons for some, and a menu with all. A click opens the lesson; player.js plays it. */

import { h } from "../page/dom.js";
import { retried } from "../page/lazy.js";
import { wireMenu } from "../page/menu.js";
import { urlState } from "../state/address.js";
import { isSoon } from "../state/queue.js";
import { duration } from "../words/duration.js";
import { number, onLanguage, t } from "../words/i18n.js";
import { inReadersLanguage } from "../words/labels.js";

/**
 * @import { Lesson } from "../types.js"
 * @import { LabQueue } from "../state/lab-queue.js"
 * @import { Progress } from "./types.js"
 */

/** The lessons that have buttons, by their slugs, unless the teacher has a course: then its first lessons have the buttons. */
const FIRST = ["1a-vanishing-gradient", "2a-optimizers", "3a-overfitting", "3b-l2"];

export class Lessons {
  #lessons;
  #bar;
  #queue;
  /** Functions that update the costs on the buttons when the queue changes. @type {(() => void)[]} */
  #costs = [];
  /** The lessons without a button, which are only in the menu. @type {Lesson[]} */
  #others = [];

  /**
   * @param {HTMLElement} bar
   * @param {Lesson[]} lessons
   * @param {LabQueue} queue
   */
  constructor(bar, lessons, queue) {
    this.#bar = bar;
    this.#lessons = lessons;
    this.#queue = queue;
    queue.on("change", () => this.#drawCosts());
    urlState.on("lesson", () => this.#markOpen());
    onLanguage(() => this.#draw());
    this.#draw();
  }

  #draw() {
    this.#costs = [];
    const course = this.#lessons.filter((lesson) => lesson.own_course);
    const defaults = this.#lessons.filter((lesson) => FIRST.includes(lesson.slug));
    const first = course.length ? course.slice(0, FIRST.length) : defaults;
    this.#others = this.#lessons.filter((lesson) => !first.includes(lesson));
    this.#bar.replaceChildren(...first.map((lesson) => this.#button(lesson)));
    if (this.#others.length) this.#bar.append(this.#menu());
    this.#markOpen();
  }

  /** A button that opens a lesson. @param {Lesson} lesson */
  #button(lesson) {
    const name = h("span", {}, inReadersLanguage(lesson.title));
    const button = h(
      "button",
      { type: "button", className: "lesson", "data-lesson": lesson.slug },
      h("b", {}, lesson.section),
      name,
    );
    const { progress } = lesson;
    if (progress && progress !== "none") button.dataset.progress = progress;
    const describe = () => {
      const progressText = button.dataset.progress && t(`lessons.${progress === "done" ? "done" : "begun"}`);
      button.title = [inReadersLanguage(lesson.question), progressText, this.#cost(lesson)]
        .filter(Boolean)
        .join("\n");
    };
    this.#costs.push(describe);
    describe();
    button.addEventListener("click", () => urlState.set({ lesson: lesson.slug }));
    return button;
  }

  /** The menu of all lessons, which opens over the charts. Its content is loaded when it is opened first. */
  #menu() {
    const menu = h(
      "details",
      { className: "more-lessons" },
      h("summary", { className: "lesson" }, t("lessons.more")),
    );
    menu.addEventListener("toggle", async () => {
      if (!menu.open || menu.children[1]) return;
      const { lessonList } = await retried(() => import("./lesson-list.js"));
      if (menu.children[1]) return; // it was opened twice meanwhile
      const make = { button: this.#button.bind(this), cost: this.#cost.bind(this) };
      menu.append(lessonList(this.#lessons, make, this.#costs));
      this.#markOpen();
    });
    wireMenu(menu);
    return menu;
  }

  /** How many runs a lesson launches, and when they would start and end with the present queue. @param {Lesson} lesson */
  #cost({ runs }) {
    if (!runs.length) return t("lessons.looks");
    const { begin, end } = this.#queue.now.launching(runs.map(({ seconds }) => seconds));
    const values = { count: number(runs.length), wait: duration(begin ?? 0), time: duration(end ?? 0) };
    if (end === null) return t("lessons.runs", values);
    return t(isSoon(begin) ? "form.launch_takes" : "form.launch_waits", values);
  }

  #drawCosts() {
    for (const update of this.#costs) update();
  }

  /**
   * Mark how far the reader is in a lesson.
   * @param {string} slug
   * @param {Progress} progress
   */
  mark(slug, progress) {
    const lesson = this.#lessons.find((lesson) => lesson.slug === slug);
    if (!lesson || (lesson.progress ?? "none") === progress) return;
    lesson.progress = progress;
    this.#draw();
  }

  /** Focus the button of a lesson, or the menu that has it. @param {string} slug */
  focus(slug) {
    const button = this.#bar.querySelector(`.lesson[data-lesson="${CSS.escape(slug)}"]`);
    const target = button ?? this.#bar.querySelector("summary");
    if (target instanceof HTMLElement) target.focus();
  }

  /** Mark the button of the open lesson; if it has none, the menu shows its section. */
  #markOpen() {
    const slug = urlState.get("lesson");
    const other = this.#others.find((lesson) => lesson.slug === slug);
    const summary = this.#bar.querySelector("summary");
    for (const element of this.#bar.querySelectorAll("[data-lesson], summary")) {
      const isOpen = element === summary ? other : element.getAttribute("data-lesson") === slug;
      if (isOpen) element.setAttribute("aria-current", "true");
      else element.removeAttribute("aria-current");
    }
    // this text is no longer than "more lessons", so that nothing moves
    const title = other ? [h("b", {}, other.section), t("lessons.and_more")] : [t("lessons.more")];
    summary?.replaceChildren(...title);
  }
}
