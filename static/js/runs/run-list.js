/**
 * The run list: finds, sorts and groups the runs, and keeps their entries up to date. Entries are made in `run-entry.js`, and
 * commands are in `run-actions.js`.
 */

import { setChildren } from "../page/dom.js";
import { lazy, retried } from "../page/lazy.js";
import { urlState } from "../state/address.js";
import { Emitter } from "../state/emitter.js";
import { onLanguage, t } from "../words/i18n.js";
import { explain } from "../words/reasons.js";
import { makeGroupHead } from "./group-head.js";
import { Hold } from "./hold.js";
import { ListKeys } from "./list-keys.js";
import { Renaming } from "./renaming.js";
import { makeEntry } from "./run-entry.js";
import { arrange, changesFromDefault, needsConfigs, readQuery, unknownField } from "./run-query.js";

/**
 * @import { Run } from "../types.js"
 * @import { RunsLab } from "./run-table.js"
 * @import { ApiError } from "../server/api.js"
 * @import { GroupHead } from "./group-head.js"
 * @import { LongList } from "./long-list.js"
 * @import { Entry } from "./run-entry.js"
 * @import { Query, RunGroup } from "./run-query.js"
 */

/** At most this many entries are made in one animation frame, so that the page stays responsive with a long list. */
const MAX_MADE = 50;
/** Of more rows, only those in sight are in the document. */
const FEW = 300;
/** After such a list was arranged, it is next arranged after this many times as long, unless a person wants it otherwise. */
const SHARE = 10;
/** Orders and groups that depend on nothing but what was launched. */
const LASTING = ["number", "name", "launch", "lesson", "seed", ""];

/** A row of the list: a run, or the head of a group. @typedef {{id: string, group: RunGroup, run: Run | null}} Row */

