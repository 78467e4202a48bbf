/**
 * The run list in the document: the elements of its rows, kept up to date, and what clicks and keys on them do. In which order
 * the rows are is in `run-order.js`; entries are made in `run-entry.js`, and commands are in `run-actions.js`.
 */

import { setChildren } from "../page/dom.js";
import { lazy, retried } from "../page/lazy.js";
import { urlState } from "../state/address.js";
import { onLanguage } from "../words/i18n.js";
import { explain } from "../words/reasons.js";
import { makeGroupHead } from "./group-head.js";
import { Hold } from "./hold.js";
import { ListKeys, rowId } from "./list-keys.js";
import { Renaming } from "./renaming.js";
import { makeEntry } from "./run-entry.js";
import { FEW } from "./run-order.js";

/**
 * @import { Run } from "../types.js"
 * @import { RunsLab } from "./run-table.js"
 * @import { ApiError } from "../server/api.js"
 * @import { GroupHead } from "./group-head.js"
 * @import { LongList } from "./long-list.js"
 * @import { Entry } from "./run-entry.js"
 * @import { Row } from "./run-order.js"
 */

/** At most this many entries are made in one animation frame, so that the page stays responsive with a long list. */
const MAX_MADE = 50;

export class RunList {
  #store;
  #order;
  #list;
  #empty;
  #isDark;
  #actions;
  #selection;
  #configs;
  #colors;
  /** @type {Map<string, Entry>} */
  #entries = new Map();
  /** @type {Map<string, GroupHead>} */
  #heads = new Map();
  /** The rows that are in the document. @type {Row[]} */
  #placed = [];
  /** Whether other rows may have to be in the document now. */
  #moved = false;
  /** The row that is about to get the focus. */
  #wanted = "";
  /** @type {LongList | null} */
  #long = null;
  #loadLong = lazy(async () => {
    const { LongList } = await import("./long-list.js");
    const moved = () => {
      if (!this.#isLong) return;
      this.#moved = true;
      this.draw();
    };
    this.#long = new LongList(this.#list, moved);
    this.#long.rows = this.#order.rows.map(({ id }) => id);
    moved();
  });
  #keys;
  #hold;
  #renaming;
  #inClass;

  /**
   * @param {HTMLElement} list
   * @param {HTMLElement} empty the message for an empty list
   * @param {RunsLab} lab
   */
  constructor(list, empty, { store, order, actions, selection, configs, colors, isDark, inClass }) {
    this.#list = list;
    this.#empty = empty;
    this.#store = store;
    this.#order = order;
    this.#actions = actions;
    this.#selection = selection;
    this.#configs = configs;
    this.#colors = colors;
    this.#isDark = isDark;
    this.#inClass = inClass;
    this.#renaming = new Renaming(
      store,
      actions,
      (id) => this.#entries.get(id),
      () => this.draw(),
    );
    actions.on("problem", (id, error) => this.#showProblem(id, error));
    store.on("runs", () => selection.keep((id) => store.has(id)));
    store.on("draw", (byViewer) => this.draw(byViewer));
    selection.on("change", () => this.draw());
    order.on("due", () => this.draw());
    this.#hold = new Hold(list, (id) => selection.click(id, { ctrlKey: true }, order.ids));
    const chosen = (/** @type {string} */ id) => (selection.has(id) ? selection.list() : [id]);
    this.#keys = new ListKeys(list, {
      rename: (id) => this.#renaming.open(id),
      remove: (id) => actions.remove(chosen(id)),
      pauseOrResume: (id) => void actions.pauseOrResume(chosen(id)),
      extend: (id) => selection.click(id, { shiftKey: true }, order.ids),
      fold: (key, folded) => order.fold(key, folded),
      moved: () => this.draw(),
      beside: (id, step) => this.#beside(id, step),
    });
    onLanguage(() => {
      this.#renaming.end();
      this.#entries.clear();
      this.#heads.clear();
      list.replaceChildren();
      this.#placed = [];
      order.forget();
      this.draw();
    });
  }

  /** Focus the first row. */
  focusFirst() {
    this.#keys.focusFirst();
  }

  /** Whether it has so many rows that only those in sight are in the document. */
  get #isLong() {
    return this.#order.rows.length > FEW;
  }

  /**
   * Update the list from the store; called when runs change, and once for each animation frame when rows come.
   * @param {boolean} atOnce whether a person waits for it
   */
  draw(atOnce = false) {
    // it stays as it is while a run is being renamed
    if (!this.#renaming.isOpen && this.#order.arrange(atOnce)) this.#arranged();
    if (this.#moved) this.#place();
    const shown = new Set(this.#store.shown().map((run) => run.id));
    const dark = this.#isDark();
    const { rows, places, earliest } = this.#order;
    const current = this.#keys.current(places, rows[0]?.id);
    const columns = urlState.get("columns");
    for (const { id, group, run } of this.#placed) {
      if (!run) {
        const folded = this.#order.isFolded(group);
        this.#heads.get(id)?.update(group, { shown, folded, current: id === current });
        continue;
      }
      const entry = this.#entry(run);
      entry.update(run, {
        shown: shown.has(id),
        selected: this.#selection.has(id),
        current: id === current,
        grouped: group.label !== null,
        nested: Boolean(group.nested?.has(id)),
        columns,
        dark,
        same: Number(earliest.get(run.training)),
      });
      this.#inClass?.drawEntry(entry.element, run, this.#actions);
    }
  }

  /** Show other rows, or the same in another order. */
  #arranged() {
    const { rows, places } = this.#order;
    if (this.#long) this.#long.rows = rows.map(({ id }) => id);
    this.#place();
    for (const key of this.#heads.keys()) if (!places.has(key)) this.#heads.delete(key);
    this.#empty.hidden = rows.length > 0;
    if (!rows.length) this.#empty.textContent = this.#order.emptyText;
  }

  /** Put the rows that are to be in the document there. */
  #place() {
    this.#moved = false;
    const focused = /** @type {HTMLElement | null} */ (document.activeElement);
    const wasFocused = this.#list.contains(focused);
    const focusedIndex = runsOf(this.#placed).indexOf(rowId(focused));
    const { rows, places } = this.#order;
    const elementOf = (/** @type {Row} */ { id, run }) => (run ? this.#entry(run) : this.#head(id)).element;
    if (this.#isLong && this.#long) {
      const kept = [this.#keys.current(places, rows[0]?.id), rowId(focused), this.#wanted];
      const before = new Set(this.#placed.map(({ id }) => id));
      const shown = this.#long.inSight(
        kept.flatMap((id) => places.get(id) ?? []),
        (place) => before.has(rows[place].id),
        (place) => places.get(rows[place].group.key) ?? place,
      );
      this.#placed = shown.map((place) => rows[place]);
      setChildren(
        this.#list,
        this.#long.children(shown, (place) => elementOf(rows[place])),
      );
    } else {
      if (this.#isLong) retried(this.#loadLong);
      let made = 0;
      const isMade = (/** @type {Row} */ { id, run }) => !run || this.#entries.has(id) || ++made <= MAX_MADE;
      this.#placed = rows.slice(0, FEW).filter(isMade);
      if (made > MAX_MADE) {
        this.#moved = true;
        requestAnimationFrame(() => this.draw());
      }
      setChildren(this.#list, this.#placed.map(elementOf));
    }
    if (wasFocused && focused !== document.activeElement) {
      // the focused entry was moved, or its run is gone: focus it again, or the entry that is now in its place
      const runs = runsOf(this.#placed);
      (this.#list.contains(focused)
        ? focused
        : this.#entries.get(runs[Math.min(focusedIndex, runs.length - 1)])?.name
      )?.focus();
    }
    const placed = new Set(this.#placed.map(({ id }) => id));
    for (const [id, { problem }] of this.#entries)
      if (!this.#store.has(id) || (this.#isLong && !placed.has(id) && problem.hidden))
        this.#entries.delete(id);
  }

  /**
   * The element of the row `step` rows below another one, or above it if negative; at the ends the first or the last row.
   * @param {string} id
   * @param {number} step
   */
  #beside(id, step) {
    const { rows, places } = this.#order;
    const row = rows[Math.max(0, Math.min(rows.length - 1, (places.get(id) ?? 0) + step))];
    if (!row) return null;
    this.#wanted = row.id;
    this.#place();
    this.draw();
    return (row.run ? this.#entry(row.run) : this.#head(row.id)).element;
  }

  /** @param {Run} run */
  #entry(run) {
    const existing = this.#entries.get(run.id);
    if (existing) return existing;
    const actions = this.#actions;
    const store = this.#store;
    const entry = makeEntry(run, this.#configs, {
      // with Alt, show it alone
      toggle: (id, { altKey }) => (altKey ? store.showOnly([id]) : store.show([id], !store.isShown(id))),
      select: (id, event) => this.#select(id, event),
      star: (id) => actions.toggleStar(id),
      command: (id, command) => actions.command(id, command),
      rename: (id) => this.#renaming.open(id),
      doubleClick: (id) => this.#hold.selectsSeveral || this.#renaming.open(id),
      remove: (id) => actions.remove([id]),
      recolor: (id, swatch) => this.#colors.open(actions.run(id) ?? run, swatch),
    });
    this.#entries.set(run.id, entry);
    this.#renaming.showOffer(run.id);
    return entry;
  }

  /**
   * @param {string} id
   * @param {MouseEvent} event
   */
  #select(id, { detail, shiftKey, ctrlKey, metaKey }) {
    const meaning = this.#hold.meaning(this.#selection.size);
    // the second click of a double click renames; quick taps on several runs are none
    if (meaning === "none" || (detail > 1 && meaning === "click")) return;
    const keys = { shiftKey, ctrlKey: ctrlKey || metaKey || meaning === "toggle" };
    this.#selection.click(id, keys, this.#order.ids);
  }

  /** @param {string} key */
  #head(key) {
    const existing = this.#heads.get(key);
    if (existing) return existing;
    const head = makeGroupHead(key, {
      show: (ids, shown) => this.#store.show(ids, shown),
      fold: (folded) => this.#order.fold(folded),
      select: (ids) => this.#selection.set(ids),
    });
    this.#heads.set(key, head);
    return head;
  }

  /**
   * @param {string} id
   * @param {ApiError | null} error
   */
  #showProblem(id, error) {
    const problem = this.#entries.get(id)?.problem;
    if (!problem) return;
    problem.hidden = !error;
    problem.textContent = error ? explain(error) : "";
  }
}

/** The ids of the runs in some rows. @param {Row[]} rows */
function runsOf(rows) {
  return rows.flatMap(({ id, run }) => (run ? [id] : []));
}
