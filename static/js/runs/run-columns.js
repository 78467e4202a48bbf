/**
 * The columns of the wide run list: their heads, which sort the list, and the menu in which a user chooses them, whose content
 * is in `column-menu.js`.
 */

import { h, icon, iconButton } from "../page/dom.js";
import { lazy, retried } from "../page/lazy.js";
import { wireMenu } from "../page/menu.js";
import { urlState } from "../state/address.js";
import { hasText, onLanguage, t } from "../words/i18n.js";
import { labelsOf } from "../words/labels.js";
import { DESCENDING } from "./run-query.js";

/** @import { RunsLab } from "./run-table.js" */

export class RunColumns {
  #element;
  #lab;
  #loadMenu = lazy(() => import("./column-menu.js"));

  /**
   * @param {HTMLElement} element the element for the heads
   * @param {HTMLElement} place the element for the menu
   * @param {Pick<RunsLab, "store" | "order" | "configs">} lab
   */
  constructor(element, place, lab) {
    this.#element = element;
    this.#lab = lab;
    lab.order.on("arranged", () => this.#mark());
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
      const { sort, descending } = this.#lab.order.query;
      this.#lab.order.setQuery({
        sort: name,
        descending: sort === name ? !descending : DESCENDING.has(name),
      });
      this.#mark();
    });
    return head;
  }

  /** Mark the column by which the list is sorted. */
  #mark() {
    const { sort, descending } = this.#lab.order.query;
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
    menu.addEventListener("toggle", async () => {
      if (menu.open) (await retried(this.#loadMenu)).fillColumns(panel, this.#lab);
    });
    wireMenu(menu);
    return menu;
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
