/** The budget of a study, in seconds of training, which can be changed until the study ends. */

import { h } from "../page/dom.js";
import { t } from "../words/i18n.js";
import { numberOf, plain } from "../words/notation.js";

export class BudgetField {
  #input = h("input", { type: "text", inputMode: "decimal", name: "study.budget", size: 7 });
  element = h(
    "label",
    { className: "study-budget", title: t("study.budget.help") },
    h("span", {}, t("study.budget")),
    this.#input,
  );
  #shown = "";

  /** @param {(seconds: any) => Promise<boolean>} change sends another budget, null for none; resolves to whether the server has accepted it */
  constructor(change) {
    this.#input.addEventListener("change", async () => {
      const typed = plain(this.#input.value);
      // what is no number is sent as it was typed, and the server says what it must be
      const seconds = typed === "" ? null : (numberOf(typed) ?? typed);
      this.#input.setAttribute("aria-invalid", String(!(await change(seconds))));
    });
  }

  /** Show the budget, unless another one is being typed or was refused. @param {number | null} budget */
  update(budget) {
    const text = budget === null ? "" : String(budget);
    if (text === this.#shown || document.activeElement === this.#input) return;
    this.#shown = text;
    this.#input.value = text;
    this.#input.setAttribute("aria-invalid", "false");
  }
}
