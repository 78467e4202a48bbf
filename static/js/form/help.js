/** Help: what a choice means, what is legal and what is usual, in a line that follows the focus and the mouse. */

import { hasText, number, t } from "../i18n.js";
import { boundsText } from "../reasons.js";

const NUMBERS = ["number", "integer", "integers"];

/** What is said of a field: its help, its bounds, its default, and that it takes several values. */
export function helpOf(key, field) {
  const said = hasText(`${key}.help`) ? [t(`${key}.help`)] : [];
  if (NUMBERS.includes(field?.kind)) {
    const bounds = boundsText(field);
    if (bounds) said.push(t("help.bounds", { bounds }));
    if (typeof field.default === "number") said.push(t("help.default", { value: number(field.default, { maximumSignificantDigits: 9 }) }));
    said.push(t("help.several"));
  }
  return said.join(" ");
}

/** Show, in `line`, the help of what is under the mouse, else of what has the focus. */
export function wireHelp(form, line) {
  let pointed = null;
  const of = (element) => element?.closest?.("[data-help]")?.dataset.help;
  const show = () => {
    const focused = form.contains(document.activeElement) ? of(document.activeElement) : null;
    const text = pointed ?? focused ?? t("help.idle");
    if (line.textContent !== text) line.textContent = text;
    line.title = text;
  };
  form.addEventListener("pointerover", (event) => {
    pointed = event.pointerType === "mouse" ? of(event.target) : null;
    show();
  });
  form.addEventListener("pointerleave", () => {
    pointed = null;
    show();
  });
  form.addEventListener("focusin", show);
  form.addEventListener("focusout", () => queueMicrotask(show));
  show();
}
