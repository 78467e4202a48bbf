/** The content of the menu in which a user chooses the columns of the wide run list: any setting, and any result. */

import { h } from "../page/dom.js";
import { urlState } from "../state/address.js";
import { listLabels } from "./run-columns.js";
import { FIELDS } from "./run-fields.js";

/** @import { RunsLab } from "./run-table.js" */

/** Fields that cannot be columns, because each row shows them anyway or because they are longer texts. */
const NO_COLUMNS = new Set(["name", "number", "tag", "notes", "launch", "is"]);

/**
 * Make the content of the menu when it opens, because the settings depend on the runs.
 * @param {HTMLElement} panel
 * @param {Pick<RunsLab, "store" | "configs">} lab
 */
export async function fillColumns(panel, { store, configs }) {
  const ids = store.list().map((run) => run.id);
  const draw = () => {
    const differing = configs.difference(ids.filter((id) => configs.get(id)));
    const names = [
      ...new Set([
        ...urlState.get("columns"),
        ...Object.keys(FIELDS).filter((name) => !NO_COLUMNS.has(name)),
        ...differing.keys(),
        ...configs.names,
      ]),
    ];
    panel.replaceChildren(...[...listLabels(names)].map(([name, label]) => choice(name, label)));
  };
  draw();
  try {
    await configs.fetch(ids);
  } catch {
    return; // offline: the menu keeps the settings that are fetched already
  }
  draw();
}

/**
 * @param {string} name
 * @param {string} label
 */
function choice(name, label) {
  const box = h("input", { type: "checkbox", value: name, checked: urlState.get("columns").includes(name) });
  box.addEventListener("change", () => {
    const others = urlState.get("columns").filter((/** @type {string} */ other) => other !== name);
    urlState.set({ columns: box.checked ? [...others, name] : others });
  });
  return h("label", { className: "check" }, box, label);
}
