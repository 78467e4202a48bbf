/** The head of a lesson: its title, its steps, and buttons for what is not part of a step. */

import { h, icon, iconButton, label } from "../page/dom.js";
import { wireMenu } from "../page/menu.js";
import { t } from "../words/i18n.js";
import { isReached, STEPS } from "./steps.js";

/**
 * @import { Play } from "./types.js"
 * @import { Step } from "./steps.js"
 */

/**
 * Called when the person wants to see a step (`step`) or the form (`form`), chooses from the menu (`item`), or leaves the lesson
 * (`leave`).
 * @typedef {{step: (step: Step) => void, form: () => void, item: (name: Item) => void, leave: () => void}} OnHead
 */
/** What the menu offers. @typedef {"again" | "unpredicted" | "look"} Item */
/** What the head shows; `current`: the step reached; null: nothing has come yet. @typedef {{slug: string, section: string, title: string, current: Step | null, shown: Step | null, items: Item[], teacherAt: string}} HeadState */

/**
 * @param {HeadState} state
 * @param {OnHead} on
 */
export function lessonHead({ section, title, current, shown, items, teacherAt }, on) {
  const heading = h("h2", {}, h("b", {}, section), " ", title);
  const form = iconButton("settings", t("lesson.show_form"), on.form);
  const leave = iconButton("delete", t("lesson.leave"), on.leave);
  form.dataset.focus = "form";
  leave.dataset.focus = "leave";
  const bar = h(
    "header",
    { className: "card-head" },
    heading,
    h("div", { className: "controls" }, form, ...(items.length ? [menuOf(items, on)] : []), leave),
  );
  const steps = h("ol", { className: "steps" });
  STEPS.forEach((step, i) => {
    const text = `${i + 1} ${t(`lesson.step.${step}`)}`;
    const isOpen = current !== null && isReached(step, current);
    const button = h(
      "button",
      { type: "button", disabled: !isOpen, "data-focus": `step ${step}`, onclick: () => on.step(step) },
      text,
    );
    if (step === shown) button.setAttribute("aria-current", "step");
    steps.append(h("li", { className: isOpen ? "reached" : "" }, button));
  });
  const teacher = teacherAt ? [h("p", { className: "quiet" }, teacherAt)] : [];
  return h("article", { className: "card lesson-head" }, bar, steps, ...teacher);
}

/**
 * @param {Item[]} items
 * @param {OnHead} on
 */
function menuOf(items, on) {
  const summary = h("summary", { className: "icon-button", "data-focus": "menu" }, icon("more"));
  label(summary, t("lesson.more"));
  const panel = h("div", { className: "card panel" });
  const menu = h("details", { className: "menu" }, summary, panel);
  for (const item of items) {
    const button = h("button", { type: "button", className: "row-link" }, t(`lesson.menu.${item}`));
    button.toggleAttribute("data-launches", item === "unpredicted");
    button.addEventListener("click", () => {
      menu.open = false;
      summary.focus();
      on.item(item);
    });
    panel.append(button);
  }
  wireMenu(menu);
  return menu;
}

/**
 * The bar over the form, while it is shown in place of the lesson.
 * @param {{section: string, title: string, isFixed: boolean}} lesson `isFixed`: it locks fields of the form
 * @param {{back: () => void, leave: () => void}} on
 */
export function formBar({ section, title, isFixed }, { back, leave }) {
  const button = h(
    "button",
    { type: "button", className: "toggle", "data-focus": "back", onclick: back },
    t("lesson.back"),
  );
  return h(
    "article",
    { className: "card card-head lesson-bar" },
    h("h2", {}, h("b", {}, section), " ", title),
    h("div", { className: "controls" }, button, iconButton("delete", t("lesson.leave"), leave)),
    ...(isFixed ? [h("p", { className: "quiet" }, t("lesson.form_fixed"))] : []),
  );
}
