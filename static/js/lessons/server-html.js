/** HTML of lessons as the server makes it from their texts, with figures and links that lead to what they speak of. */

import { h } from "../page/dom.js";
import { onKey } from "../page/keys.js";
import { t } from "../words/i18n.js";

/**
 * Where a figure or a link leads: a card, and a moment of a run. `selects`: whether the run is selected; a figure only opens what it
 * was measured in, as the text may go on with other runs.
 * @typedef {{card: string, run: string, moment: number | null, selects?: boolean}} Place
 */

/**
 * @param {string} html the server makes it from a lesson's file, in which all HTML is escaped; and DOMParser runs no scripts
 * @param {(place: Place) => void} show
 */
export function serverHtml(html, show) {
  const body = h("div", { className: "lesson-text" });
  body.append(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (body.querySelectorAll("[data-card]")))
    wire(element, show);
  return body;
}

/**
 * @param {HTMLElement} element
 * @param {(place: Place) => void} show
 */
function wire(element, show) {
  const { card = "", run = "", moment } = element.dataset;
  const selects = element.localName === "a";
  const go = () => show({ card, run, moment: moment ? Number(moment) : null, selects });
  element.setAttribute("role", "button");
  element.tabIndex = 0;
  element.title = t("lesson.to_evidence");
  element.addEventListener("click", (event) => {
    event.preventDefault();
    go();
  });
  onKey(element, (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    go();
  });
}
