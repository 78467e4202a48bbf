/** A run's name where there may be too little room for it: it is cut before its last piece, such as "seed 3". */

import { h } from "../dom.js";

const SEPARATOR = " · ";
/** Characters of a last piece that is kept; a longer one would leave the first nothing. */
const SHORT = 12;

/** Put a name into an element; its text is the name as it is. */
export function putName(element, name) {
  if (element.textContent === name) return;
  const at = name.lastIndexOf(SEPARATOR);
  const kept = at > 0 && name.length - at <= SHORT + SEPARATOR.length ? at : name.length;
  element.replaceChildren(h("span", { className: "name-start" }, name.slice(0, kept)), h("span", { className: "name-end" }, name.slice(kept)));
}
