/** Makes a menu of a `details` element: it closes at a click outside of it and at Escape. */

import { onKey } from "./keys.js";

/** @param {HTMLDetailsElement} menu */
export function wireMenu(menu) {
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
  // A click opens the menu at once, but the event "toggle" comes a little later. An Escape may come between the two.
  menu.querySelector("summary")?.addEventListener("click", listen);
  menu.addEventListener("toggle", () => {
    if (menu.open) return listen();
    listening?.abort();
    listening = null;
  });
}
