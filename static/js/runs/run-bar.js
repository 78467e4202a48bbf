/** The bar below the run list, with commands for the selected runs. It is visible while several runs are selected. */

import { find, h, iconButton } from "../page/dom.js";
import { loadStyle } from "../page/style.js";
import { onLanguage, t } from "../words/i18n.js";
import { exportMenu } from "./export-menu.js";
import { COMMANDS } from "./run-actions.js";
import { makeTagMenu } from "./tag-menu.js";

/** @import { RunsLab } from "./run-table.js" */

await loadStyle("card");

export class RunBar {
  #element;
  #selection;
  #on;
  #actions;
  /** Updates the buttons when the selected runs change. */
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
    this.#draw();
  }

  #draw() {
    const ids = this.#selection.list();
    this.#element.hidden = ids.length < 2;
    if (ids.length < 2) {
      this.#update = () => {};
      return;
    }
    const active = document.activeElement;
    const focused = this.#element.contains(active) && active?.getAttribute("data-verb");
    const tags = makeTagMenu(ids, this.#actions);
    const commands = Object.keys(COMMANDS).map((name) => this.#command(name, ids));
    const icons = this.#icons(ids);
    const runs = ids.flatMap((id) => this.#actions.run(id) ?? []);
    const clear = verb(
      "clear",
      iconButton("delete", t("runs.clear_selection"), () => this.#selection.clear()),
    );
    this.#element.replaceChildren(
      h(
        "header",
        { className: "card-head" },
        h("h2", { className: "bar-count", role: "status" }, t("runs.selected", { n: ids.length })),
        h("div", { className: "controls" }, clear),
      ),
      h("div", { className: "bar-row" }, ...commands.map(({ button }) => button)),
      h(
        "div",
        { className: "bar-row" },
        this.#view("compare", ids),
        this.#view("sweep", ids),
        exportMenu(runs),
      ),
      h("div", { className: "bar-row" }, tags.element, ...icons.buttons),
    );
    this.#update = () => {
      for (const { update } of commands) update();
      tags.update();
      icons.update();
    };
    this.#update();
    if (focused) find(this.#element, `[data-verb="${focused}"]`, HTMLElement).focus();
  }

  /**
   * A button for a command. It shows for how many of the runs the command is possible, if not for all.
   * @param {string} name
   * @param {string[]} ids
   */
  #command(name, ids) {
    const onclick = () => this.#actions.commandAll(ids, name);
    const button = verb(name, h("button", { type: "button", className: "toggle", onclick }));
    button.toggleAttribute("data-launches", name === "resume");
    const update = () => {
      const { length } = this.#actions.ready(ids, name);
      const text = t(`runs.${name}`);
      const label = length && length < ids.length ? `${text} (${length})` : text;
      if (button.textContent !== label) button.textContent = label;
      button.disabled = !length;
    };
    return { button, update };
  }

  /**
   * @param {"compare" | "sweep"} name
   * @param {string[]} ids
   */
  #view(name, ids) {
    const onclick = () => this.#on[name](ids);
    return verb(
      name,
      h("button", { type: "button", className: "toggle", id: name, onclick }, t(`runs.${name}`)),
    );
  }

  /** @param {string[]} ids */
  #icons(ids) {
    /** @param {"archived" | "starred"} property */
    const all = (property) => ids.every((id) => this.#actions.run(id)?.[property]);
    const archive = iconButton("archive", "", () => this.#actions.archive(ids, !all("archived")));
    const star = iconButton("star", t("runs.star"), () =>
      this.#actions.change(ids, { starred: !all("starred") }),
    );
    const buttons = [
      verb(
        "only",
        iconButton("eye", t("runs.show_only"), () => this.#on.showOnly(ids)),
      ),
      verb("star", star),
      verb("archive", archive),
      verb(
        "remove",
        iconButton("trash", t("runs.delete"), () => this.#actions.remove(ids)),
      ),
    ];
    const update = () => {
      star.setAttribute("aria-pressed", String(all("starred")));
      archive.title = t(all("archived") ? "runs.unarchive" : "runs.archive");
      archive.setAttribute("aria-label", archive.title);
    };
    return { buttons, update };
  }
}

/**
 * Mark a button with its command, so that the focus can return to it when the bar is drawn again.
 * @param {string} name
 * @param {HTMLButtonElement} button
 */
function verb(name, button) {
  button.setAttribute("data-verb", name);
  return button;
}
