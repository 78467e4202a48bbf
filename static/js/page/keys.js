/**
 * Keys and typed text, as the page reads them. While a word is composed with an input method, as for Japanese, the
 * keys and the half-typed text are the input method's: Enter confirms a conversion, Escape takes it back. So the page
 * listens to keys and to text here only.
 */

/** Safari reports the Enter that confirms a conversion after its end, with this code and without `isComposing`. */
const OF_INPUT_METHOD = 229;

/**
 * Does a key belong to the input method?
 * @param {KeyboardEvent} event
 */
function isComposing(event) {
  return event.isComposing || event.keyCode === OF_INPUT_METHOD;
}

// Nor are they the browser's: by itself it would empty a search box, or close a dialog, at that Escape.
addEventListener(
  "keydown",
  (event) => isComposing(event) && event.key === "Escape" && event.preventDefault(),
  true,
);

/**
 * Call `listener` with each key that is pressed and is the page's.
 * @param {EventTarget} target
 * @param {(event: KeyboardEvent) => void} listener
 * @param {AddEventListenerOptions} [options] `signal` ends it
 */
export function onKey(target, listener, options) {
  const heard = (/** @type {Event} */ event) => {
    if (event instanceof KeyboardEvent && !isComposing(event)) listener(event);
  };
  target.addEventListener("keydown", heard, options);
}

/**
 * Which way an arrow key moves something in a list: up, down, or not at all.
 * @param {KeyboardEvent} event
 * @returns {-1 | 1 | null}
 */
export function arrowStep({ key }) {
  return key === "ArrowUp" ? -1 : key === "ArrowDown" ? 1 : null;
}

/**
 * Which way an arrow key moves something in a line: to the left, to the right, or not at all.
 * @param {KeyboardEvent} event
 * @returns {-1 | 1 | null}
 */
export function arrowStepAcross({ key }) {
  return key === "ArrowLeft" ? -1 : key === "ArrowRight" ? 1 : null;
}

/**
 * Whether a key takes back the last change, or brings it again: Ctrl+Z and Shift+Ctrl+Z, or Ctrl+Y as on Windows.
 * @param {KeyboardEvent} event
 * @returns {"undo" | "redo" | null}
 */
export function undoOrRedo({ key, ctrlKey, metaKey, altKey, shiftKey }) {
  if (!(ctrlKey || metaKey) || altKey) return null;
  if (key.toLowerCase() === "z") return shiftKey ? "redo" : "undo";
  return key.toLowerCase() === "y" && !shiftKey ? "redo" : null;
}

/**
 * Call `listener` each time the text of a box, or the place of a slider, has changed; a word that is being composed
 * counts once it is complete.
 * @param {HTMLInputElement | HTMLTextAreaElement} input
 * @param {() => void} listener
 */
export function onInput(input, listener) {
  input.addEventListener("input", (event) => {
    if (!(event instanceof InputEvent && event.isComposing)) listener();
  });
  input.addEventListener("compositionend", () => listener());
}
