/** Help: what a choice means, what is legal and what is usual, in a line that follows the focus and the mouse. */

import { hasText, t } from "../words/i18n.js";
import { exact } from "../words/reasons.js";

/** @import { Field } from "../types.js" */

const NUMBERS = ["number", "integer", "integers"];

/**
 * What is said of a field, in two lines: its help, its bounds, its default.
 * @param {string} key
 * @param {Field | null} field
 */
export function helpOf(key, field) {
  const said = hasText(`${key}.help`) ? [t(`${key}.help`)] : [];
  if (field && NUMBERS.includes(field.kind)) {
    const bounds = range(field);
    if (bounds) said.push(t("help.bounds", { bounds }));
    if (typeof field.default === "number") said.push(t("help.default", { value: exact(field.default) }));
  }
  return said.join(" ");
}

/** Bounds in signs: an error has room for words, a line of help has not. @param {Field} field */
function range({ minimum, exclusive_minimum, maximum }) {
  /**
   * @param {number | null | undefined} value
   * @returns {value is number}
   */
  const there = (value) => value !== undefined && value !== null;
  if (there(minimum) && there(maximum)) return `${exact(minimum)}–${exact(maximum)}`;
  const ends = { ">": exclusive_minimum, "≥": minimum, "≤": maximum };
  return Object.entries(ends)
    .flatMap(([sign, value]) => (there(value) ? `${sign} ${exact(value)}` : []))
    .join(", ");
}

/**
 * Show, in `line`, the help of what is under the mouse, else of what has the focus.
 * @param {HTMLElement} form
 * @param {HTMLElement} line
 */
export function wireHelp(form, line) {
  /** @type {string | null | undefined} */
  let pointed = null;
  /** @param {EventTarget | null} element */
  const of = (element) =>
    element instanceof Element ? element.closest("[data-help]")?.getAttribute("data-help") : undefined;
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
