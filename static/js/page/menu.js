/** A `details` element that is a menu: it closes at a click elsewhere and at Escape. */

import { onKey } from "./keys.js";

/** @param {HTMLDetailsElement} menu */
export function closesByItself(menu) {
  /** @type {AbortController | null} */
  let listening = null;
  const listen = () => {
    if (listening) return;
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
        if (event.key !== "Escape" || !menu.open) return;
        menu.open = false;
        event.preventDefault(); // this Escape was for the menu, not for the selection
        menu.querySelector("summary")?.focus();
      },
      options,
    );
  };
  // The menu is open at once after a click, and says so by "toggle" a little later; an Escape may come between.
  menu.querySelector("summary")?.addEventListener("click", listen);
  menu.addEventListener("toggle", () => {
    if (menu.open) return listen();
    listening?.abort();
    listening = null;
  });
}