/** Emits "arranged" when other runs are listed, or in another order. */
export class RunList extends Emitter {
  #store;
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
  #query = readQuery(urlState.get("list"));
  /** @type {RunGroup[]} */
  #groups = [];
  /** Those that are not folded away. @type {Row[]} */
  #rows = [];
  /** The id of each row → its place. @type {Map<string, number>} */
  #places = new Map();
  /** The rows that are in the document. @type {Row[]} */
  #placed = [];
  /** Everything on which the present order depends, as JSON. @type {string | null} */
  #arranged = null;
  /** The search, order and groups of the last arrangement, as JSON. */
  #wish = "";
  /** When a list that is not wished otherwise may be arranged again. */
  #nextAt = 0;
  #timer = 0;
  /** Whether other rows may have to be in the document now. */
  #moved = false;
  /** The row that is about to get the focus. */
  #wanted = "";
  /** Training → the number of the oldest run that shows it. @type {Map<string, number>} */
  #earliest = new Map();
  /** @type {LongList | null} */
  #long = null;
  #loadLong = lazy(async () => {
    const { LongList } = await import("./long-list.js");
    const moved = () => {
      if (this.#rows.length <= FEW) return;
      this.#moved = true;
      this.draw();
    };
    this.#long = new LongList(this.#list, moved);
    moved();
  });
  #keys;
  #fetching = false;
  #hold;
  #renaming;
  #inClass;

  /**
   * @param {HTMLElement} list
   * @param {HTMLElement} empty the message for an empty list
   * @param {RunsLab} lab
   */
  constructor(list, empty, { store, actions, selection, configs, colors, isDark, inClass }) {
    super();
    this.#list = list;
    this.#empty = empty;
    this.#store = store;
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
    urlState.on("list", (query) => this.setQuery(readQuery(query)));
    for (const name of ["folded", "columns", "wide"]) urlState.on(name, () => this.draw());
    this.#hold = new Hold(list, (id) => this.#selection.click(id, { ctrlKey: true }, this.order));
    const chosen = (/** @type {string} */ id) => (selection.has(id) ? selection.list() : [id]);
    this.#keys = new ListKeys(list, {
      rename: (id) => this.#renaming.open(id),
      remove: (id) => actions.remove(chosen(id)),
      pauseOrResume: (id) => void actions.pauseOrResume(chosen(id)),
      extend: (id) => selection.click(id, { shiftKey: true }, this.order),
      fold: (key, folded) => this.#fold(key, folded),
      moved: () => this.draw(),
      beside: (id, step) => this.#beside(id, step),
    });
    onLanguage(() => {
      this.#renaming.end();
      this.#entries.clear();
      this.#heads.clear();
      list.replaceChildren();
      this.#placed = [];
      this.#arranged = null;
      this.draw();
    });
  }

  get query() {
    return this.#query;
  }

  /** Change search, order or groups. @param {Partial<Query>} changes */
  setQuery(changes) {
    Object.assign(this.#query, changes);
    urlState.set({ list: changesFromDefault(this.#query) });
    this.draw();
  }

  /** If the query or a column needs configs, fetch them and arrange the runs again. @param {string[]} ids */
  async #fetchFields(ids) {
    const columns = urlState.get("wide") ? urlState.get("columns") : [];
    if (this.#fetching || this.#configs.hasAll(ids) || !needsConfigs(this.#query, columns)) return;
    this.#fetching = true;
    try {
      await this.#configs.fetch(ids);
    } catch {
      return; // offline: only the configs that are fetched already can be searched
    } finally {
      this.#fetching = false;
    }
    this.draw();
  }

  /** How many runs are found, also in folded groups, and how many there are. */
  get counts() {
    const found = this.#groups.reduce((sum, group) => sum + group.runs.length, 0);
    return { found, all: this.#store.list().length };
  }

  /** Ids in the order of the list, without those of folded groups. */
  get order() {
    return runsOf(this.#rows);
  }

  /** Focus the first row. */
  focusFirst() {
    this.#keys.focusFirst();
  }

  /** @param {RunGroup} group */
  #isFolded({ key, label }) {
    return label !== null && urlState.get("folded").includes(key);
  }

  /**
   * @param {string} key
   * @param {boolean} [folded] without it, the group is folded or unfolded
   */
  #fold(key, folded = !urlState.get("folded").includes(key)) {
    const others = urlState.get("folded").filter((/** @type {string} */ other) => other !== key);
    urlState.set({ folded: folded ? [...others, key] : others });
  }

  /**
   * Update the list from the store; called when runs change, and once for each animation frame when rows come.
   * @param {boolean} atOnce whether a person waits for it
   */
  draw(atOnce = false) {
    this.#arrange(atOnce);
    if (this.#moved) this.#place();
    const shown = new Set(this.#store.shown().map((run) => run.id));
    const dark = this.#isDark();
    const current = this.#keys.current(this.#places, this.#rows[0]?.id);
    const columns = urlState.get("columns");
    for (const { id, group, run } of this.#placed) {
      if (!run) {
        const folded = this.#isFolded(group);
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
        same: Number(this.#earliest.get(run.training)),
      });
      this.#inClass?.drawEntry(entry.element, run, this.#actions);
    }
  }

  /**
   * Sort and group the runs, but only if something on which the order depends has changed, and never while a run is being
   * renamed.
   * @param {boolean} atOnce also if a long list was arranged a moment ago
   */
  #arrange(atOnce) {
    if (this.#renaming.isOpen) return;
    const { sort, group, text, state: restriction } = this.#query;
    const { runs: described, results } = this.#store.versions;
    const isLasting = !text && !restriction && LASTING.includes(sort) && LASTING.includes(group);
    const settings = [this.#query, urlState.get("folded"), urlState.get("wide") && urlState.get("columns")];
    const wish = JSON.stringify(settings);
    const state = JSON.stringify([wish, this.#configs.size, described, !isLasting && results]);
    if (state === this.#arranged) return;
    const begun = performance.now();
    if (!atOnce && wish === this.#wish && begun < this.#nextAt) {
      this.#timer ||= setTimeout(() => {
        this.#timer = 0;
        this.draw();
      }, this.#nextAt - begun);
      return;
    }
    this.#wish = wish;
    this.#arranged = state;
    const runs = this.#store.list();
    const ids = runs.map((run) => run.id);
    this.#fetchFields(ids);
    this.#earliest = new Map(runs.map(({ training, number }) => [training, number])); // the oldest run comes last
    this.#groups = arrange(runs, this.#query, this.#configs);
    this.#rows = this.#groups.flatMap((group) => [
      ...(group.label === null ? [] : [{ id: group.key, group, run: null }]),
      ...(this.#isFolded(group) ? [] : group.runs).map((run) => ({ id: run.id, group, run })),
    ]);
    this.#places = new Map(this.#rows.map(({ id }, place) => [id, place]));
    this.#place();
    const keys = new Set(this.#groups.map(({ key }) => key));
    for (const key of this.#heads.keys()) if (!keys.has(key)) this.#heads.delete(key);
    this.#empty.hidden = this.#rows.length > 0;
    const unknown = this.#configs.hasAll(ids) && unknownField(this.#query, this.#configs);
    this.#empty.textContent = unknown
      ? t("runs.no_field", { field: unknown })
      : t(runs.length ? "runs.none_found" : "runs.empty");
    this.emit("arranged");
    const now = performance.now();
    this.#nextAt = this.#rows.length > FEW ? now + SHARE * (now - begun) : 0;
  }

  /** Put the rows that are to be in the document there. */
  #place() {
    this.#moved = false;
    const focused = /** @type {HTMLElement | null} */ (document.activeElement);
    const wasFocused = this.#list.contains(focused);
    const at = runsOf(this.#placed).indexOf(rowId(focused));
    const elementOf = (/** @type {Row} */ { id, run }) => (run ? this.#entry(run) : this.#head(id)).element;
    if (this.#rows.length > FEW && this.#long) {
      const ids = this.#rows.map(({ id }) => id);
      const current = this.#keys.current(this.#places, ids[0]);
      const kept = new Set([current, rowId(focused), this.#wanted]);
      const places = this.#long.inSight(ids, (id) => kept.has(id));
      this.#placed = places.map((place) => this.#rows[place]);
      setChildren(
        this.#list,
        this.#long.children(ids, places, (place) => elementOf(this.#rows[place])),
      );
    } else {
      if (this.#rows.length > FEW) retried(this.#loadLong);
      let made = 0;
      const isMade = (/** @type {Row} */ { id, run }) => !run || this.#entries.has(id) || ++made <= MAX_MADE;
      this.#placed = this.#rows.slice(0, FEW).filter(isMade);
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
        : this.#entries.get(runs[Math.min(at, runs.length - 1)])?.name
      )?.focus();
    }
    const placed = new Set(this.#placed.map(({ id }) => id));
    for (const [id, { problem }] of this.#entries)
      if (!this.#store.has(id) || (this.#rows.length > FEW && !placed.has(id) && problem.hidden))
        this.#entries.delete(id);
  }

  /**
   * The element of the row `step` rows below another one, or above it if negative; at the ends the first or the last row.
   * @param {string} id
   * @param {number} step
   */
  #beside(id, step) {
    const place = Math.max(0, Math.min(this.#rows.length - 1, (this.#places.get(id) ?? 0) + step));
    const row = this.#rows[place];
    if (!row) return null;
    this.#wanted = row.id;
    this.#place();
    this.draw();
    return (row.run ? this.#entry(row.run) : this.#head(row.id)).element;
  }

  /** @param {Run} run */
  #entry(run) {
    const known = this.#entries.get(run.id);
    if (known) return known;
    const actions = this.#actions;
    const entry = makeEntry(run, this.#configs, {
      toggle: (id, event) => this.#toggle(id, event),
      select: (id, event) => this.#select(id, event),
      star: (id) => actions.toggleStar(id),
      command: (id, command) => actions.command(id, command),
      rename: (id) => this.#renaming.open(id),
      doubleClick: (id) => this.#hold.selectsSeveral || this.#renaming.open(id),
      remove: (id) => actions.remove([id]),
      recolor: (id, swatch) => this.#colors.open(actions.run(id) ?? run, swatch),
    });
    this.#entries.set(run.id, entry);
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
    this.#selection.click(id, { shiftKey, ctrlKey: ctrlKey || metaKey || meaning === "toggle" }, this.order);
  }

  /**
   * Show or hide a run; with Alt, show it alone.
   * @param {string} id
   * @param {MouseEvent} event
   */
  #toggle(id, event) {
    if (event.altKey) this.#store.showOnly([id]);
    else this.#store.show([id], !this.#store.isShown(id));
  }

  /** @param {string} key */
  #head(key) {
    const known = this.#heads.get(key);
    if (known) return known;
    const head = makeGroupHead(key, {
      show: (ids, shown) => this.#store.show(ids, shown),
      fold: (folded) => this.#fold(folded),
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

/** The id of the row in which an element is. @param {Element | null} element */
function rowId(element) {
  const row = /** @type {HTMLElement | null | undefined} */ (element?.closest("[data-run], [data-group]"));
  return row ? (row.dataset.run ?? `${row.dataset.group}`) : "";
}

/** The ids of the runs in some rows. @param {Row[]} rows */
function runsOf(rows) {
  return rows.flatMap(({ id, run }) => (run ? [id] : []));
}
