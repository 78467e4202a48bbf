/** Dragging by a handle, with mouse, pen or finger. */

import { onKey } from "./keys.js";

/** A press becomes a drag when the pointer has moved by more than this many pixels. */
const MIN_DRAG = 5;

/**
 * @param {PointerEvent} down the press on the handle
 * @param {HTMLElement} handle
 * @param {{over: (y: number, x: number) => void, drop: (y: number | null, x: number) => void}} on `over` is called with
 *   the position in the window during the drag, `drop` at the end of it; y is null if the drag was cancelled, as by Escape
 */
export function drag(down, handle, { over, drop }) {
  if (down.button !== 0) return;
  let dragging = false;
  const listening = new AbortController();
  handle.setPointerCapture(down.pointerId);
  /** @param {PointerEvent} event */
  const move = (event) => {
    dragging ||= Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) > MIN_DRAG;
    if (dragging) over(event.clientY, event.clientX);
  };
  /** @param {Event} event */
  const end = (event) => {
    handle.removeEventListener("pointermove", move);
    handle.removeEventListener("pointerup", end);
    handle.removeEventListener("pointercancel", end);
    listening.abort();
    if (!dragging) return;
    if (event instanceof PointerEvent && event.type === "pointerup") drop(event.clientY, event.clientX);
    else drop(null, NaN);
  };
  /** @param {KeyboardEvent} event */
  const cancel = (event) => {
    if (event.key !== "Escape" || !dragging) return;
    event.preventDefault();
    event.stopPropagation();
    end(event);
  };
  handle.addEventListener("pointermove", move);
  handle.addEventListener("pointerup", end);
  handle.addEventListener("pointercancel", end);
  onKey(window, cancel, { capture: true, signal: listening.signal });
}
