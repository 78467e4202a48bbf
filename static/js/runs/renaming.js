/**
 * Renaming: a box in the place of a run's name until Enter, Escape or a click elsewhere. There is one at a time, and the
 * list does not reorder meanwhile: an element that is moved loses its focus. A name that could not be sent, or that conflicts with
 * another person's change, is kept: it is sent when the lab is back, or offered at the next visit.
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

/** Of an answer that refuses a name for good; after any other status it can be sent again. @param {number} status */
const isFinal = (status) => status >= 400 && status < 500 && ![408, 409, 429].includes(status);

export class Renaming {
  #actions;
  #entryOf;
  #onEnd;
  /**
   * Ends it: `(keep, send)`.
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
        api.changeAtLeaving(id, changeOf(name)); // the lab may not be there, or refuse it
        this.#keep();
      });
    });
    store.on("connection", () => {
      for (const [id, name] of this.#unsent) if (!this.#contested.has(id)) this.#write(id, name);
    });
    store.whenComplete(() => this.#restore(store));
  }

  /** Send the names of an earlier visit; of a run that is gone one is dropped, and one that the run has already too. @param {Store} store */
  #restore(store) {
    for (const [id, { name }] of Object.entries(this.#kept.take())) {
      const run = store.runs.get(id);
      if (run && name && run.name !== name.text) this.#write(id, name);
    }
    this.#keep();
  }

  /** Keep what the lab does not have for the next visit. */
  #keep() {
    this.#kept.keep(Object.fromEntries([...this.#unsent].map(([id, name]) => [id, { name }])));
  }

  get isOpen() {
    return this.#finish !== null;
  }

  /** Keep what has been typed so far. @param {Send} [send] how to send it; without: as usual */
  end(send) {
    this.#finish?.(true, send);
  }

  /** @param {string} id */
  open(id) {
    const name = this.#entryOf(id)?.name;
    const before = this.#actions.run(id)?.name;
    if (!name?.isConnected || before === undefined) return;
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
      if (this.#finish !== finish) return; // the box that leaves loses its focus, too
      this.#finish = null;
      const had = document.activeElement === input;
      input.replaceWith(name);
      if (had) name.focus();
      const wanted = input.value.trim();
      if (keep && wanted && wanted !== before) send(id, { text: wanted, base: before });
      this.#onEnd();
    };
    this.#finish = finish;
    onKey(input, (event) => {
      event.stopPropagation();
      if (event.key === "Enter") finish(true);
      if (event.key === "Escape") finish(false);
    });
    // another window that has the focus for a while ends nothing
    input.addEventListener("blur", () => document.activeElement !== input && finish(true));
    name.replaceWith(input);
    input.select();
  }

  /**
   * Rename a run; where another person has done so meanwhile, say how, and offer one's own name again.
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
   * A name needs no more sending, unless another one was typed since.
   * @param {string} id
   * @param {NewName} name
   */
  #forget(id, name) {
    if (this.#unsent.get(id) === name) this.#unsent.delete(id);
  }

  /**
   * Say what another person has renamed a run to, and offer one's own name again, or to leave it.
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
