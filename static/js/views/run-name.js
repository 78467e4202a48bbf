/** A run's name: a narrow list breaks it between its pieces, "lr 0.01 · batch 16 · seed 3", and into no more than two lines. */

import { h } from "../dom.js";

const SEPARATOR = " · ";
/** Characters that two lines beside the sparkline have room for; a longer name takes its place. */
const SHORT = 24;

/** Put a name into an element; its text is the name as it is. */
export function putName(element, name) {
  if (element.textContent === name) return;
  element.classList.toggle("long", name.length > SHORT);
  const pieces = name.split(SEPARATOR);
  element.replaceChildren(...pieces.map((piece, i) => h("span", {}, i < pieces.length - 1 ? piece + SEPARATOR : piece)));
}
