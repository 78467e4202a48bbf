/** Lets a name be typed where it stands: Enter or another focus keeps it, Escape brings the old one back. */

import { h } from "./dom.js";
import { onKey } from "./keys.js";

/**
 * @param {HTMLElement} shown gives way to the input while one types
 * @param {object} of
 * @param {string} of.value the name so far
 * @param {string} of.label of the input, for those who do not see it
 * @param {number} of.maxLength
 * @param {HTMLElement} of.back gets the focus afterwards
 * @param {(name: string) => void} onName called with the name, if it was kept
 */
export function renameInPlace(shown, { value, label, maxLength, back }, onName) {
  const input = h("input", { type: "text", value, maxLength });
  input.setAttribute("aria-label", label);
  let isOver = false;
  /** @param {boolean} isKept */
  const end = (isKept) => {
    if (isOver) return;
    isOver = true;
    input.replaceWith(shown);
    back.focus();
    if (isKept) onName(input.value.trim());
  };
  onKey(input, (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault(); // Escape ends the typing, not the dialog
    event.stopPropagation();
    end(event.key === "Enter");
  });
  input.addEventListener("blur", () => end(true));
  shown.replaceWith(input);
  input.select();
}
