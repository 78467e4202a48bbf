/** The place of a lesson on the page: the left column, where it stands instead of the form, and the keys that work in it. */

import { isLaunch, onKey } from "../page/keys.js";
import { t } from "../words/i18n.js";
import { Column } from "./column.js";
import { PartButton } from "./part-button.js";
import { STEPS } from "./steps.js";

/** @import { Step } from "./steps.js" */

export class LessonFrame {
  column = new Column();
  #lab = /** @type {HTMLElement} */ (document.querySelector(".lab"));
  #form = /** @type {HTMLElement} */ (document.querySelector("#form"));
  #button = new PartButton(this.column.element, () => this.show("lesson"));
  #on;

  /** @param {{leave: () => void, draw: () => void}} on `draw`: called when the form or the lesson is shown */
  constructor(on) {
    this.#on = on;
    this.#form.before(this.column.element);
    onKey(document, (event) => this.#launch(event), { capture: true });
    onKey(this.column.element, (event) => this.#escape(event));
  }

  /** Whether the form is shown in place of the lesson. */
  get isForm() {
    return this.#lab.dataset.shows === "form";
  }

  /** Show the form, or the lesson. @param {"form" | "lesson"} what */
  show(what) {
    this.#lab.dataset.shows = what;
    this.#on.draw();
    const shown = what === "form" ? this.#form : this.column.element;
    shown.focus({ preventScroll: true });
    this.column.element.scrollIntoView({ block: "start" }); // it has the button that leads back from the form
  }

  /** Mark which step is shown, for style sheets and screen readers; null: the lesson still loads. @param {Step | null} step */
  mark(step) {
    this.#lab.dataset.lesson = step ?? "loading";
    this.column.element.dataset.step = step ? String(STEPS.indexOf(step) + 1) : "";
    this.column.element.setAttribute("aria-label", t("lesson.title"));
    this.#button.show(true);
  }

  /** Announce another step to screen readers, and move the focus there if it is in the lesson or nowhere. @param {Step} step */
  lead(step) {
    this.column.say(t("lesson.now_at", { n: STEPS.indexOf(step) + 1, step: t(`lesson.step.${step}`) }));
    const { activeElement } = document;
    const isHere = activeElement === document.body || this.column.element.contains(activeElement);
    if (isHere && !this.isForm) this.focus(step);
  }

  /** Focus the beginning of a step. @param {Step} step */
  focus(step) {
    this.column.focus(step === "explain" ? "explained" : "heading");
  }

  /** Show the form again, because the lesson is left. */
  clear() {
    delete this.#lab.dataset.lesson;
    delete this.#lab.dataset.shows;
    this.column.show([]);
    this.#button.show(false);
  }

  /**
   * While the lesson is shown, Ctrl+Enter launches it, or nothing after that. Otherwise it would launch the experiment in the form.
   * @param {KeyboardEvent} event
   */
  #launch(event) {
    if (!isLaunch(event) || this.#lab.dataset.lesson === undefined || this.isForm) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const button = this.column.element.querySelector("#lesson-launch");
    if (button?.checkVisibility())
      button.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  }

  /** Escape leaves the lesson. @param {KeyboardEvent} event */
  #escape(event) {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    event.stopPropagation();
    this.#on.leave();
  }
}
