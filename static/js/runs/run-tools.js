/** The tools above the run list: search, and a menu with state, sorting, grouping, archive and import. */

import { find, h, icon } from "../page/dom.js";
import { onInput, onKey } from "../page/keys.js";
import { lazy, retried } from "../page/lazy.js";
import { wireMenu } from "../page/menu.js";
import { urlState } from "../state/address.js";
import { onLanguage, t } from "../words/i18n.js";
import { changesFromDefault, DEFAULT_QUERY } from "./run-query.js";

/**
 * @import { RunsLab } from "./run-table.js"
 * @import { Query } from "./run-query.js"
 */

export class RunTools {
  #tools;
  #order;
  #lab;
  #onDown;
  #loadMenu = lazy(() => import("./run-menu.js"));
  /** @type {HTMLInputElement} */
  #search;
  #count;
  #menu;

  /**
   * @param {HTMLElement} tools
   * @param {Pick<RunsLab, "store" | "order" | "configs"> & {count: HTMLElement, onDown: () => void, onImport: () => void}} lab
   *   `onDown`: called by the arrow key that leads from the search into the list; `onImport`: by the menu's import button
   */
  constructor(tools, { store, order, configs, count, onDown, onImport }) {
    this.#tools = tools;
    this.#order = order;
    this.#lab = { order, store, configs, onImport };
    this.#onDown = onDown;
    this.#count = count;
    this.#search = this.#makeSearch();
    this.#menu = this.#makeMenu();
    order.on("arranged", () => this.#showCount());
    onLanguage(() => this.#draw());
    urlState.on("list", () => this.#show()); // the order listens before this, so it has the new query by now
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
    const { text } = this.#order.query;
    const search = h("input", {
      type: "search",
      id: "run-search",
      value: text,
      placeholder: t("runs.search"),
      title: t("runs.search_help"),
      "aria-label": t("runs.search_label"),
      maxLength: 200,
    });
    search.addEventListener("focus", () => this.#order.prepareSearch());
    onInput(search, () => this.#order.setQuery({ text: search.value }));
    onKey(search, (event) => {
      if (event.key === "Escape") {
        event.stopPropagation();
        if (search.value) this.#set({ text: "" });
        else search.blur();
      } else if (event.key === "ArrowDown") {
        event.preventDefault();
        this.#onDown();
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
    menu.addEventListener("toggle", async () => {
      if (menu.open) (await retried(this.#loadMenu)).fillMenu(menu, this.#lab);
    });
    wireMenu(menu);
    return menu;
  }

  /** @param {Partial<Query>} changes */
  #set(changes) {
    this.#order.setQuery(changes);
  }

  /** Show a query that may have come from the address. */
  #show() {
    const { text } = this.#order.query;
    if (this.#search.value !== text) this.#search.value = text;
    this.#mark();
  }

  /** Show a mark on the menu if the query hides, sorts or groups runs differently from the default. */
  #mark() {
    const { query } = this.#order;
    const isChanged = Object.keys(changesFromDefault({ ...query, text: DEFAULT_QUERY.text })).length > 0;
    find(this.#menu, ".menu-mark", HTMLElement).hidden = !isChanged;
  }

  #showCount() {
    const { found, all } = this.#order.counts;
    this.#count.textContent = found === all ? String(all || "") : t("runs.found", { found, all });
  }
}
