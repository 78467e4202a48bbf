/**
 * The order of the run list: which rows it has, found, sorted and grouped as the query says. Arranging 10,000 runs takes some
 * time, so it is done only when something has changed on which the order depends.
 */

import { lazy, retried } from "../page/lazy.js";
import { urlState } from "../state/address.js";
import { Emitter } from "../state/emitter.js";
import { t } from "../words/i18n.js";
import { titlesVersion } from "../words/labels.js";
import { arrange, changesFromDefault, needsConfigs, readQuery } from "./run-query.js";

/**
 * @import { Run } from "../types.js"
 * @import { FlatConfigs } from "../state/flat-configs.js"
 * @import { Store } from "../state/store.js"
 * @import { Query, RunGroup } from "./run-query.js"
 * @import { Search } from "./run-search.js"
 */

/** A list with more rows than this has only those in sight in the document. */
export const FEW = 300;
/**
 * After a long list was arranged, it is not arranged again for this many times as long as that took. A change of search, order or
 * groups is shown at once.
 */
const REST = 10;
/** Orders and groups that results do not change. */
const LASTING = ["number", "name", "launch", "lesson", "seed", ""];

/** A row of the list: a run, or the head of a group. @typedef {{id: string, group: RunGroup, run: Run | null}} Row */

/** Emits "due" when the runs may have to be arranged again, and "arranged" when they are. */
export class RunOrder extends Emitter {
  #store;
  #configs;
  #query = readQuery(urlState.get("list"));
  /** The search that the query's text describes. @type {Search | null} */
  #search = null;
  /** The module that reads such a text, loaded at the first search. @type {typeof import("./run-search.js") | null} */
  #searching = null;
  #loadSearching = lazy(async () => {
    this.#searching = await import("./run-search.js");
    this.emit("due");
    return this.#searching;
  });
  /** @type {RunGroup[]} */
  #groups = [];
  /** Those that are not folded away. @type {Row[]} */
  rows = [];
  /** The id of each row → its place. @type {Map<string, number>} */
  places = new Map();
  /** Training → the number of the oldest run that shows it. @type {Map<string, number>} */
  earliest = new Map();
  /** Everything on which the present order depends, as JSON. @type {string | null} */
  #arranged = null;
  /** The search, order and groups of the last arrangement, as JSON. */
  #settings = "";
  /** When a long list whose settings have not changed may be arranged again, by `performance.now()`. */
  #nextAt = 0;
  #timer = 0;
  #fetching = false;

  /**
   * @param {Store} store
   * @param {FlatConfigs} configs
   */
  constructor(store, configs) {
    super();
    this.#store = store;
    this.#configs = configs;
    urlState.on("list", (query) => {
      this.#query = readQuery(query);
      this.emit("due");
    });
    for (const name of ["folded", "columns", "wide"]) urlState.on(name, () => this.emit("due"));
  }

  get query() {
    return this.#query;
  }

  /** Change search, order or groups. Other groups are all unfolded. @param {Partial<Query>} changes */
  setQuery(changes) {
    const query = { ...this.#query, ...changes };
    const folded = query.group === this.#query.group ? urlState.get("folded") : [];
    urlState.set({ list: changesFromDefault(query), folded }); // in this order: the list is arranged once
  }

  /** Load what a search needs, and prepare the texts of all runs, before the first letter is typed. */
  async prepareSearch() {
    (await retried(this.#loadSearching)).prepare(this.#store.list());
  }

  /** How many runs are found, also in folded groups, and how many there are. */
  get counts() {
    const found = this.#groups.reduce((sum, group) => sum + group.runs.length, 0);
    return { found, all: this.#store.list().length };
  }

  /** Ids of the runs in their order, without those of folded groups. */
  get ids() {
    return this.rows.flatMap(({ id, run }) => (run ? [id] : []));
  }

  /** Why there are no rows. */
  get emptyText() {
    const runs = this.#store.list();
    const field = this.#search?.unknown;
    if (field && this.#configs.hasAll(runs.map(({ id }) => id))) return t("runs.no_field", { field });
    return t(runs.length ? "runs.none_found" : "runs.empty");
  }

  /** @param {RunGroup} group */
  isFolded({ key, label }) {
    return label !== null && urlState.get("folded").includes(key);
  }

  /**
   * @param {string} key
   * @param {boolean} [folded] without it, the group is folded or unfolded
   */
  fold(key, folded = !urlState.get("folded").includes(key)) {
    const others = urlState.get("folded").filter((/** @type {string} */ other) => other !== key);
    urlState.set({ folded: folded ? [...others, key] : others });
  }

  /** Arrange the runs at the next call in any case, as in another language. */
  forget() {
    this.#arranged = null;
  }

  /**
   * Sort and group the runs, but only if something on which the order depends has changed.
   * @param {boolean} atOnce also if a long list was arranged a moment ago
   * @returns {boolean} whether they are arranged again
   */
  arrange(atOnce) {
    const { sort, group, text, state: restriction } = this.#query;
    const { runs: described, results } = this.#store.versions;
    const isLasting = !text && !restriction && LASTING.includes(sort) && LASTING.includes(group);
    const settings = [this.#query, urlState.get("folded"), urlState.get("wide") && urlState.get("columns")];
    const settingsText = JSON.stringify(settings);
    const state = JSON.stringify([
      settingsText,
      this.#configs.size,
      titlesVersion(),
      described,
      !isLasting && results,
    ]);
    if (state === this.#arranged) return false;
    if (text && !this.#searching) {
      retried(this.#loadSearching);
      return false;
    }
    const begun = performance.now();
    if (!atOnce && settingsText === this.#settings && begun < this.#nextAt) {
      this.#timer ||= setTimeout(() => {
        this.#timer = 0;
        this.emit("due");
      }, this.#nextAt - begun);
      return false;
    }
    this.#settings = settingsText;
    this.#arranged = state;
    const runs = this.#store.list();
    this.#search = text && this.#searching ? this.#searching.searchFor(text, this.#configs) : null;
    this.#fetchFields();
    this.earliest = new Map(runs.map(({ training, number }) => [training, number])); // the oldest run comes last
    this.#groups = arrange(runs, this.#query, this.#configs, this.#search);
    this.rows = this.#groups.flatMap((group) => [
      ...(group.label === null ? [] : [{ id: group.key, group, run: null }]),
      ...(this.isFolded(group) ? [] : group.runs).map((run) => ({ id: run.id, group, run })),
    ]);
    this.places = new Map(this.rows.map(({ id }, place) => [id, place]));
    this.emit("arranged");
    // otherwise the first letter of a search would wait for it, and then for the texts of all runs
    if (this.rows.length > FEW) retried(this.#loadSearching);
    const now = performance.now();
    this.#nextAt = this.rows.length > FEW ? now + REST * (now - begun) : 0;
    return true;
  }

  /** If the query or a column needs configs, fetch them and arrange the runs again. */
  async #fetchFields() {
    const columns = urlState.get("wide") ? urlState.get("columns") : [];
    if (this.#fetching || !needsConfigs(this.#query, [...columns, ...(this.#search?.fields ?? [])])) return;
    const ids = () => this.#store.list().map(({ id }) => id);
    if (this.#configs.hasAll(ids())) return;
    this.#fetching = true;
    try {
      await retried(() => this.#configs.fetch(ids()));
    } catch {
      return; // only the configs that are fetched already can be searched
    } finally {
      this.#fetching = false;
    }
    this.emit("due");
  }
}
