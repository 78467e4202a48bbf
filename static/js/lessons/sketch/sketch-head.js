/** What a sketch has in the head of its chart: pens, undo and clear while one draws, and later a key for the dashed curves. */

import { find, h, icon, setText } from "../../page/dom.js";
import { onKey, undoOrRedo } from "../../page/keys.js";
import { t } from "../../words/i18n.js";

export class SketchHead {
  #undo;
  #clear;
  #tools;
  #keyText = h("span");
  #key = h("span", { className: "key sketch-key" }, h("span", { className: "sketch-line" }), this.#keyText);

  /**
   * @param {HTMLElement} pens
   * @param {{undo: () => void, clear: () => void}} on
   */
  constructor(pens, on) {
    this.#undo = tool("undo", on.undo);
    this.#clear = tool("trash", on.clear);
    this.#tools = h("div", { className: "sketch-tools" }, pens, this.#undo, this.#clear);
    onKey(this.#tools, (event) => {
      if (undoOrRedo(event) !== "undo") return;
      event.preventDefault();
      event.stopPropagation();
      on.undo();
    });
  }

  /** Move it to the card of a chart. @param {HTMLElement} card */
  attach(card) {
    card.querySelector(".card-head .controls")?.before(this.#tools);
    card.querySelector(".controls .icon-button")?.before(this.#key);
  }

  remove() {
    this.#tools.remove();
    this.#key.remove();
  }

  /** @param {{sealed: boolean, isEmpty: boolean, canUndo: boolean}} of */
  draw({ sealed, isEmpty, canUndo }) {
    this.#tools.hidden = sealed;
    this.#key.hidden = !sealed || isEmpty;
    setText(this.#keyText, t("lesson.sketch.key"));
    setText(find(this.#undo, "span", HTMLElement), t("lesson.sketch.undo"));
    setText(find(this.#clear, "span", HTMLElement), t("lesson.sketch.clear"));
    this.#undo.disabled = !canUndo;
    this.#clear.disabled = isEmpty;
  }
}

/**
 * A button of the head: a text, and on a phone an icon.
 * @param {string} picture
 * @param {() => void} onclick
 */
function tool(picture, onclick) {
  return h("button", { type: "button", className: "sketch-tool", onclick }, icon(picture), h("span"));
}
