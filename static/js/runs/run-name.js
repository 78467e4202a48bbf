/** A run's name: a line breaks between its pieces, "lr 0.01 · batch 16 · seed 3"; no part of it is cut off. */

import { h } from "../page/dom.js";

const SEPARATOR = " · ";
/** Characters that two lines beside the sparkline have room for; a longer name takes its place. */
const SHORT = 24;

/**
 * Put a name into an element; its text is the name as it is.
 * @param {HTMLElement} element
 * @param {string} name
 */
export function putName(element, name) {
  if (element.textContent === name) return;
  element.classList.toggle("long", name.length > SHORT);
  // a line more begins with its dot: at the end of the one before, it would need room there
  const pieces = name
    .split(SEPARATOR)
    .map((piece, i) => h("span", {}, i ? SEPARATOR.trimStart() + piece : piece));
  element.replaceChildren(...pieces.flatMap((piece, i) => (i ? [" ", piece] : [piece])));
}
