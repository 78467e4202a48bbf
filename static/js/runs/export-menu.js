/** A menu with a link for each format in which runs can be downloaded. */

import { find, h, icon } from "../page/dom.js";
import { wireMenu } from "../page/menu.js";
import { ApiError, api } from "../server/api.js";
import { urlState } from "../state/address.js";
import { t } from "../words/i18n.js";
import { explain } from "../words/reasons.js";

/** @import { Run } from "../types.js" */

/** Formats for several runs, and formats for one run: ending of the file → key of the link's text. */
const FORMATS = { csv: "export.csv", json: "export.json", html: "export.html" };
const RUN_FORMATS = {
  json: "export.config",
  py: "export.py",
  "torch.py": "export.torch",
  tfevents: "export.tfevents",
};

/** The most runs in one export; the server has the same limit. */
const MAX_RUNS = 200;

/**
 * The menu for these runs. The report also gets the field that the page shows by line styles.
 * @param {Run[]} runs
 */
export function exportMenu(runs) {
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
    wireMenu(menu);
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
  if (runs.length === 1 && runs[0].origin) askFirst(find(panel, "[href$='torch.py']", HTMLAnchorElement));
  panel.addEventListener("click", () => (menu.open = false));
  // not at "toggle", an event that comes only after the click
  menu.addEventListener("click", () => (find(panel, "[href*='/html?']", HTMLAnchorElement).href = report()));
  menu.append(panel);
  wireMenu(menu);
  return menu;
}

/**
 * Ask the lab for the file of a link before the browser saves it. If it refuses, such as for a fork that a script cannot make,
 * the reason is shown in place of the link.
 * @param {HTMLAnchorElement} link
 */
function askFirst(link) {
  let isAllowed = false;
  let isAsked = false;
  link.addEventListener("click", async (event) => {
    if (isAllowed) return;
    event.preventDefault();
    event.stopPropagation(); // the menu stays open
    if (isAsked) return;
    isAsked = true;
    try {
      await api.demandFile(link.href);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      link.replaceWith(h("p", { className: "error", role: "alert" }, explain(error)));
      return;
    }
    isAllowed = true;
    link.click();
  });
}
