/**
 * The columns of the wide run list: their heads, which sort the list, and a menu in which a user chooses them. A column can
 * show any setting, and any result.
 */

import { h, icon, iconButton } from "../page/dom.js";
import { wireMenu } from "../page/menu.js";
import { urlState } from "../state/address.js";
import { hasText, onLanguage, t } from "../words/i18n.js";
import { labelsOf } from "../words/labels.js";
import { FIELDS } from "./run-fields.js";
import { DESCENDING } from "./run-query.js";

/**
 * @import { RunsLab } from "./run-table.js"
 * @import { RunList } from "./run-list.js"
 */

/** Fields that cannot be columns, because each row shows them anyway or because they are longer texts. */
const NO_COLUMNS = new Set(["name", "number", "tag", "notes", "launch", "is"]);

export class RunColumns {
  #element;
  #list;
  #store;
  #configs;

  /**
   * @param {HTMLElement} element the element for the heads
   * @param {HTMLElement} place the element for the menu
   * @param {RunList} list
   * @param {Pick<RunsLab, "store" | "configs">} lab
   */
  constructor(element, place, list, { store, configs }) {
    this.#element = element;
    this.#list = list;
    this.#store = store;
    this.#configs = configs;
    list.on("arranged", () => this.#mark());
    urlState.on("columns", () => this.#draw());
    let menu = this.#menu();
    place.append(menu);
    onLanguage(() => {
      const translated = this.#menu();
      menu.replaceWith(translated);
      menu = translated;
      this.#draw();
    });
    this.#draw();
  }

  #draw() {
    const columns = urlState.get("columns");
    const labels = listLabels(["name", ...columns]);
    const heads = [...labels].map(([name, label]) => this.#head(name, label));
    this.#element.parentElement?.style.setProperty("--columns", String(columns.length));
    this.#element.replaceChildren(h("span"), ...heads);
    this.#mark();
  }

  /**
   * @param {string} name
   * @param {string} label
   */
  #head(name, label) {
    const className = `column-head ${name}`;
    const head = h("button", { type: "button", className, title: label, "data-label": label });
    head.addEventListener("click", () => {
      const { sort, descending } = this.#list.query;
      this.#list.setQuery({ sort: name, descending: sort === name ? !descending : DESCENDING.has(name) });
      this.#mark();
    });
    return head;
  }

  /** Mark the column by which the list is sorted. */
  #mark() {
    const { sort, descending } = this.#list.query;
    for (const head of /** @type {NodeListOf<HTMLElement>} */ (
      this.#element.querySelectorAll(".column-head")
    )) {
      const isSorted = head.classList.contains(sort);
      head.setAttribute("aria-pressed", String(isSorted));
      head.textContent = `${head.dataset.label}${isSorted ? (descending ? " ↓" : " ↑") : ""}`;
    }
  }

  #menu() {
    const summary = h("summary", {
      className: "icon-button",
      title: t("runs.columns"),
      "aria-label": t("runs.columns"),
    });
    summary.append(icon("several"));
    const panel = h("div", { className: "card panel columns" });
    const menu = h("details", { className: "menu columns-menu" }, summary, panel);
    menu.addEventListener("toggle", () => menu.open && this.#fill(panel));
    wireMenu(menu);
    return menu;
  }

  /** Make the content of the menu when it opens, because the settings depend on the runs. @param {HTMLElement} panel */
  async #fill(panel) {
    const ids = this.#store.list().map((run) => run.id);
    const draw = () => {
      const differing = this.#configs.difference(ids.filter((id) => this.#configs.get(id)));
      const names = [
        ...new Set([
          ...urlState.get("columns"),
          ...Object.keys(FIELDS).filter((name) => !NO_COLUMNS.has(name)),
          ...differing.keys(),
          ...this.#configs.names,
        ]),
      ];
      panel.replaceChildren(...[...listLabels(names)].map(([name, label]) => this.#choice(name, label)));
    };
    draw();
    try {
      await this.#configs.fetch(ids);
    } catch {
      return; // offline: the menu keeps the settings that are fetched already
    }
    draw();
  }

  /**
   * @param {string} name
   * @param {string} label
   */
  #choice(name, label) {
    const box = h("input", {
      type: "checkbox",
      value: name,
      checked: urlState.get("columns").includes(name),
    });
    box.addEventListener("change", () => {
      const others = urlState.get("columns").filter((/** @type {string} */ other) => other !== name);
      urlState.set({ columns: box.checked ? [...others, name] : others });
    });
    return h("label", { className: "check" }, box, label);
  }
}

/**
 * The labels of fields in the list and in its menus: name → label; different fields have different labels.
 * @param {string[]} names
 * @returns {Map<string, string>}
 */
export function listLabels(names) {
  const labels = labelsOf(names);
  return new Map(
    names
      .filter(Boolean)
      .map((name) => [name, hasText(`table.${name}`) ? t(`table.${name}`) : String(labels.get(name))]),
  );
}

/**
 * Add the button that switches between the wide and the narrow list.
 * @param {Element} page
 * @param {HTMLElement} place
 */
export function wireWide(page, place) {
  /** @type {HTMLButtonElement | null} */
  let button = null;
  /** @param {boolean} wide */
  const show = (wide) => {
    button?.setAttribute("aria-pressed", String(wide));
    if (page.hasAttribute("data-wide") === wide) return;
    page.toggleAttribute("data-wide", wide);
    dispatchEvent(new Event("resize")); // the charts change their width
  };
  const draw = () => {
    button?.remove();
    button = iconButton("wide", t("runs.wide"), () => urlState.set({ wide: !urlState.get("wide") }));
    button.id = "wide";
    place.append(button);
    show(urlState.get("wide"));
  };
  onLanguage(draw);
  urlState.on("wide", show);
  draw();
}
