/**
 * Renaming: a box replaces the name of a run until Enter, Escape or a click elsewhere. There is one box at a time, and the
 * list is not sorted meanwhile, because an element that is moved loses the focus. A name that could not be sent, or that
 * conflicts with another person's change, is kept. It is sent when the lab answers again, or at the next visit.
 */

import { h } from "../page/dom.js";
import { onKey } from "../page/keys.js";
import { ApiError, api } from "../server/api.js";
import { t } from "../words/i18n.js";
import { UnsentTexts } from "./unsent-texts.js";

/**
 * @import { Store } from "../state/store.js"
 * @import { RunActions } from "./run-actions.js"
 */

/** A name that was typed, and the one that it was typed over. @typedef {{text: string, base: string}} NewName */
/** Sends a new name of a run. @typedef {(id: string, name: NewName) => void} Send */

/** Whether an answer with this status refuses a name for good; otherwise the name can be sent again. @param {number} status */
const isFinal = (status) => status >= 400 && status < 500 && ![408, 409, 429].includes(status);

export class Renaming {
  #actions;
  #entryOf;
  #onEnd;
  /**
   * Closes the box: `(keep, send)`.
   * @type {((keep: boolean, send?: Send) => void) | null}
   */
  #finish = null;
  /** Run id → a name that the lab does not have yet. @type {Map<string, NewName>} */
  #unsent = new Map();
  /** Runs that another person has renamed meanwhile, until one of both names is chosen. @type {Set<string>} */
  #contested = new Set();
  #kept = new UnsentTexts("names");

  /**
   * @param {Store} store
   * @param {RunActions} actions
   * @param {(id: string) => {name: HTMLElement, problem: HTMLElement} | undefined} entryOf a run's entry in the list
   * @param {() => void} onEnd
   */
  constructor(store, actions, entryOf, onEnd) {
    this.#actions = actions;
    this.#entryOf = entryOf;
    this.#onEnd = onEnd;
    addEventListener("pagehide", () => {
      this.end((id, name) => {
        this.#unsent.set(id, name);
        api.changeAtLeaving(id, changeOf(name)); // this may fail, so the name is kept too
        this.#keep();
      });
    });
    store.on("connection", () => {
      for (const [id, name] of this.#unsent) if (!this.#contested.has(id)) this.#write(id, name);
    });
    store.whenComplete(() => this.#restore(store));
  }

  /** Send the names from an earlier visit, except of runs that are deleted or have this name already. @param {Store} store */
  #restore(store) {
    for (const [id, { name }] of Object.entries(this.#kept.take())) {
      const run = store.runs.get(id);
      if (run && name && run.name !== name.text) this.#write(id, name);
    }
    this.#keep();
  }

  /** Keep the names that the lab does not have yet for the next visit. */
  #keep() {
    this.#kept.keep(Object.fromEntries([...this.#unsent].map(([id, name]) => [id, { name }])));
  }

  get isOpen() {
    return this.#finish !== null;
  }

  /** Close the box and send the typed name. @param {Send} [send] another way to send it */
  end(send) {
    this.#finish?.(true, send);
  }

  /** @param {string} id */
  open(id) {
    const name = this.#entryOf(id)?.name;
    const before = this.#actions.run(id)?.name;
    if (!name?.isConnected || before === undefined || !this.#actions.changeable([id]).length) return;
    this.end();
    const input = h("input", {
      type: "text",
      className: "rename",
      value: before,
      maxLength: 200,
      "aria-label": t("runs.rename"),
    });
    const write = (/** @type {string} */ id, /** @type {NewName} */ name) => void this.#write(id, name);
    const finish = (/** @type {boolean} */ keep, /** @type {Send} */ send = write) => {
      if (this.#finish !== finish) return; // removing the box sends "blur", which calls this again
      this.#finish = null;
      const hadFocus = document.activeElement === input;
      input.replaceWith(name);
      if (hadFocus) name.focus();
      const text = input.value.trim();
      if (keep && text && text !== before) send(id, { text, base: before });
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
   * Send a name. If another person has renamed the run meanwhile, show that name, and offer to send this one again.
   * @param {string} id
   * @param {NewName} name
   */
  async #write(id, name) {
    this.#unsent.set(id, name);
    this.#contested.delete(id);
    try {
      await this.#actions.write(id, changeOf(name));
      this.#forget(id, name);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.code === "changed_meanwhile") this.#offer(id, name, error.bounds.now);
      else if (isFinal(error.status)) this.#forget(id, name);
    } finally {
      this.#keep();
    }
  }

  /**
   * Drop a name that need not be sent any more, unless the user has typed another one since.
   * @param {string} id
   * @param {NewName} name
   */
  #forget(id, name) {
    if (this.#unsent.get(id) === name) this.#unsent.delete(id);
  }

  /**
   * Show the name that another person has given a run, with two buttons: send this name again, or drop it.
   * @param {string} id
   * @param {NewName} name
   * @param {string} now
   */
  #offer(id, name, now) {
    this.#contested.add(id);
    const problem = this.#entryOf(id)?.problem;
    if (!problem) return;
    const leave = () => {
      this.#contested.delete(id);
      this.#forget(id, name);
      this.#keep();
      problem.hidden = true;
    };
    const button = (/** @type {string} */ label, /** @type {() => void} */ onclick) =>
      h("button", { type: "button", className: "toggle", onclick }, label);
    problem.hidden = false;
    problem.replaceChildren(
      t("runs.renamed_meanwhile", { name: now }),
      " ",
      button(t("runs.rename_to", { name: name.text }), () => this.#write(id, { text: name.text, base: now })),
      button(t("runs.take_theirs"), leave),
    );
  }
}

/** @param {NewName} name */
function changeOf({ text, base }) {
  return { name: text, was: { name: base } };
}
