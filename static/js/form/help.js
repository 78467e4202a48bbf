/** Help: what a choice means, what is legal and what is usual, in a line that follows the focus and the mouse. */

import { hasText, t } from "../words/i18n.js";
import { exact } from "../words/reasons.js";

const NUMBERS = ["number", "integer", "integers"];

/** What is said of a field, in two lines: its help, its bounds, its default. */
export function helpOf(key, field) {
  const said = hasText(`${key}.help`) ? [t(`${key}.help`)] : [];
  if (NUMBERS.includes(field?.kind)) {
    const bounds = range(field);
    if (bounds) said.push(t("help.bounds", { bounds }));
    if (typeof field.default === "number") said.push(t("help.default", { value: exact(field.default) }));
  }
  return said.join(" ");
}

/** Bounds in signs: an error has room for words, a line of help has not. */
function range({ minimum, exclusive_minimum, maximum }) {
  const there = (value) => value !== undefined && value !== null;
  if (there(minimum) && there(maximum)) return `${exact(minimum)}–${exact(maximum)}`;
  return [
    [">", exclusive_minimum],
    ["≥", minimum],
    ["≤", maximum],
  ]
    .filter(([, value]) => there(value))
    .map(([sign, value]) => `${sign} ${exact(value)}`)
    .join(", ");
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
