/** The help line: it explains the field that has the focus or is under the mouse, with its bounds and its default. */

import { hasText, t } from "../words/i18n.js";
import { exact } from "../words/reasons.js";

/** @import { Field } from "../types.js" */

const NUMBERS = ["number", "integer", "integers"];

/**
 * The help text of a field, with its bounds and its default.
 * @param {string} key
 * @param {Field | null} field
 */
export function helpOf(key, field) {
  const parts = hasText(`${key}.help`) ? [t(`${key}.help`)] : [];
  if (field && NUMBERS.includes(field.kind)) {
    const bounds = range(field);
    if (bounds) parts.push(t("help.bounds", { bounds }));
    if (typeof field.default === "number") parts.push(t("help.default", { value: exact(field.default) }));
  }
  return parts.join(" ");
}

/** Bounds as short signs, because the help line has little room. @param {Field} field */
function range({ minimum, exclusive_minimum, maximum }) {
  /**
   * @param {number | null | undefined} value
   * @returns {value is number}
   */
  const isSet = (value) => value !== undefined && value !== null;
  if (isSet(minimum) && isSet(maximum)) return `${exact(minimum)}–${exact(maximum)}`;
  const ends = { ">": exclusive_minimum, "≥": minimum, "≤": maximum };
  return Object.entries(ends)
    .flatMap(([sign, value]) => (isSet(value) ? `${sign} ${exact(value)}` : []))
    .join(", ");
}

/**
 * Show in `line` the help text for the field under the mouse, or otherwise for the field that has the focus.
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
    const text = pointed ?? focused ?? t(form.classList.contains("forking") ? "fork.idle" : "help.idle");
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
