/** The texts of a lesson, which the server has made into HTML. A click on a figure or a link in them shows what it is about. */

import { h } from "../page/dom.js";
import { onKey } from "../page/keys.js";
import { t } from "../words/i18n.js";

/**
 * What a figure or a link in a text is about. `card`: the question whose card is opened; `run`: the id or the name of a run;
 * `moment`: an iteration of it. `selects`: whether the run is selected too. A link selects its run; a figure does not, because the
 * text may go on with other runs.
 * @typedef {{card: string, run: string, moment: number | null, selects?: boolean}} Evidence
 */

/**
 * @param {string} html from the server, which escapes all HTML in a lesson's file; and DOMParser runs no scripts
 * @param {(evidence: Evidence) => void} show
 */
export function serverHtml(html, show) {
  const body = h("div", { className: "lesson-text" });
  body.append(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (body.querySelectorAll("[data-card]")))
    showOnClick(element, show);
  return body;
}

/**
 * Let an element show its evidence on a click, and with Enter and Space.
 * @param {HTMLElement} element with `data-card`, `data-run` and `data-moment`
 * @param {(evidence: Evidence) => void} show
 */
function showOnClick(element, show) {
  const { card = "", run = "", moment } = element.dataset;
  const selects = element.localName === "a";
  const showIt = () => show({ card, run, moment: moment ? Number(moment) : null, selects });
  element.setAttribute("role", "button");
  element.tabIndex = 0;
  element.title = t("lesson.to_evidence");
  element.addEventListener("click", (event) => {
    event.preventDefault();
    showIt();
  });
  onKey(element, (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    showIt();
  });
}
