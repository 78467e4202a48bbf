/**
 * The keys of the run list. Tab reaches only one row, the current one, and the arrow keys move to other rows: otherwise Tab
 * would have to pass hundreds of rows. A row is a run, `[data-run]`, or the head of a group, `[data-group]`.
 */

import { closest } from "../page/dom.js";
import { isForBrowser, onKey } from "../page/keys.js";

/** @type {Record<string, number>} */
const STEPS = { ArrowUp: -1, ArrowDown: 1, Home: -Infinity, End: Infinity };
/** The element of a row that gets the focus by an arrow key. */
const NAMES = ".run-name, .group-name";

/**
 * The actions of the keys.
 * @typedef {object} OnKeys
 * @property {(id: string) => void} rename
 * @property {(id: string) => void} remove
 * @property {(id: string) => void} pauseOrResume
 * @property {(id: string) => void} extend extends the selection to this run
 * @property {(key: string, folded: boolean) => void} fold
 * @property {(id: string, step: number) => HTMLElement | null} beside the row `step` rows below another one, or above it if negative
 * @property {() => void} moved another row has become the current one
 */

export class ListKeys {
  #list;
  #on;
  /** The id of the run, or the key of the group, in the current row. */
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
      if (!row || rowId(row) === this.#current) return;
      this.#current = rowId(row);
      on.moved();
    });
  }

  /**
   * The current row; the first one if the current row is gone.
   * @param {Map<string, number>} places of all rows: ids of runs, and keys of groups
   * @param {string} [first]
   */
  current(places, first = "") {
    if (!places.has(this.#current)) this.#current = first;
    return this.#current;
  }

  focusFirst() {
    this.#toTop();
    nameIn(this.#on.beside("", -Infinity))?.focus();
  }

  /**
   * Scroll to the top by hand. The head of a group sticks to the upper edge, so the browser takes it for visible and does not
   * scroll when it gets the focus.
   */
  #toTop() {
    this.#list.scrollTop = 0;
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const row = rowOf(event);
    const { target, key } = event;
    if (!row || !(target instanceof Element) || target.matches("input")) return;
    if (isForBrowser(event)) return;
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
   * Move to the next row; with Shift, extend the selection.
   * @param {HTMLElement} row
   * @param {KeyboardEvent} event
   */
  #step(row, { key, shiftKey }) {
    const next = this.#on.beside(rowId(row), STEPS[key]);
    if (key === "Home") this.#toTop();
    if (!next || next === row) return;
    nameIn(next)?.focus();
    if (shiftKey && next.dataset.run) this.#on.extend(next.dataset.run);
  }
}

/** Matches the elements of rows. */
const ROW = "[data-run], [data-group]";

/** The id of the row in which an element is: of a run, or the key of a group; "" if it is in none. @param {Element | null} element */
export function rowId(element) {
  const row = /** @type {HTMLElement | null | undefined} */ (element?.closest(ROW));
  return row ? (row.dataset.run ?? `${row.dataset.group}`) : "";
}

/** @param {Event} event */
const rowOf = (event) => closest(event, ROW);
/** @param {HTMLElement | null} row */
const nameIn = (row) => /** @type {HTMLElement | null | undefined} */ (row?.querySelector(NAMES));
