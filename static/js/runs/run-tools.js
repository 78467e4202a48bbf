/** The tools above the run list: search, and a menu with state, sorting, grouping, archive and import. */

import { find, h, icon, setChoices } from "../page/dom.js";
import { onInput, onKey } from "../page/keys.js";
import { wireMenu } from "../page/menu.js";
import { urlState } from "../state/address.js";
import { onLanguage, t } from "../words/i18n.js";
import { listLabels } from "./run-columns.js";
import { changesFromDefault, DEFAULT_QUERY, DESCENDING, GROUPS, SORTS, STATES } from "./run-query.js";

/**
 * @import { RunsLab } from "./run-table.js"
 * @import { RunList } from "./run-list.js"
 * @import { Query } from "./run-query.js"
 */

export class RunTools {
  #tools;
  #list;
  #store;
  #configs;
  #onImport;
  /** @type {HTMLInputElement} */
  #search;
  #count;
  #menu;

  /**
   * @param {HTMLElement} tools
   * @param {RunList} list
   * @param {Pick<RunsLab, "store" | "configs"> & {count: HTMLElement, onImport: () => void}} lab
   *   `onImport`: called by the menu's import button
   */
  constructor(tools, list, { store, configs, count, onImport }) {
    this.#tools = tools;
    this.#list = list;
    this.#store = store;
    this.#configs = configs;
    this.#count = count;
    this.#onImport = onImport;
    this.#search = this.#makeSearch();
    this.#menu = this.#makeMenu();
    list.on("arranged", () => this.#showCount());
    onLanguage(() => this.#draw());
    urlState.on("list", () => this.#show()); // the list listens before this, so it has the new query by now
    this.#draw();
  }

  /** Put the cursor into the search. */
  focus() {
    this.#search.focus();
    this.#search.select();
  }

  #draw() {
    this.#search = this.#makeSearch();
    this.#menu = this.#makeMenu();
    this.#tools.replaceChildren(this.#search, this.#menu);
    this.#mark();
    this.#showCount();
  }

  #makeSearch() {
    const { text } = this.#list.query;
    const search = h("input", {
      type: "search",
      id: "run-search",
      value: text,
      placeholder: t("runs.search"),
      title: t("runs.search_help"),
      "aria-label": t("runs.search_label"),
      maxLength: 200,
    });
    onInput(search, () => this.#list.setQuery({ text: search.value }));
    onKey(search, (event) => {
      if (event.key === "Escape") {
        event.stopPropagation();
        if (search.value) this.#set({ text: "" });
        else search.blur();
      } else if (event.key === "ArrowDown") {
        event.preventDefault();
        this.#list.focusFirst();
      }
    });
    return search;
  }

  #makeMenu() {
    const menu = h(
      "details",
      { className: "menu" },
      h(
        "summary",
        { className: "toggle", "aria-label": t("runs.view"), title: t("runs.view") },
        icon("sort"),
        h("span", { className: "menu-mark", id: "run-menu-mark" }),
      ),
    );
    menu.addEventListener("toggle", () => menu.open && this.#fill());
    wireMenu(menu);
    return menu;
  }

  /** @param {Partial<Query>} changes */
  #set(changes) {
    this.#list.setQuery(changes);
  }

  /** Show a query that may have come from the address. */
  #show() {
    const { text } = this.#list.query;
    if (this.#search.value !== text) this.#search.value = text;
    this.#mark();
  }

  /** Make the content of the menu when it opens, because the fields for grouping depend on the runs. */
  async #fill() {
    const { query } = this.#list;
    /**
     * @param {string} name
     * @param {string} label
     * @param {(value: string) => void} change
     */
    const choose = (name, label, change) => {
      const select = h("select", { name: `runs.${name}` });
      select.addEventListener("change", () => change(select.value));
      return {
        select,
        element: h("label", { className: "field" }, h("span", { className: "label" }, t(label)), select),
      };
    };
    const archived = h("input", { type: "checkbox", name: "runs.archived", checked: query.archived });
    archived.addEventListener("change", () => this.#set({ archived: archived.checked }));
    const direction = h(
      "button",
      {
        type: "button",
        className: "toggle",
        "aria-pressed": String(query.descending),
        title: t("runs.descending"),
        "aria-label": t("runs.descending"),
      },
      query.descending ? "↓" : "↑",
    );
    direction.addEventListener("click", () => {
      this.#set({ descending: !this.#list.query.descending });
      direction.textContent = this.#list.query.descending ? "↓" : "↑";
      direction.setAttribute("aria-pressed", String(this.#list.query.descending));
    });
    const state = choose("state", "runs.state", (chosen) => this.#set({ state: chosen }));
    const states = Object.keys(STATES).map(
      /** @returns {[string, string]} */ (name) => [name, t(STATES_TEXTS[name] ?? `status.${name}`)],
    );
    setChoices(state.select, [["", t("runs.all_states")], ...states], query.state);
    const sort = choose("sort", "runs.sort", (chosen) =>
      this.#set({ sort: chosen, descending: DESCENDING.has(chosen) }),
    );
    const group = choose("group", "runs.group", (chosen) => this.#set({ group: chosen }));
    /**
     * Fill the lists for sorting and grouping: fields that all runs have, fields that differ, and the chosen field.
     * @param {string[]} differing
     */
    const lists = (differing) => {
      const { query } = this.#list;
      const [sorts, groups] = [
        [...SORTS, ...differing, query.sort],
        ["", ...GROUPS, ...differing, query.group],
      ].map((names) => [...new Set(names)]);
      const labels = listLabels([...new Set([...sorts, ...groups])]);
      const text = (/** @type {string} */ name) => labels.get(name) ?? t("runs.no_groups");
      /** @param {string[]} names */
      const pairs = (names) => names.map(/** @returns {[string, string]} */ (name) => [name, text(name)]);
      setChoices(sort.select, pairs(sorts), query.sort);
      setChoices(group.select, pairs(groups), query.group);
    };
    lists([]);
    const panel = h(
      "div",
      { className: "card panel" },
      state.element,
      h("div", { className: "pair" }, sort.element, direction),
      group.element,
      h("label", { className: "check" }, archived, t("runs.show_archived")),
      h(
        "button",
        { type: "button", className: "toggle", id: "import", onclick: () => this.#onImport() },
        t("runs.import"),
      ),
    );
    this.#menu.querySelector(".panel")?.remove();
    this.#menu.append(panel);
    const ids = this.#store.list().map((run) => run.id);
    try {
      await this.#configs.fetch(ids);
    } catch {
      return; // offline: without the fields that differ
    }
    lists([...this.#configs.difference(ids).keys()]);
  }

  /** Show a mark on the menu if the query hides, sorts or groups runs differently from the default. */
  #mark() {
    const { query } = this.#list;
    const isChanged =
      Object.keys(
        changesFromDefault({ ...query, text: DEFAULT_QUERY.text, descending: DEFAULT_QUERY.descending }),
      ).length > 0;
    find(this.#menu, ".menu-mark", HTMLElement).hidden = !isChanged;
  }

  #showCount() {
    const { found, all } = this.#list.counts;
    this.#count.textContent = found === all ? String(all || "") : t("runs.found", { found, all });
  }
}

/** @type {Record<string, string>} */
const STATES_TEXTS = { active: "runs.active", starred: "runs.starred" };
