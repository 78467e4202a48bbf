/** A `details` element that is a menu: it closes at a click elsewhere and at Escape. */

import { onKey } from "./keys.js";

/** @param {HTMLDetailsElement} menu */
export function closesByItself(menu) {
  /** @type {AbortController | null} */
  let listening = null;
  menu.addEventListener("toggle", () => {
    listening?.abort();
    if (!menu.open) return;
    listening = new AbortController();
    const options = { capture: true, signal: listening.signal };
    document.addEventListener(
      "click",
      (event) => {
        if (!(event.target instanceof Node && menu.contains(event.target))) menu.open = false;
      },
      options,
    );
    onKey(
      document,
      (event) => {
        if (event.key !== "Escape") return;
        menu.open = false;
        event.preventDefault(); // this Escape was for the menu, not for the selection
        menu.querySelector("summary")?.focus();
      },
      options,
    );
  });
}
