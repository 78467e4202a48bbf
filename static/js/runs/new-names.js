/**
 * New names of runs, on their way to the lab. A name that could not be sent, or that conflicts with another person's change, is
 * kept. It is sent when the lab answers again, or at the next visit.
 */

import { ApiError, api } from "../server/api.js";
import { Emitter } from "../state/emitter.js";
import { UnsentTexts } from "./unsent-texts.js";

/**
 * @import { Store } from "../state/store.js"
 * @import { RunActions } from "./run-actions.js"
 */

/** A name that was typed, and the one that it replaces in the lab. @typedef {{text: string, base: string}} NewName */

/** Whether an answer with this status refuses a name for good; otherwise the name can be sent again. @param {number} status */
const isFinal = (status) => status >= 400 && status < 500 && ![408, 409, 429].includes(status);

/** Emits "conflict" with a run's id when there is a conflict over its name, and when there is none any more. */
export class NewNames extends Emitter {
  #actions;
  /** Run id → the newest name that was typed, while the lab does not have it. @type {Map<string, NewName>} */
  #unsent = new Map();
  /** Run id → the name that another person has given the run meanwhile, until one of both is chosen. @type {Map<string, string>} */
  #theirs = new Map();
  #kept = new UnsentTexts("names");

  /**
   * @param {Pick<Store, "on" | "whenComplete" | "runs">} store
   * @param {Pick<RunActions, "write">} actions
   */
  constructor(store, actions) {
    super();
    this.#actions = actions;
    store.on("connection", () => {
      for (const [id, name] of this.#unsent) if (!this.#theirs.has(id)) this.#write(id, name);
    });
    store.whenComplete(() => this.#restore(store));
  }

  /** The new name that is being sent for a run; undefined: there is none. @param {string} id */
  coming(id) {
    return this.#theirs.has(id) ? undefined : this.#unsent.get(id)?.text;
  }

  /**
   * The name of this person and the one of another person, if they conflict.
   * @param {string} id
   * @returns {{mine: string, theirs: string} | null}
   */
  conflict(id) {
    const [mine, theirs] = [this.#unsent.get(id)?.text, this.#theirs.get(id)];
    return mine === undefined || theirs === undefined ? null : { mine, theirs };
  }

  /**
   * Send a name.
   * @param {string} id
   * @param {string} text
   * @param {string} before the name that it was typed over
   * @param {boolean} leaving whether the page is being closed
   */
  send(id, text, before, leaving = false) {
    const earlier = this.#unsent.get(id);
    const name = { text, base: earlier?.text === before ? earlier.base : before };
    this.#unsent.set(id, name);
    this.#settle(id);
    if (leaving) api.changeAtLeaving(id, changeOf(name));
    else this.#write(id, name);
  }

  /** Leave a run the name that another person has given it. @param {string} id */
  takeTheirs(id) {
    this.#unsent.delete(id);
    this.#settle(id);
  }

  /** Send the names from an earlier visit, except of runs that are deleted or have this name already. @param {Pick<Store, "runs">} store */
  #restore(store) {
    for (const [id, { name }] of Object.entries(this.#kept.take())) {
      const run = store.runs.get(id);
      if (!run || !name || run.name === name.text) continue;
      this.#unsent.set(id, name);
      this.#write(id, name);
    }
    this.#keep();
  }

  /** Keep the names that the lab does not have yet for the next visit. */
  #keep() {
    this.#kept.keep(Object.fromEntries([...this.#unsent].map(([id, name]) => [id, { name }])));
  }

  /** There is no conflict any more. @param {string} id */
  #settle(id) {
    this.#theirs.delete(id);
    this.#keep();
    this.emit("conflict", id);
  }

  /**
   * @param {string} id
   * @param {NewName} name
   */
  async #write(id, name) {
    try {
      const run = await this.#actions.write(id, () => changeOf(name));
      const newest = this.#unsent.get(id);
      if (newest === name) this.#unsent.delete(id);
      else if (newest) newest.base = run.name; // it was typed before this name was stored
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (this.#unsent.get(id) !== name) return; // another name was typed since
      if (isFinal(error.status)) this.#unsent.delete(id);
      if (error.code !== "changed_meanwhile") return;
      this.#theirs.set(id, error.bounds.now);
      this.emit("conflict", id);
    } finally {
      this.#keep();
    }
  }
}

/** @param {NewName} name */
function changeOf({ text, base }) {
  return { name: text, was: { name: base } };
}
