/**
 * A question for an order: one chooses the runs one after the other, the best first. One that is chosen again loses its place;
 * the arrow keys move it.
 */

import { h, setText } from "../page/dom.js";
import { arrowStep, onKey } from "../page/keys.js";
import { number, t } from "../words/i18n.js";
import { movedBy, toggled } from "./prediction.js";

/** @import { FieldOf } from "./question-field.js" */

/** @type {FieldOf} */
export function rankField({ id, runs = [] }, { value, locked, change }) {
  let order = Array.isArray(value) ? value.filter((run) => runs.includes(run)) : [];
  const buttons = runs.map((run, i) => {
    const place = h("b", { className: "rank-place" });
    const button = h("button", { type: "button", disabled: locked }, place, h("span", {}, run));
    if (i === 0) button.setAttribute("data-focus", id);
    const set = (/** @type {string[]} */ changed) => {
      order = changed;
      draw();
      change([...order]);
    };
    button.addEventListener("click", () => set(toggled(order, run)));
    onKey(button, (event) => {
      const step = arrowStep(event);
      if (!step || !order.includes(run)) return;
      event.preventDefault();
      set(movedBy(order, run, step));
    });
    return { run, button, place };
  });
  const draw = () => {
    for (const { run, button, place } of buttons) {
      const index = order.indexOf(run);
      setText(place, index < 0 ? "" : number(index + 1));
      button.setAttribute("aria-pressed", String(index >= 0));
      button.setAttribute(
        "aria-label",
        index < 0 ? run : t("lesson.rank_place", { run, place: number(index + 1), of: number(runs.length) }),
      );
    }
  };
  draw();
  return h(
    "div",
    { className: "rank" },
    h("p", { className: "quiet" }, t("lesson.rank_help")),
    ...buttons.map(({ button }) => button),
  );
}
