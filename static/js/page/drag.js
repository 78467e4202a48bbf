/** Dragging by a handle, with mouse, pen or finger. */

import { onKey } from "./keys.js";

/** A press becomes a drag when the pointer has moved by more than this many pixels. */
const MIN_DRAG = 5;

/**
 * Follow a pointer from its press on a handle until it is released, or the drag is cancelled.
 * @param {PointerEvent} press
 * @param {HTMLElement} handle
 * @param {{over: (y: number, x: number) => void, drop: (y: number | null, x: number) => void}} on `over` is called with
 *   the position in the window during the drag, `drop` at the end of it. If the drag was cancelled, by Escape or the
 *   browser, y is null and x is NaN.
 */
export function drag(press, handle, { over, drop }) {
  if (press.button !== 0) return;
  let dragging = false;
  const listening = new AbortController();
  const { signal } = listening;
  handle.setPointerCapture(press.pointerId);
  /** @param {number | null} y @param {number} x */
  const end = (y, x) => {
    listening.abort();
    if (dragging) drop(y, x);
  };
  /** Call a function for the events of this pointer: another finger does not take part. @param {(event: PointerEvent) => void} act */
  const ofPointer = (act) => (/** @type {PointerEvent} */ event) => {
    if (event.pointerId === press.pointerId) act(event);
  };
  const onMove = ofPointer(({ clientX, clientY }) => {
    dragging ||= Math.hypot(clientX - press.clientX, clientY - press.clientY) > MIN_DRAG;
    if (dragging) over(clientY, clientX);
  });
  const onEnd = ofPointer(({ clientX, clientY }) => end(clientY, clientX));
  const onCancel = ofPointer(() => end(null, NaN));
  /** @param {KeyboardEvent} event */
  const onEscape = (event) => {
    if (event.key !== "Escape" || !dragging) return;
    event.preventDefault();
    event.stopPropagation();
    end(null, NaN);
  };
  handle.addEventListener("pointermove", onMove, { signal });
  handle.addEventListener("pointerup", onEnd, { signal });
  handle.addEventListener("pointercancel", onCancel, { signal });
  window.addEventListener("lostpointercapture", onCancel, { signal }); // also if the handle is removed
  onKey(window, onEscape, { capture: true, signal });
}
