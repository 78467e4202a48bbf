/**
 * The run list: finds, sorts and groups the runs, and keeps their entries up to date. Entries are made in `run-entry.js`, and
 * commands are in `run-actions.js`.
 */

import { setChildren } from "../page/dom.js";
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
 * @import { Entry } from "./run-entry.js"
 * @import { Query, RunGroup } from "./run-query.js"
 */

/** At most this many entries are made in one animation frame, so that the page stays responsive with a long list. */
const MAX_MADE = 50;

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
  /**
   * Everything on which the present order depends, as JSON; null if entries are still missing.
   * @type {string | null}
   */
  #arranged = null;
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
    store.on("runs", () => {
      const listed = new Set(store.list().map((run) => run.id));
      selection.keep((id) => listed.has(id));
    });
    store.on("draw", () => this.draw());
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
    });
    onLanguage(() => {
      this.#renaming.end();
      this.#entries.clear();
      this.#heads.clear();
      list.replaceChildren();
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
    return this.#groups.flatMap((group) => (this.#isFolded(group) ? [] : group.runs.map((run) => run.id)));
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

  /** Update the list from the store; called when runs change, and once for each animation frame when rows come. */
  draw() {
    const runs = this.#store.list();
    this.#arrange(runs);
    const shown = new Set(this.#store.shown().map((run) => run.id));
    const dark = this.#isDark();
    const current = this.#keys.current(
      this.#groups.flatMap((group) => [
        ...(group.label === null ? [] : [group.key]),
        ...(this.#isFolded(group) ? [] : group.runs.map((run) => run.id)),
      ]),
    );
    const columns = urlState.get("columns");
    // of the runs of a training, the oldest comes last
    const earliest = new Map(runs.map(({ training, number }) => [training, number]));
    for (const group of this.#groups) {
      const folded = this.#isFolded(group);
      if (group.label !== null)
        this.#heads.get(group.key)?.update(group, { shown, folded, current: group.key === current });
      for (const run of folded ? [] : group.runs) {
        const entry = this.#entries.get(run.id); // undefined: it is made in the next frame
        const look = {
          shown: shown.has(run.id),
          selected: this.#selection.has(run.id),
          current: run.id === current,
          grouped: group.label !== null,
          nested: Boolean(group.nested?.has(run.id)),
          columns,
          dark,
          same: Number(earliest.get(run.training)),
        };
        entry?.update(run, look);
        if (entry) this.#inClass?.drawEntry(entry.element, run, this.#actions);
      }
    }
  }

  /**
   * Sort and group the entries, but only if something on which the order depends has changed, and never while a run is being
   * renamed.
   * @param {Run[]} runs
   */
  #arrange(runs) {
    if (this.#renaming.isOpen) return;
    // The progress of a running run does not change the order; other changes of runs, and newly fetched configs, may.
    const signs = runs.map((run) =>
      run.status === "running"
        ? [run.id, run.name, run.starred, run.archived, run.tags, run.notes]
        : [run.id, run.revision],
    );
    const settings = [this.#query, urlState.get("folded"), urlState.get("wide") && urlState.get("columns")];
    const state = JSON.stringify([settings, this.#configs.size, signs]);
    if (state === this.#arranged) return;
    this.#arranged = state;
    const ids = runs.map((run) => run.id);
    this.#fetchFields(ids);
    const before = this.order;
    this.#groups = arrange(runs, this.#query, this.#configs);
    let made = 0;
    const isMade = (/** @type {Run} */ run) => this.#entries.has(run.id) || ++made <= MAX_MADE;
    const rows = this.#groups.flatMap((group) => [
      ...(group.label === null ? [] : [this.#head(group.key).element]),
      ...(this.#isFolded(group) ? [] : group.runs).filter(isMade).map((run) => this.#entry(run).element),
    ]);
    if (made > MAX_MADE) {
      this.#arranged = null;
      requestAnimationFrame(() => this.draw());
    }
    const focused = /** @type {HTMLElement | null} */ (document.activeElement);
    const wasFocused = this.#list.contains(focused);
    const at = before.indexOf(focused?.closest("[data-run]")?.getAttribute("data-run") ?? "");
    setChildren(this.#list, rows);
    if (wasFocused && focused !== document.activeElement) {
      // the focused entry was moved, or its run is gone: focus it again, or the entry that is now in its place
      const { order } = this;
      (this.#list.contains(focused)
        ? focused
        : this.#entries.get(order[Math.min(at, order.length - 1)])?.name
      )?.focus();
    }
    for (const id of this.#entries.keys()) if (!ids.includes(id)) this.#entries.delete(id);
    const keys = new Set(this.#groups.map(({ key }) => key));
    for (const key of this.#heads.keys()) if (!keys.has(key)) this.#heads.delete(key);
    this.#empty.hidden = rows.length > 0;
    const unknown = this.#configs.hasAll(ids) && unknownField(this.#query, this.#configs);
    this.#empty.textContent = unknown
      ? t("runs.no_field", { field: unknown })
      : t(runs.length ? "runs.none_found" : "runs.empty");
    this.emit("arranged");
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
