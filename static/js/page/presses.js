/** Presses of a button that may move meanwhile. */

/** A pointer that moves less than this between down and up, in pixels, has stayed. */
const STAYED = 8;

/**
 * Let a press count also if the button moves away from under a pointer that stays, as when an error above the button goes away.
 * A press that ends beside the button counts as little as usual.
 * @param {HTMLElement} button
 */
export function keepPresses(button) {
  let [downX, downY] = [NaN, NaN];
  button.addEventListener("pointerdown", ({ pointerId, clientX, clientY }) => {
    [downX, downY] = [clientX, clientY];
    button.setPointerCapture(pointerId);
  });
  button.addEventListener("click", (event) => {
    const { clientX, clientY, detail } = event;
    const isByPointer = detail > 0;
    const hasStayed = Math.hypot(clientX - downX, clientY - downY) < STAYED;
    if (isByPointer && !hasStayed && !button.contains(document.elementFromPoint(clientX, clientY)))
      event.preventDefault();
  });
}
