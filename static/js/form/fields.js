/**
 * Fields of the form: a label, a control, a place for an error, and a help text. They are made from the server's description of
 * a field: its kind, its bounds, its default.
 *
 * A control keeps the typed text. The server decides whether it is right, and its error is shown beside the field.
 */

import { find, h } from "../page/dom.js";
import { onInput } from "../page/keys.js";
import { DIGITS, Scale, STEPS } from "../scale.js";
import { t, withMinus } from "../words/i18n.js";
import { check } from "./check.js";
import { helpOf } from "./help.js";
import { asTyped, isSweep, typed } from "./values.js";

/**
 * @import { Field } from "../types.js"
 * @import { OneOrSeveral, Value } from "./values.js"
 */

/** A choice in a list. @typedef {string | number} Choice */

/** Controls that have the help text of their field as their description, for screen readers. */
export const DESCRIBED = "input:not([type=checkbox]), select, [role=radiogroup]";

let ids = 0;
/**
 * Box → a function that checks its text; see check.js.
 * @type {WeakMap<HTMLInputElement, () => ReturnType<typeof check>>}
 */
const checks = new WeakMap();

/**
 * The field with this name; the server describes all fields of the form.
 * @param {Field[]} fields
 * @param {string} name
 */
export function fieldNamed(fields, name) {
  const field = fields.find((other) => other.name === name);
  if (field) return field;
  throw new Error(`the server describes no field ${name}`);
}

/** The error of a box's text, or null. @param {HTMLInputElement} input */
export function problemOf(input) {
  return checks.get(input)?.() ?? null;
}

/**
 * A block for the field at `path`, such as "optimizer.learning_rate"; it shows the errors of this path and of paths below it.
 * @param {string} path
 * @param {string} key
 * @param {Field | null} field
 * @param {HTMLElement[]} controls
 */
export function block(path, key, field, ...controls) {
  const label = h("span", { className: "label", "data-key": key }, t(key));
  const error = h("span", { className: "error", role: "alert", id: `error-${path}` });
  return described(
    h("div", { className: "field", "data-field": path }, label, ...controls, error),
    key,
    field,
  );
}

/**
 * Add controls to the line of a block's label, at its right end.
 * @param {HTMLElement} element
 * @param {HTMLElement[]} controls
 */
export function besideLabel(element, ...controls) {
  const label = find(element, ":scope > .label", HTMLElement);
  const line = h("div", { className: "label-row" });
  label.replaceWith(line);
  line.append(label, ...controls);
  return element;
}

/** Put the label of a block on the same line as its controls. @param {HTMLElement} element */
export function inLine(element) {
  element.classList.add("in-line");
  return element;
}

/**
 * Add the help text of a field to an element around its controls.
 * @param {HTMLElement} element
 * @param {string} key
 * @param {Field | null} field
 */
export function described(element, key, field) {
  const help = helpOf(key, field);
  if (!help) return element;
  element.dataset.help = help;
  for (const control of element.querySelectorAll(DESCRIBED)) control.setAttribute("aria-description", help);
  return element;
}

/**
 * A box for a number, several numbers or a text.
 * @param {string} path
 * @param {string} key
 * @param {Field | null} field
 * @param {Value | undefined} value
 * @param {(value: OneOrSeveral<string | number> | null) => void} onchange
 */
export function box(path, key, field, value, onchange) {
  const text = field?.kind === "text";
  const input = h("input", {
    type: "text",
    name: path,
    value: asTyped(value),
    inputMode: text ? "text" : "decimal",
    spellcheck: false,
    placeholder: field?.nullable ? t("form.auto") : undefined,
    "aria-label": t(key),
    "data-label": key,
  });
  if (field) checks.set(input, () => check(input.value, field));
  onInput(input, () => onchange(text ? input.value : typed(input.value, field ?? undefined)));
  return input;
}

/**
 * A drop-down list; `name(choice)` is the text of a choice.
 * @param {string} path
 * @param {string} key
 * @template {Choice} Of
 * @param {Of[]} choices
 * @param {Of} value
 * @param {(choice: Of) => string} name
 * @param {(choice: string) => void} onchange
 */
export function select(path, key, choices, value, name, onchange) {
  const element = h("select", { name: path, "aria-label": t(key), "data-label": key });
  for (const choice of choices) element.append(h("option", { value: choice }, name(choice)));
  element.value = String(value);
  element.addEventListener("change", () => onchange(element.value));
  return element;
}

/**
 * A few choices side by side. They are radio buttons, so that arrow keys move between them.
 * @param {string} path
 * @param {string} key
 * @param {string[]} choices
 * @param {string} value
 * @param {(choice: string) => string} name
 * @param {(choice: string) => void} onchange
 */
export function segments(path, key, choices, value, name, onchange) {
  const group = h("div", {
    className: "segments",
    role: "radiogroup",
    "aria-label": t(key),
    "data-label": key,
  });
  const radios = `${path}-${ids++}`;
  for (const choice of choices) {
    const input = h("input", { type: "radio", name: radios, value: choice, checked: choice === value });
    input.dataset.field = path;
    input.addEventListener("change", () => onchange(choice));
    group.append(h("label", {}, input, h("span", {}, name(choice))));
  }
  return group;
}

const TICKS = 4;
/**
 * A logarithmic slider from 10^low to 10^high, and a box for any value. Each press of an arrow key changes the first digit of
 * the value by one.
 * @param {string} path
 * @param {string} key
 * @param {Field} field
 * @param {Value | undefined} value
 * @param {[low: number, high: number]} powers
 * @param {(value: OneOrSeveral<string | number> | null) => void} onchange
 * @returns {{text: HTMLInputElement, slider: HTMLElement}}
 */
export function logSlider(path, key, field, value, [low, high], onchange) {
  const scale = new Scale([10 ** low, 10 ** high], [0, STEPS * (high - low)], DIGITS);
  const text = box(path, key, field, value, (changed) => {
    place(changed);
    onchange(changed);
  });
  const slider = h("input", {
    type: "range",
    min: 0,
    max: STEPS * (high - low),
    step: 1,
    className: "log-slider",
    "aria-label": t(key),
    "data-label": key,
  });
  /** @param {Value | undefined} number */
  const place = (number) => {
    const where = isSweep(number) ? number.values[0] : number;
    if (typeof where === "number" && where > 0) slider.value = String(scale.place(where));
    slider.setAttribute("aria-valuetext", text.value);
  };
  onInput(slider, () => {
    const rounded = scale.value(Number(slider.value));
    text.value = asTyped(rounded);
    slider.setAttribute("aria-valuetext", text.value);
    onchange(rounded);
  });
  place(value);
  const ticks = h("div", { className: "ticks", "aria-hidden": "true" });
  for (let i = 0; i < TICKS; i++) {
    const exponent = low + ((high - low) * i) / (TICKS - 1);
    ticks.append(h("span", {}, "10", h("sup", {}, withMinus(String(exponent)))));
  }
  return { text, slider: h("div", { className: "slider" }, slider, ticks) };
}
