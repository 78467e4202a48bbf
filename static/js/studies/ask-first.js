/** A button that asks before it acts: the question takes its place until it is answered. */

import { h } from "../page/dom.js";
import { onKey } from "../page/keys.js";
import { t } from "../words/i18n.js";

/**
 * @param {HTMLButtonElement} button
 * @param {() => string} question
 * @param {() => string} yes the word for acting
 * @param {() => void} act
 */
export function askFirst(button, question, yes, act) {
  button.addEventListener("click", () => {
    const doIt = h("button", { type: "button", className: "toggle study-yes" }, yes());
    const no = h("button", { type: "button", className: "toggle" }, t("study.keep"));
    const asked = h(
      "span",
      { className: "study-question", role: "group" },
      h("span", {}, question()),
      doIt,
      no,
    );
    asked.setAttribute("aria-label", yes());
    const back = () => {
      asked.replaceWith(button);
      button.focus();
    };
    no.addEventListener("click", back);
    doIt.addEventListener("click", () => {
      back();
      act();
    });
    onKey(asked, (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault(); // Escape takes the question back, and does not close the dialog
      event.stopPropagation();
      back();
    });
    button.replaceWith(asked);
    no.focus();
  });
}
