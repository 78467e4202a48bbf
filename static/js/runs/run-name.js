/** Shows the name of a run in full: lines break only between its pieces, "lr 0.01 · batch 16 · seed 3". */

import { h } from "../page/dom.js";

const SEPARATOR = " · ";
/** A name of at most this many characters fits in two lines beside the sparkline; for a longer name the sparkline is hidden. */
const MAX_SHORT_NAME = 24;

/**
 * Show a name in an element. The text of the element is exactly the name.
 * @param {HTMLElement} element
 * @param {string} name
 */
export function showName(element, name) {
  if (element.textContent === name) return;
  element.classList.toggle("long", name.length > MAX_SHORT_NAME);
  // the dot begins the next piece, because at the end of a line it would need space there
  const pieces = name
    .split(SEPARATOR)
    .map((piece, i) => h("span", {}, i ? SEPARATOR.trimStart() + piece : piece));
  element.replaceChildren(...pieces.flatMap((piece, i) => (i ? [" ", piece] : [piece])));
}
