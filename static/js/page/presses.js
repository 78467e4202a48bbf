/** Presses of a button that may move meanwhile. */

/** The edges of an element, in the page's pixels. @typedef {Pick<DOMRect, "left" | "right" | "top" | "bottom">} Edges */

/**
 * Let a press count also if the button moves away from under a pointer that stays, as when an error above the button goes away.
 * A press that ends beside the button counts as little as usual.
 * @param {HTMLElement} button
 */
export function keepPresses(button) {
  let pressed = button.getBoundingClientRect();
  button.addEventListener("pointerdown", ({ pointerId }) => {
    pressed = button.getBoundingClientRect();
    button.setPointerCapture(pointerId);
  });
  button.addEventListener("click", (event) => {
    const isByPointer = event.detail > 0;
    if (isByPointer && !isInside(pressed, event) && !isInside(button.getBoundingClientRect(), event))
      event.preventDefault();
  });
}

/**
 * Whether a click is inside an element. Its place is in whole pixels, those of an element need not be.
 * @param {Edges} edges
 * @param {{clientX: number, clientY: number}} click
 */
export function isInside({ left, right, top, bottom }, { clientX, clientY }) {
  return (
    clientX >= Math.floor(left) &&
    clientX <= Math.ceil(right) &&
    clientY >= Math.floor(top) &&
    clientY <= Math.ceil(bottom)
  );
}
