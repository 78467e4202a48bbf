/** The five handles of a sketch's curve, for those who draw by keyboard: sliders whose values are spoken. */

import { h } from "../../page/dom.js";
import { isForBrowser, onKey, undoOrRedo } from "../../page/keys.js";
import { cssColor } from "../../page/palette.js";
import { number, percent, t } from "../../words/i18n.js";
import { HANDLES, handlePlaces, moveOf } from "./handles.js";

/**
 * @import { SketchScale } from "./sketch-scale.js"
 * @import { OnLayer, Shown } from "./layer.js"
 */

export class HandleRow {
  element = h("div", { className: "sketch-handles", role: "group" });
  #on;
  /** The handle that Tab leads to. */
  #handle = 0;

  /** @param {Pick<OnLayer, "move" | "undo">} on */
  constructor(on) {
    this.#on = on;
    for (let i = 0; i < HANDLES; i++) this.element.append(this.#make(i));
    onKey(this.element, (event) => this.#key(event));
  }

  get #all() {
    return /** @type {HTMLElement[]} */ ([...this.element.children]);
  }

  /** @param {number} i */
  #make(i) {
    const handle = h("span", { className: "sketch-handle", role: "slider", "aria-orientation": "vertical" });
    handle.addEventListener("focus", () => {
      this.#handle = i;
      this.#setTabStop();
    });
    return handle;
  }

  /** Only one handle can be reached with Tab. */
  #setTabStop() {
    for (const [i, handle] of this.#all.entries()) handle.tabIndex = i === this.#handle ? 0 : -1;
  }

  /**
   * @param {SketchScale} scale
   * @param {Shown} shown
   */
  draw(scale, { curves, iterations, highest, value, pen, isPercent }) {
    this.element.setAttribute("aria-label", t("lesson.sketch.handles", { run: pen }));
    const curve = curves.find(({ run }) => run === pen);
    this.element.style.color = curve ? cssColor(curve.hue) : "";
    const places = handlePlaces(iterations);
    for (const [i, handle] of this.#all.entries()) {
      const now = value(places[i]);
      const { x, y } = scale.place(places[i], now);
      const { width, height } = scale.area;
      // Until the chart's axis reaches the sketch's last iteration, a handle may lie outside the plot. Without this bound the
      // page would scroll.
      const left = Math.max(0, Math.min(x, width));
      const top = Math.max(0, Math.min(y, height));
      handle.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
      const spoken = isPercent ? percent(now / 100, 0) : number(now, { maximumFractionDigits: 2 });
      const attributes = {
        label: t("lesson.sketch.handle", { run: pen, i: i + 1, of: HANDLES }),
        valuemin: 0,
        valuemax: Math.max(highest, now),
        valuenow: now,
        valuetext: t("lesson.sketch.value", { value: spoken, iteration: number(places[i]) }),
      };
      for (const [name, text] of Object.entries(attributes))
        handle.setAttribute(`aria-${name}`, String(text));
    }
    this.#setTabStop();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const isUndo = undoOrRedo(event) === "undo";
    const move = isUndo || isForBrowser(event) ? null : moveOf(this.#handle, event);
    if (!isUndo && !move) return;
    event.preventDefault();
    event.stopPropagation();
    if (!move) return this.#on.undo();
    this.#all[move.handle].focus();
    if (move.by) this.#on.move(move.handle, move.by);
  }
}
