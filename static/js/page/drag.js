/** Dragging by a handle, with mouse, pen or finger. */

import { onKey } from "./keys.js";

/** Pixels before a press becomes a drag. */
const SLACK = 5;

/**
 * @param {PointerEvent} down the press on the handle
 * @param {HTMLElement} handle
 * @param {{over: (y: number) => void, drop: (y: number | null) => void}} on `over` while it is dragged, with the
 *   height in the window; `drop` at the end of a drag, null where it was taken back, as by Escape
 */
export function drag(down, handle, { over, drop }) {
  if (down.button !== 0) return;
  let dragging = false;
  const listening = new AbortController();
  handle.setPointerCapture(down.pointerId);
  /** @param {PointerEvent} event */
  const move = (event) => {
    dragging ||= Math.abs(event.clientY - down.clientY) > SLACK;
    if (dragging) over(event.clientY);
  };
  /** @param {Event} event */
  const end = (event) => {
    handle.removeEventListener("pointermove", move);
    handle.removeEventListener("pointerup", end);
    handle.removeEventListener("pointercancel", end);
    listening.abort();
    if (dragging) drop(event instanceof PointerEvent && event.type === "pointerup" ? event.clientY : null);
  };
  /** @param {KeyboardEvent} event */
  const takeBack = (event) => {
    if (event.key !== "Escape" || !dragging) return;
    event.preventDefault();
    event.stopPropagation();
    end(event);
  };
  handle.addEventListener("pointermove", move);
  handle.addEventListener("pointerup", end);
  handle.addEventListener("pointercancel", end);
  onKey(window, takeBack, { capture: true, signal: listening.signal });
}
