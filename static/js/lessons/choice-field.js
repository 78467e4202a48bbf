/** A question with a few answers of which one is chosen; also how sure one is. */

import { h } from "../page/dom.js";

/** @import { FieldOf } from "./question-field.js" */

/** Options whose texts are all at most this long stand two in a row. */
const SHORT = 16;

let groups = 0;

/** @type {FieldOf} */
export function choiceField({ id, options = [] }, { value, locked, change }) {
  const isShort = options.every(({ text }) => text.length <= SHORT);
  const group = h("div", { className: isShort ? "options short" : "options" });
  const name = `lesson-choice-${groups++}`;
  options.forEach((option, i) => {
    const input = h("input", {
      type: "radio",
      name,
      value: option.id,
      checked: option.id === value,
      disabled: locked,
    });
    if (i === 0) input.setAttribute("data-focus", id);
    input.addEventListener("change", () => change(option.id));
    group.append(h("label", {}, input, h("span", {}, option.text)));
  });
  return group;
}
