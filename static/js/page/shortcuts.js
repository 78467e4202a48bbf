/**
 * Keys for the whole page, in one table: the action of each key, and its line in the help (see help/help.js).
 *
 * Keys without Ctrl can be turned off in the help (WCAG 2.1.4), because speech input may type them by accident. They do
 * nothing while a user types a text. Space does nothing if a button has the focus, because it presses the button.
 */

import { closest } from "./dom.js";
import { isForBrowser, onKey, undoOrRedo } from "./keys.js";

/** Controls in which keys mean a text or a choice. */
export const TYPED_IN = "input:not([type=range], [type=checkbox], [type=radio]), textarea, select";
export const OFF = "shortcuts-off";
const isOff = () => window.kept.get(OFF) === "1";

/** @param {Record<"search" | "pause" | "projector" | "undo" | "redo" | "clear", () => unknown>} actions the action of each key, except help */
export function wireShortcuts({ search, pause, projector, clear, ...changes }) {
  /** @type {Record<string, {act: () => unknown, text: string}>} */
  const keys = {
    "/": { act: search, text: "keys.search" },
    " ": { act: pause, text: "keys.pause" },
    p: { act: projector, text: "keys.projector" },
    "?": { act: () => openHelp("keys"), text: "keys.help" },
  };
  /** The key that has acted last. */
  let held = "";
  /** @param {"keys"} [part] the part that is shown first */
  async function openHelp(part) {
    const help = await import("../help/help.js");
    if (!document.querySelector("dialog[open]")) help.openHelp(keys, part);
  }

  onKey(document, (event) => {
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const typing = closest(event, TYPED_IN);
    const command = undoOrRedo(event);
    if (command && !typing) {
      if (changes[command]()) event.preventDefault();
      return;
    }
    if (isForBrowser(event)) return;
    // an Escape that closes an open popover must not clear the selection
    if (event.key === "Escape") {
      if (!typing && !document.querySelector(":popover-open")) clear();
      return;
    }
    if (typing || isOff() || !(event.key in keys)) return;
    if (event.key === " " && closest(event, "button, a, summary, input")) return;
    // if the action has nothing to do, the key keeps its usual meaning: Space scrolls; a key that is held acts once
    const acts = event.repeat ? held === event.key : keys[event.key].act() !== false;
    held = acts ? event.key : "";
    if (acts) event.preventDefault();
  });
  return { openHelp };
}
