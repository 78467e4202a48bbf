/** Below the run list, while several runs are selected: what can be done with all of them. */

import { find, h, icon, iconButton } from "../page/dom.js";
import { closesByItself } from "../page/menu.js";
import { urlState } from "../state/address.js";
import { onLanguage, t } from "../words/i18n.js";

/**
 * @import { Run } from "../types.js"
 * @import { RunsLab } from "./run-table.js"
 */

/** Formats of a selection, then those of one run: ending and text of the link. */
const FORMATS = { csv: "export.csv", json: "export.json", html: "export.html" };
const RUN_FORMATS = {
  json: "export.config",
  py: "export.py",
  "torch.py": "export.torch",
  tfevents: "export.tfevents",
};

/** Runs of one export at most, as the server has it. */
const MAX_RUNS = 200;

export class RunBar {
  #element;
  #selection;
  #on;
  #actions;
  /** Follow what runs become while they are selected. */
  #update = () => {};

  /**
   * @param {HTMLElement} element
   * @param {Pick<RunsLab, "store" | "selection" | "actions">} lab
   * @param {{compare: (ids: string[]) => void, sweep: (ids: string[]) => void, showOnly: (ids: string[]) => void}} on
   */
  constructor(element, { store, selection, actions }, on) {
    this.#element = element;
    this.#selection = selection;
    this.#actions = actions;
    this.#on = on;
    selection.on("change", () => this.#draw());
    store.on("draw", () => this.#update());
    onLanguage(() => this.#draw());
  }

  #draw() {
    const ids = this.#selection.list();
    this.#element.hidden = ids.length < 2;
    if (ids.length < 2) return;
    const runs = ids.flatMap((id) => this.#actions.run(id) ?? []);
    /** @param {"archived" | "starred"} property */
    const all = (property) => ids.every((id) => this.#actions.run(id)?.[property]);
    const archive = iconButton("archive", t("runs.archive"), () =>
      this.#actions.archive(ids, !all("archived")),
    );
    this.#update = () => {
      archive.title = t(all("archived") ? "runs.unarchive" : "runs.archive");
      archive.setAttribute("aria-label", archive.title);
    };
    const active = document.activeElement;
    const focused = this.#element.contains(active) && active?.getAttribute("data-verb");
    /**
     * @param {string} name
     * @param {HTMLButtonElement} button
     */
    const verb = (name, button) => {
      button.setAttribute("data-verb", name);
      return button;
    };
    this.#element.replaceChildren(
      h("span", { className: "bar-count", role: "status" }, t("runs.selected", { n: ids.length })),
      verb(
        "compare",
        h(
          "button",
          { type: "button", className: "toggle", id: "compare", onclick: () => this.#on.compare(ids) },
          t("runs.compare"),
        ),
      ),
      verb(
        "sweep",
        h(
          "button",
          { type: "button", className: "toggle", id: "sweep", onclick: () => this.#on.sweep(ids) },
          t("runs.sweep"),
        ),
      ),
      exportLinks(runs),
      h(
        "span",
        { className: "bar-icons" },
        verb(
          "only",
          iconButton("eye", t("runs.show_only"), () => this.#on.showOnly(ids)),
        ),
        verb(
          "star",
          iconButton("star", t("runs.star"), () => this.#actions.change(ids, { starred: !all("starred") })),
        ),
        verb("archive", archive),
        verb(
          "remove",
          iconButton("trash", t("runs.delete"), () => this.#actions.remove(ids)),
        ),
        verb(
          "clear",
          iconButton("delete", t("runs.clear_selection"), () => this.#selection.clear()),
        ),
      ),
    );
    this.#update();
    if (focused) find(this.#element, `[data-verb="${focused}"]`, HTMLElement).focus();
  }
}

/**
 * A menu with a link for each format; a download needs nothing of the page but the report's dashes.
 * @param {Run[]} runs
 */
export function exportLinks(runs) {
  const ids = runs.map((run) => run.id).join(",");
  const report = () =>
    `api/exports/html?runs=${ids}${urlState.get("dash") ? `&dash=${encodeURIComponent(urlState.get("dash"))}` : ""}`;
  /**
   * @param {string} href
   * @param {string} key
   */
  const link = (href, key) => h("a", { href, download: "", className: "row-link" }, t(key));
  const menu = h(
    "details",
    { className: "menu up" },
    h("summary", { className: "toggle" }, icon("download"), t("export.title")),
  );
  if (runs.length > MAX_RUNS) {
    menu.append(h("p", { className: "card panel" }, t("export.most", { n: MAX_RUNS })));
    closesByItself(menu);
    return menu;
  }
  const panel = h(
    "div",
    { className: "card panel" },
    ...Object.entries(FORMATS).map(([format, key]) => link(`api/exports/${format}?runs=${ids}`, key)),
  );
  if (runs.length === 1)
    panel.append(
      ...Object.entries(RUN_FORMATS).map(([ending, key]) => link(`api/runs/${ids}/export.${ending}`, key)),
    );
  panel.addEventListener("click", () => (menu.open = false));
  menu.addEventListener("click", () => (find(panel, "[href*='/html?']", HTMLAnchorElement).href = report())); // "toggle" comes a task later
  menu.append(panel);
  closesByItself(menu);
  return menu;
}
