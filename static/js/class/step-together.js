/** Moves all that trains by some iterations, together: a button, and by how many. */

import { h, icon, setText } from "../page/dom.js";
import { number, t } from "../words/i18n.js";

/** By how many iterations all that trains can be moved. */
const ITERATIONS = [1, 10, 100];

export class StepTogether {
  #button = h("button", { type: "button", className: "tool", onclick: () => this.step() });
  #iterations = h("select", {}, ...ITERATIONS.map((n) => h("option", { value: String(n) }, String(n))));
  element = h("span", { className: "step-together" }, this.#button, this.#iterations);
  #onStep;

  /** @param {(iterations: number) => void} onStep */
  constructor(onStep) {
    this.#onStep = onStep;
    this.#iterations.value = "10";
  }

  step() {
    this.#onStep(Number(this.#iterations.value));
  }

  /** Write it in the language of now. */
  write() {
    this.#button.replaceChildren(icon("step"), t("class.wall.step"));
    this.#button.title = t("class.wall.step.help");
    this.#iterations.setAttribute("aria-label", t("class.wall.step.iterations"));
    this.#iterations.title = t("class.wall.step.iterations");
    for (const option of this.#iterations.options) setText(option, number(Number(option.value)));
  }
}

/**
 * What the wall says of launching while it is held.
 * @param {{held?: boolean, stepped?: number | null}} classroom
 */
export function heldText({ held, stepped }) {
  if (!held) return "";
  if (stepped === null || stepped === undefined) return t("class.wall.held");
  return stepped ? t("class.wall.stepped", { n: number(stepped) }) : t("class.wall.stands");
}
