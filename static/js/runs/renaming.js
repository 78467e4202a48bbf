/**
 * Renaming: a box replaces the name of a run until Enter, Escape or a click elsewhere. There is one box at a time, and the
 * list is not sorted meanwhile, because an element that is moved loses the focus. If another person has renamed the run
 * meanwhile, the entry shows that name, and offers to choose one of both.
 */

import { h } from "../page/dom.js";
import { onKey } from "../page/keys.js";
import { t } from "../words/i18n.js";
import { NewNames } from "./new-names.js";

/**
 * @import { Store } from "../state/store.js"
 * @import { RunActions } from "./run-actions.js"
 */

export class Renaming {
  #actions;
  #entryOf;
  #onEnd;
  #names;
  /**
   * Closes the box. `keep`: whether to send the typed name; `leaving`: whether the page is being closed.
   * @type {((keep: boolean, leaving?: boolean) => void) | null}
   */
  #finish = null;

  /**
   * @param {Store} store
   * @param {RunActions} actions
   * @param {(id: string) => {name: HTMLElement, offer: HTMLElement} | undefined} entryOf a run's entry in the list
   * @param {() => void} onEnd
   */
  constructor(store, actions, entryOf, onEnd) {
    this.#actions = actions;
    this.#entryOf = entryOf;
    this.#onEnd = onEnd;
    this.#names = new NewNames(store, actions);
    this.#names.on("conflict", (id) => this.showOffer(id));
    addEventListener("pagehide", () => this.#finish?.(true, true));
  }

  get isOpen() {
    return this.#finish !== null;
  }

  /** Close the box and send the typed name. */
  end() {
    this.#finish?.(true);
  }

  /** @param {string} id */
  open(id) {
    const name = this.#entryOf(id)?.name;
    const run = this.#actions.run(id);
    if (!name?.isConnected || !run || !this.#actions.changeable([id]).length) return;
    this.end();
    const before = this.#names.coming(id) ?? run.name;
    const input = h("input", {
      type: "text",
      className: "rename",
      value: before,
      maxLength: 200,
      "aria-label": t("runs.rename"),
    });
    const finish = (/** @type {boolean} */ keep, leaving = false) => {
      if (this.#finish !== finish) return; // removing the box sends "blur", which calls this again
      this.#finish = null;
      const hadFocus = document.activeElement === input;
      input.replaceWith(name);
      if (hadFocus) name.focus();
      const text = input.value.trim();
      if (keep && text && text !== before) this.#names.send(id, text, before, leaving);
      this.#onEnd();
    };
    this.#finish = finish;
    onKey(input, (event) => {
      event.stopPropagation();
      if (event.key === "Enter") finish(true);
      if (event.key === "Escape") finish(false);
    });
    // if only the window has lost the focus, the box stays open
    input.addEventListener("blur", () => document.activeElement !== input && finish(true));
    name.replaceWith(input);
    input.select();
  }

  /**
   * If another person has given a run another name, show it in the run's entry, with two buttons: send this person's name again,
   * or drop it. Call this also when the run has a new entry.
   * @param {string} id
   */
  showOffer(id) {
    const offer = this.#entryOf(id)?.offer;
    if (!offer) return;
    const conflict = this.#names.conflict(id);
    offer.hidden = !conflict;
    if (!conflict) return;
    const { mine, theirs } = conflict;
    const button = (/** @type {string} */ label, /** @type {() => void} */ onclick) =>
      h("button", { type: "button", className: "toggle", onclick }, label);
    offer.replaceChildren(
      t("runs.renamed_meanwhile", { name: theirs }),
      " ",
      button(t("runs.rename_to", { name: mine }), () => this.#names.send(id, mine, theirs)),
      button(t("runs.take_theirs"), () => this.#names.takeTheirs(id)),
    );
  }
}
