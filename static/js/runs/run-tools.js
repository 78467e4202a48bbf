/** Above the run list: search, and a menu with state, order, groups, archive, import. */

import { find, h, icon, setChoices } from "../page/dom.js";
import { onInput, onKey } from "../page/keys.js";
import { closesByItself } from "../page/menu.js";
import { urlState } from "../state/address.js";
import { onLanguage, t } from "../words/i18n.js";
import { listLabels } from "./run-columns.js";
import { DESCENDING, GROUPS, SORTS, STATES, USUAL, unusual } from "./run-query.js";

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
   *   `onImport`: asked for by the menu
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
    urlState.on("list", () => this.#show()); // behind the list, which has taken the query by then
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
    closesByItself(menu);
    return menu;
  }

  /** @param {Partial<Query>} changes */
  #set(changes) {
    this.#list.setQuery(changes);
  }

  /** Show a query that may have come from elsewhere; a search that is being typed is left alone. */
  #show() {
    const { text } = this.#list.query;
    if (this.#search.value !== text) this.#search.value = text;
    this.#mark();
  }

  /** The menu's content is made when it opens: what one can group by depends on the runs. */
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
     * Two lists: what all runs have, then what differs between them; what is chosen by now is always there.
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
      return; // offline: the short list stays
    }
    lists([...this.#configs.difference(ids).keys()]);
  }

  /** Whether anything hides or reorders runs. */
  #mark() {
    const { query } = this.#list;
    const special =
      Object.keys(unusual({ ...query, text: USUAL.text, descending: USUAL.descending })).length > 0;
    find(this.#menu, ".menu-mark", HTMLElement).hidden = !special;
  }

  #showCount() {
    const { found, all } = this.#list.counts;
    this.#count.textContent = found === all ? String(all || "") : t("runs.found", { found, all });
  }
}

/** @type {Record<string, string>} */
const STATES_TEXTS = { active: "runs.active", starred: "runs.starred" };
