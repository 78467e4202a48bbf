/**
 * The keys of the run list. Tab reaches one row of it, and the arrow keys go to the others: Tab would have to pass hundreds of
 * them. A row is a run, `[data-run]`, or the head of a group, `[data-group]`.
 */

import { closest } from "../page/dom.js";
import { onKey } from "../page/keys.js";

/** @type {Record<string, number>} */
const STEPS = { ArrowUp: -1, ArrowDown: 1, Home: -Infinity, End: Infinity };
/** What of a row has the focus when an arrow key comes to it. */
const NAMES = ".run-name, .group-name";

/**
 * What keys do with a run, or with a group.
 * @typedef {object} OnKeys
 * @property {(id: string) => void} rename
 * @property {(id: string) => void} remove
 * @property {(id: string) => void} pauseOrResume
 * @property {(id: string) => void} extend the selection grows to this run
 * @property {(key: string, folded: boolean) => void} fold
 * @property {() => void} moved another row is the one that Tab reaches
 */

export class ListKeys {
  #list;
  #on;
  /** What the row that Tab reaches is of: a run's id, or a group's key. */
  #current = "";

  /**
   * @param {HTMLElement} list
   * @param {OnKeys} on
   */
  constructor(list, on) {
    this.#list = list;
    this.#on = on;
    onKey(list, (event) => this.#onKey(event));
    list.addEventListener("focusin", (event) => {
      const row = rowOf(event);
      if (!row || idOf(row) === this.#current) return;
      this.#current = idOf(row);
      on.moved();
    });
  }

  /**
   * The row that Tab reaches, of those that are there.
   * @param {string[]} ids of runs and groups, in their order
   */
  current(ids) {
    if (!ids.includes(this.#current)) this.#current = ids[0] ?? "";
    return this.#current;
  }

  focusFirst() {
    /** @type {HTMLElement | null} */ (this.#list.querySelector(NAMES))?.focus();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const row = rowOf(event);
    const { target, key } = event;
    if (!row || !(target instanceof Element) || target.matches("input")) return;
    const onName = target.matches(NAMES);
    const { run, group } = row.dataset;
    if (run && key === "F2") this.#on.rename(run);
    else if (run && key === "Delete" && onName) this.#on.remove(run);
    else if (run && key === " " && onName) this.#on.pauseOrResume(run);
    else if (group && onName && (key === "ArrowLeft" || key === "ArrowRight"))
      this.#on.fold(group, key === "ArrowLeft");
    else if (key in STEPS && onName) this.#step(row, event);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /**
   * To the next row; with Shift, the selection grows.
   * @param {HTMLElement} row
   * @param {KeyboardEvent} event
   */
  #step(row, { key, shiftKey }) {
    const rows = /** @type {HTMLElement[]} */ ([...this.#list.children]);
    const next = rows[Math.max(0, Math.min(rows.length - 1, rows.indexOf(row) + STEPS[key]))];
    if (next === row) return;
    /** @type {HTMLElement | null} */ (next.querySelector(NAMES))?.focus();
    if (shiftKey && next.dataset.run) this.#on.extend(next.dataset.run);
  }
}

/** @param {Event} event */
const rowOf = (event) => closest(event, "[data-run], [data-group]");
/** @param {HTMLElement} row */
const idOf = ({ dataset }) => dataset.run ?? `${dataset.group}`;
