/** Undo and redo of every change of the experiment: two buttons, their keys, and a description of the change. */

import { closest, h, iconButton, label } from "../page/dom.js";
import { onKey, undoOrRedo } from "../page/keys.js";
import { t } from "../words/i18n.js";
import { labelOf } from "../words/labels.js";
import { changedFields } from "./changed-fields.js";
import { History } from "./history.js";

/** @import { Draft, DraftState } from "./draft.js" */

const SLIDERS = "input[type=range]";
const BOXES = `input[type=text], ${SLIDERS}`;
const WAYS = /** @type {const} */ ({ undo: -1, redo: 1 });
/** Fields that are called as others are. @type {Record<string, string>} */
const CALLED = {
  network: "network.layers",
  "network.hidden": "network.layers",
  seeds: "seed",
  "dataset.fold": "form.folds",
};
/** More fields than these have no room in a label. */
const FEW = 2;

export class Undo {
  #draft;
  #history;
  /** Called with the first field that has another value now. */
  #onChange;
  /** Something is being typed into a box, or a slider is moved. */
  #isTyping = false;
  #buttons = {
    undo: iconButton("undo", "", () => this.go("undo")),
    redo: iconButton("redo", "", () => this.go("redo")),
  };
  element = h("div", { className: "undo" }, this.#buttons.undo, this.#buttons.redo);

  /**
   * @param {HTMLElement} form
   * @param {Draft} draft
   * @param {(field: string) => void} onChange the draft is another one
   */
  constructor(form, draft, onChange) {
    this.#draft = draft;
    this.#onChange = onChange;
    /** @type {History<DraftState>} */
    this.#history = new History(draft.state);
    for (const [name, button] of Object.entries(this.#buttons)) button.id = name;
    for (const type of ["input", "compositionend"]) {
      form.addEventListener(type, (event) => (this.#isTyping = Boolean(closest(event, BOXES))), true);
      form.addEventListener(type, () => (this.#isTyping = false));
    }
    const close = () => this.#history.close();
    for (const type of ["focusout", "pointerdown"]) form.addEventListener(type, close);
    form.addEventListener("change", (event) => closest(event, SLIDERS) || close());
    onKey(form, (event) => this.#key(event));
    this.show();
  }

  /** The draft may have been changed. */
  record() {
    this.#history.record(this.#draft.state, this.#isTyping);
    this.show();
  }

  /**
   * Go back by one change, or forward again; whether there was one.
   * @param {"undo" | "redo"} way
   */
  go(way) {
    const fields = this.#fields(way);
    const state = this.#history.go(WAYS[way]);
    if (!state) return false;
    this.#draft.state = state;
    this.#onChange(fields[0]);
    return true;
  }

  /** What each button would change, in words. */
  show() {
    for (const way of /** @type {const} */ (["undo", "redo"])) {
      const fields = this.#fields(way);
      const labels = new Set(fields.map((field) => labelOf(CALLED[field] ?? field)));
      const what = labels.size > FEW ? t("form.several_settings") : [...labels].join(t("form.and"));
      label(this.#buttons[way], fields.length ? t(`form.${way}`, { what }) : t(`form.no_${way}`));
      // not `disabled`: the focus would leave the button with the last change
      this.#buttons[way].setAttribute("aria-disabled", String(!fields.length));
    }
  }

  /** @param {"undo" | "redo"} way */
  #fields(way) {
    const [now, then] = [this.#history.peek(0), this.#history.peek(WAYS[way])];
    return now && then ? changedFields(now, then) : [];
  }

  /** What is being typed into a box the browser takes back by itself, and brings it again. @param {KeyboardEvent} event */
  #key(event) {
    const way = undoOrRedo(event);
    if (!way) return;
    const isBox = closest(event, "input[type=text]");
    if (isBox && way === "undo" && this.#history.isOpen) return;
    if (this.go(way)) event.preventDefault();
  }
}
