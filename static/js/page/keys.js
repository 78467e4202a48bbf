/**
 * Keys and typed text. While a user composes a word with an input method, as for Japanese, the keys and the unfinished text
 * belong to the input method: Enter confirms a conversion, and Escape cancels it. All parts of the page therefore listen to
 * keys and typed text through this file, which leaves out those of the input method.
 */

/** Safari sends the Enter that confirms a conversion after the composition, with this code and without `isComposing`. */
const INPUT_METHOD_KEY = 229;

/**
 * Whether a key belongs to the input method.
 * @param {KeyboardEvent} event
 */
function isComposing(event) {
  return event.isComposing || event.keyCode === INPUT_METHOD_KEY;
}

// Without this, the browser would empty a search box, or close a dialog, at an Escape for the input method.
addEventListener(
  "keydown",
  (event) => isComposing(event) && event.key === "Escape" && event.preventDefault(),
  true,
);

/**
 * Call `listener` for each pressed key that does not belong to the input method.
 * @param {EventTarget} target
 * @param {(event: KeyboardEvent) => void} listener
 * @param {AddEventListenerOptions} [options] its `signal` removes the listener
 */
export function onKey(target, listener, options) {
  const onKeydown = (/** @type {Event} */ event) => {
    if (event instanceof KeyboardEvent && !isComposing(event)) listener(event);
  };
  target.addEventListener("keydown", onKeydown, options);
}

/**
 * Whether a key is pressed with Ctrl, Alt or ⌘: the browser has uses for these, such as Alt+← to go back.
 * @param {KeyboardEvent} event
 */
export function isForBrowser({ ctrlKey, metaKey, altKey }) {
  return ctrlKey || metaKey || altKey;
}

/**
 * The step of an arrow key in a vertical list: up, down, or none.
 * @param {KeyboardEvent} event
 * @returns {-1 | 1 | null}
 */
export function arrowStep(event) {
  if (isForBrowser(event)) return null;
  return event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : null;
}

/**
 * The step of an arrow key in a horizontal row: to the left, to the right, or none.
 * @param {KeyboardEvent} event
 * @returns {-1 | 1 | null}
 */
export function arrowStepAcross(event) {
  if (isForBrowser(event)) return null;
  return event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : null;
}

/**
 * Whether a key is for undo (Ctrl+Z) or for redo (Shift+Ctrl+Z, or Ctrl+Y as on Windows).
 * @param {KeyboardEvent} event
 * @returns {"undo" | "redo" | null}
 */
export function undoOrRedo({ key, ctrlKey, metaKey, altKey, shiftKey }) {
  if (!(ctrlKey || metaKey) || altKey) return null;
  if (key.toLowerCase() === "z") return shiftKey ? "redo" : "undo";
  return key.toLowerCase() === "y" && !shiftKey ? "redo" : null;
}

/**
 * Whether a key launches something: Ctrl+Enter, but not behind a dialog.
 * @param {KeyboardEvent} event
 */
export function isLaunch({ key, ctrlKey, metaKey, repeat }) {
  return key === "Enter" && (ctrlKey || metaKey) && !repeat && !document.querySelector("dialog[open]");
}

/**
 * Call `listener` whenever the text of a box, or the position of a slider, has changed. While a word is composed with an
 * input method, it is called only when the word is complete.
 * @param {HTMLInputElement | HTMLTextAreaElement} input
 * @param {() => void} listener
 */
export function onInput(input, listener) {
  input.addEventListener("input", (event) => {
    if (!(event instanceof InputEvent && event.isComposing)) listener();
  });
  input.addEventListener("compositionend", () => listener());
}
