/** Draws a part again whose elements have keys: the focus stays on what it was on. */

/**
 * @param {HTMLElement} part
 * @param {() => void} draw
 */
export function keepFocus(part, draw) {
  const focused = part.contains(document.activeElement) ? document.activeElement : null;
  const key = focused?.getAttribute("data-key");
  draw();
  if (!key || part.contains(document.activeElement)) return;
  const again = part.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (again instanceof HTMLElement) again.focus({ preventScroll: true });
}
