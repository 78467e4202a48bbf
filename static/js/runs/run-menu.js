/** The menu above the run list: restriction to a state, sorting, grouping, archive and import. */

import { h, setChoices } from "../page/dom.js";
import { t } from "../words/i18n.js";
import { listLabels } from "./run-columns.js";
import { DESCENDING, GROUPS, SORTS, STATES } from "./run-query.js";

/**
 * @import { RunsLab } from "./run-table.js"
 */

/** @type {Record<string, string>} */
const STATES_TEXTS = { active: "runs.active", starred: "runs.starred" };

/**
 * Make the content of the menu when it opens, because the fields for grouping depend on the runs.
 * @param {HTMLElement} menu
 * @param {Pick<RunsLab, "store" | "order" | "configs"> & {onImport: () => void}} lab
 */
export async function fillMenu(menu, { store, order, configs, onImport }) {
  const { query } = order;
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
  archived.addEventListener("change", () => order.setQuery({ archived: archived.checked }));
  const direction = h("button", {
    type: "button",
    className: "toggle",
    title: t("runs.descending"),
    "aria-label": t("runs.descending"),
  });
  const showDirection = () => {
    direction.textContent = order.query.descending ? "↓" : "↑";
    direction.setAttribute("aria-pressed", String(order.query.descending));
  };
  showDirection();
  direction.addEventListener("click", () => {
    order.setQuery({ descending: !order.query.descending });
    showDirection();
  });
  const state = choose("state", "runs.state", (chosen) => order.setQuery({ state: chosen }));
  const states = Object.keys(STATES).map(
    /** @returns {[string, string]} */ (name) => [name, t(STATES_TEXTS[name] ?? `status.${name}`)],
  );
  setChoices(state.select, [["", t("runs.all_states")], ...states], query.state);
  const sort = choose("sort", "runs.sort", (chosen) => {
    order.setQuery({ sort: chosen, descending: DESCENDING.has(chosen) });
    showDirection();
  });
  const group = choose("group", "runs.group", (chosen) => order.setQuery({ group: chosen }));
  /**
   * Fill the lists for sorting and grouping: fields that all runs have, fields that differ, and the chosen field.
   * @param {string[]} differing
   */
  const lists = (differing) => {
    const { query } = order;
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
      { type: "button", className: "toggle", id: "import", onclick: () => onImport() },
      t("runs.import"),
    ),
  );
  menu.querySelector(".panel")?.remove();
  menu.append(panel);
  const ids = store.list().map((run) => run.id);
  try {
    await configs.fetch(ids);
  } catch {
    return; // offline: without the fields that differ
  }
  lists([...configs.difference(ids).keys()]);
}
