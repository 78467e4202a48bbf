/**
 * Lessons: one click launches all runs of a lesson. The page shows the lesson's question, and its conclusion when all runs have
 * ended. A lesson without runs opens a dialog with its data set and its network.
 */

import { find, h } from "../page/dom.js";
import { wireMenu } from "../page/menu.js";
import { ApiError, api } from "../server/api.js";
import { newestOnly } from "../state/newest.js";
import { isSoon } from "../state/queue.js";
import { duration } from "../words/duration.js";
import { language, number, onLanguage, t } from "../words/i18n.js";
import { datasetTitle, lessonTitle } from "../words/labels.js";
import { explain } from "../words/reasons.js";

/**
 * @import { Lesson, RunView } from "../types.js"
 * @import { LabQueue } from "../state/lab-queue.js"
 * @import { Store } from "../state/store.js"
 */

/** Slugs of the lessons with their own buttons; the other lessons are in the menu. */
const FIRST = ["1a-vanishing-gradient", "2a-optimizers", "3a-overfitting", "3b-l2"];

export class Lessons {
  #lessons;
  #store;
  #bar;
  #note;
  #onLaunch;
  #onLook;
  #queue;
  /** Functions that update the costs on the buttons when the queue changes. @type {(() => void)[]} */
  #costs = [];
  /** @type {string | null} */
  #drawn = null;
  /**
   * The error of the last launch, if it failed.
   * @type {ApiError | null}
   */
  #problem = null;
  #ask = newestOnly();

  /**
   * @param {HTMLElement} bar
   * @param {HTMLElement} note
   * @param {Store} store
   * @param {Lesson[]} lessons
   * @param {(runs: RunView[]) => void} onLaunch
   * @param {(lesson: Lesson) => Promise<void>} onLook
   * @param {LabQueue} queue
   */
  constructor(bar, note, store, lessons, onLaunch, onLook, queue) {
    this.#bar = bar;
    this.#note = note;
    this.#store = store;
    this.#lessons = lessons;
    this.#onLaunch = onLaunch;
    this.#onLook = onLook;
    this.#queue = queue;
    queue.on("change", () => this.#drawCosts());
    store.on("draw", () => this.#drawNote());
    onLanguage(() => this.#draw());
    this.#draw();
  }

  #draw() {
    this.#costs = [];
    const first = this.#lessons.filter((lesson) => FIRST.includes(lesson.slug));
    const others = this.#lessons.filter((lesson) => !FIRST.includes(lesson.slug));
    this.#bar.replaceChildren(...first.map((lesson) => this.#button(lesson)));
    if (others.length) this.#bar.append(this.#menu(others));
    this.#drawn = null;
    this.#drawNote();
  }

  /** @param {Lesson} lesson */
  #button(lesson) {
    const name = h("span", {}, lesson.title[language()]);
    const button = h(
      "button",
      { type: "button", className: "lesson", "data-lesson": lesson.slug },
      h("b", {}, lesson.section),
      name,
    );
    const cost = () => {
      button.title = this.#describe(lesson);
    };
    this.#costs.push(cost);
    cost();
    button.toggleAttribute("data-launches", lesson.runs.length > 0);
    button.addEventListener("click", () => this.begin(lesson, button));
    return button;
  }

  /**
   * The menu with all other lessons and their questions; it opens over the charts.
   * @param {Lesson[]} lessons
   */
  #menu(lessons) {
    const menu = h(
      "details",
      { className: "more-lessons" },
      h("summary", { className: "lesson" }, t("lessons.more")),
    );
    const list = h("div", { className: "card" });
    for (const lesson of lessons) {
      const button = this.#button(lesson);
      button.className = "row-lesson";
      button.append(h("span", { className: "question" }, lesson.question[language()]));
      const cost = h("span", { className: "cost" });
      button.append(cost);
      const updateCost = () => {
        cost.textContent = this.#cost(lesson);
      };
      this.#costs.push(updateCost);
      updateCost();
      button.addEventListener("click", () => {
        menu.open = false;
        find(menu, "summary", HTMLElement).focus(); // a dialog returns the focus to this element
      });
      list.append(button);
    }
    menu.append(list);
    wireMenu(menu);
    return menu;
  }

  /** @param {Lesson} lesson */
  #describe(lesson) {
    const runs = lesson.runs.map((run) => run.name).join(", ");
    const does = runs ? t("lessons.launches", { runs, dataset: lesson.dataset }) : t("lessons.looks");
    return [lesson.question[language()], does, this.#cost(lesson)].filter(Boolean).join("\n");
  }

