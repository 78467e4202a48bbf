/** Undo and redo for changes of the experiment: two buttons that describe the change, and keys. */

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
/** Fields that have the label of another field. @type {Record<string, string>} */
const CALLED = {
  network: "network.layers",
  "network.hidden": "network.layers",
  seeds: "seed",
  "dataset.fold": "form.folds",
  origin: "fork.title",
};
/** A label names at most this many fields. */
const FEW = 2;

export class Undo {
  #draft;
  #history;
  /** Called with the first changed field. */
  #onChange;
  /** Whether the user is typing in a box, or moving a slider. */
  #isTyping = false;
  #buttons = {
    undo: iconButton("undo", "", () => this.go("undo")),
    redo: iconButton("redo", "", () => this.go("redo")),
  };
  element = h("div", { className: "undo" }, this.#buttons.undo, this.#buttons.redo);

  /**
   * @param {HTMLElement} form
   * @param {Draft} draft
   * @param {(field: string) => void} onChange called after undo and redo, with the first changed field
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

  /** Forget all changes: there is nothing to undo before the draft of now. */
  forget() {
    this.#history = new History(this.#draft.state);
  }

  /** Record the draft, if it has changed. */
  record() {
    this.#history.record(this.#draft.state, this.#isTyping);
    this.show();
  }

  /**
   * Undo or redo one change.
   * @param {"undo" | "redo"} way
   * @returns whether there was a change
   */
  go(way) {
    const fields = this.#fields(way);
    const state = this.#history.go(WAYS[way]);
    if (!state) return false;
    this.#draft.state = state;
    this.#onChange(fields[0]);
    return true;
  }

  /** Update the labels of the buttons. */
  show() {
    for (const way of /** @type {const} */ (["undo", "redo"])) {
      const fields = this.#fields(way);
      const labels = new Set(fields.map((field) => labelOf(CALLED[field] ?? field)));
      const what = labels.size > FEW ? t("form.several_settings") : [...labels].join(t("form.and"));
      label(this.#buttons[way], fields.length ? t(`form.${way}`, { what }) : t(`form.no_${way}`));
      // not `disabled`, because a disabled button would lose the focus
      this.#buttons[way].setAttribute("aria-disabled", String(!fields.length));
    }
  }

  /** @param {"undo" | "redo"} way */
  #fields(way) {
    const [now, then] = [this.#history.peek(0), this.#history.peek(WAYS[way])];
    return now && then ? changedFields(now, then) : [];
  }

  /** Handle the keys for undo and redo; the browser itself undoes typing in a box. @param {KeyboardEvent} event */
  #key(event) {
    const way = undoOrRedo(event);
    if (!way) return;
    const isBox = closest(event, "input[type=text]");
    if (isBox && way === "undo" && this.#history.isOpen) return;
    if (this.go(way)) event.preventDefault();
  }
}
