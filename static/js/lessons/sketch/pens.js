/** The pens of a sketch: a button for each run, in its colour. There may be several such rows on the page; all say the same. */

import { h, icon, label } from "../../page/dom.js";
import { cssColor } from "../../page/palette.js";
import { t } from "../../words/i18n.js";

/** A pen: its run, the index of its colour, whether it is in use, and whether its curve is complete. @typedef {{run: string, hue: number, chosen: boolean, complete: boolean}} Pen */

export class Pens {
  element = h("div", { className: "pens", role: "group" });
  #onChoose;
  /** @type {Map<string, HTMLButtonElement>} */
  #buttons = new Map();

  /** @param {(run: string) => void} onChoose called with the run of a pressed pen */
  constructor(onChoose) {
    this.#onChoose = onChoose;
  }

  /** @param {Pen[]} pens always of the same runs */
  draw(pens) {
    label(this.element, t("lesson.sketch.pens"));
    for (const { run, hue, chosen, complete } of pens) {
      const button = this.#buttons.get(run) ?? this.#make(run);
      button.setAttribute("aria-pressed", String(chosen));
      button.classList.toggle("complete", complete);
      button.style.setProperty("--pen", cssColor(hue));
      label(button, t(complete ? "lesson.sketch.pen_done" : "lesson.sketch.pen", { run }));
    }
  }

  /** @param {string} run */
  #make(run) {
    const button = h(
      "button",
      { type: "button", className: "pen", "data-pen": run, onclick: () => this.#onChoose(run) },
      icon("rename"),
      h("span", { className: "pen-swatch" }),
      h("span", { className: "pen-run" }, run),
      h("span", { className: "pen-done", "aria-hidden": "true" }, "✓"),
    );
    this.#buttons.set(run, button);
    this.element.append(button);
    return button;
  }
}