  /** How many runs a lesson launches, and when they would start and end with the present queue. @param {Lesson} lesson */
  #cost({ runs }) {
    if (!runs.length) return "";
    const { begin, end } = this.#queue.now.launching(runs.map(({ seconds }) => seconds));
    const values = { count: number(runs.length), wait: duration(begin ?? 0), time: duration(end ?? 0) };
    if (end === null) return t("lessons.runs", values);
    return t(isSoon(begin) ? "form.launch_takes" : "form.launch_waits", values);
  }

  #drawCosts() {
    for (const update of this.#costs) update();
  }

  /**
   * Launch the runs of a lesson, or show its data and its network.
   * @param {Lesson} lesson
   * @param {HTMLButtonElement} button
   */
  async begin(lesson, button) {
    button.disabled = true;
    this.#problem = null;
    const isNewest = this.#ask();
    this.#note.classList.remove("unfolded");
    try {
      if (lesson.runs.length) this.#onLaunch((await api.launchLesson(lesson.slug)).runs);
      else await this.#onLook(lesson);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (isNewest()) this.#problem = error;
    } finally {
      button.disabled = false;
      this.#drawNote();
    }
  }

  /** Mark the button of the shown lesson; if it is in the menu, the menu shows its section. @param {Lesson | undefined} lesson */
  #mark(lesson) {
    for (const button of this.#bar.querySelectorAll("[data-lesson]")) {
      const isShown = button.getAttribute("data-lesson") === lesson?.slug;
      if (isShown) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
    const inMenu = this.#bar.querySelector(".more-lessons [aria-current] b")?.textContent;
    // the text is not longer than the one it replaces, so that nothing moves
    const title = inMenu ? [h("b", {}, inMenu), t("lessons.and_more")] : [t("lessons.more")];
    this.#bar.querySelector(".more-lessons summary")?.replaceChildren(...title);
  }

  /** Show the lesson of the newest shown run; its conclusion is shown only when all its runs have ended. */
  #drawNote() {
    const shown = this.#store.shown();
    let newest = shown.at(-1);
    for (let from = newest?.origin; from; from = newest?.origin) {
      const id = from.run; // a fork of a lesson's run belongs to the lesson
      newest = shown.find((run) => run.id === id);
    }
    const lesson = this.#lessons.find((other) => other.slug === newest?.lesson);
    this.#note.hidden = !lesson && !this.#problem;
    const runs = shown.filter((run) => run.lesson === lesson?.slug);
    const over = runs.every((run) => ["completed", "diverged"].includes(run.status));
    const instead =
      lesson && runs.some((run) => run.summary.dataset !== lesson.made_for) ? runs[0].summary.dataset : null;
    const state = JSON.stringify([
      this.#problem && explain(this.#problem),
      lesson?.slug,
      instead,
      over && (lesson?.conclusion[language()] ?? null),
      language(),
    ]);
    if (state === this.#drawn) return;
    this.#drawn = state;
    this.#mark(lesson);
    if (this.#problem) this.#note.replaceChildren(h("p", { role: "alert" }, explain(this.#problem)));
    else if (lesson)
      this.#note.replaceChildren(
        h("h2", {}, lessonTitle(lesson.slug)),
        h("p", { className: "question" }, lesson.question[language()]),
        ...(instead
          ? [
              h(
                "p",
                { className: "quiet" },
                t("lessons.instead", { dataset: datasetTitle(instead), own: datasetTitle(lesson.made_for) }),
              ),
            ]
          : []),
        ...(over ? this.#conclusion(lesson) : []),
      );
  }

  /** Get the conclusion of a lesson, which comes with none of the lists. @param {Lesson} lesson */
  async #getConclusion(lesson) {
    try {
      Object.assign(lesson.conclusion, (await api.lesson(lesson.slug)).conclusion);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#problem = error;
    }
    this.#drawNote();
  }

  /** The conclusion, and a button that shows and hides it on the projector. @param {Lesson} lesson */
  #conclusion(lesson) {
    if (!lesson.conclusion[language()]) {
      this.#getConclusion(lesson);
      return [];
    }
    const text = h("p", { className: "conclusion", id: "conclusion" }, lesson.conclusion[language()]);
    const { classList } = this.#note;
    const isOpen = String(classList.contains("unfolded"));
    const attributes = { "aria-expanded": isOpen, "aria-controls": text.id };
    const button = h(
      "button",
      { type: "button", className: "toggle", ...attributes },
      t("lessons.conclusion"),
    );
    button.onclick = () => {
      button.ariaExpanded = String(classList.toggle("unfolded"));
    };
    return [button, text];
  }
}
