/**
 * Renaming: a box in the place of a run's name until Enter, Escape or a click elsewhere. There is one at a time, and the
 * list does not reorder meanwhile: an element that is moved loses its focus.
 */

import { h } from "../page/dom.js";
import { onKey } from "../page/keys.js";
import { ApiError, api } from "../server/api.js";
import { t } from "../words/i18n.js";

/** @import { RunActions } from "./run-actions.js" */

/** Sends a change of a run. @typedef {(id: string, change: Record<string, any>) => void} Send */

export class Renaming {
  #actions;
  #entryOf;
  #onEnd;
  /**
   * Ends it: `(keep, send)`.
   * @type {((keep: boolean, send?: Send) => void) | null}
   */
  #finish = null;

  /**
   * @param {RunActions} actions
   * @param {(id: string) => {name: HTMLElement, problem: HTMLElement} | undefined} entryOf a run's entry in the list
   * @param {() => void} onEnd
   */
  constructor(actions, entryOf, onEnd) {
    this.#actions = actions;
    this.#entryOf = entryOf;
    this.#onEnd = onEnd;
    addEventListener("pagehide", () => this.end(api.changeAtLeaving));
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
    /**
     * @param {string} id
     * @param {Record<string, any>} change
     */
    const write = (id, change) => void this.#write(id, change);
    const finish = (/** @type {boolean} */ keep, /** @type {Send} */ send = write) => {
      if (this.#finish !== finish) return; // the box that leaves loses its focus, too
      this.#finish = null;
      const had = document.activeElement === input;
      input.replaceWith(name);
      if (had) name.focus();
      const wanted = input.value.trim();
      if (keep && wanted && wanted !== before) send(id, { name: wanted, was: { name: before } });
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
   * @param {Record<string, any>} change
   */
  async #write(id, change) {
    try {
      await this.#actions.write(id, change);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const problem = this.#entryOf(id)?.problem;
      if (error.code !== "changed_meanwhile" || !problem) return;
      const { now } = error.bounds;
      const again = () => this.#write(id, { name: change.name, was: { name: now } });
      const button = h(
        "button",
        { type: "button", className: "toggle", onclick: again },
        t("runs.rename_to", { name: change.name }),
      );
      problem.hidden = false;
      problem.replaceChildren(t("runs.renamed_meanwhile", { name: now }), " ", button);
    }
  }
}
