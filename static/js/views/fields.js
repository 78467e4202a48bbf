/**
 * Fields of the form: a label, a control, and room for an error. Made from the server's description of a field.
 *
 * A control keeps what was typed, as text: the server judges it, and what it says stands beside the field.
 */

import { h } from "../dom.js";
import { hasText, number, t } from "../i18n.js";

let ids = 0;

/** A block for the field at `path`, such as "optimizer.learning_rate"; errors of it and below it show here. */
export function block(path, key, ...controls) {
  const help = `${key}.help`;
  const label = h("span", { className: "label", "data-key": key }, t(key));
  if (hasText(help)) label.title = t(help);
  const error = h("span", { className: "error", role: "alert", id: `error-${path}` });
  return h("div", { className: "field", "data-field": path }, label, ...controls, error);
}

const THOUSANDS = /^-?\d{1,3}(,\d{3})+(\.\d*)?$/;

/** The value of a typed text: a number where it is one, else the text as it is (the server will say no). */
export function typed(text) {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  const value = Number(THOUSANDS.test(trimmed) ? trimmed.replaceAll(",", "") : trimmed);
  return Number.isFinite(value) && !/^0[xbo]/i.test(trimmed) ? value : trimmed;
}

/** A value as it is typed. */
export function shown(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number" && value !== 0 && Math.abs(value) < 1e-4) return value.toExponential();
  return String(value);
}

/** A box to type a number or a text into. */
export function box(path, key, value, onchange, { numeric = true, placeholder } = {}) {
  const input = h("input", {
    type: "text",
    name: path,
    value: shown(value),
    inputMode: numeric ? "decimal" : "text",
    spellcheck: false,
    placeholder,
    "aria-label": t(key),
    "data-label": key,
  });
  input.addEventListener("input", () => onchange(numeric ? typed(input.value) : input.value));
  return input;
}

/** One of many, as a drop-down list; `name(choice)` is what the reader sees. */
export function select(path, key, choices, value, name, onchange) {
  const element = h("select", { name: path, "aria-label": t(key), "data-label": key });
  for (const choice of choices) element.append(h("option", { value: choice }, name(choice)));
  element.value = value;
  element.addEventListener("change", () => onchange(element.value));
  return element;
}

/** One of few, side by side: radio buttons, so that arrow keys move between them. */
export function segments(path, key, choices, value, name, onchange) {
  const group = h("div", { className: "segments", role: "radiogroup", "aria-label": t(key), "data-label": key });
  const radios = `${path}-${ids++}`;
  for (const choice of choices) {
    const input = h("input", { type: "radio", name: radios, value: choice, checked: choice === value });
    input.dataset.field = path;
    input.addEventListener("change", () => onchange(choice));
    group.append(h("label", {}, input, h("span", {}, name(choice))));
  }
  return group;
}

const SLIDER = { low: -5, high: 1 };

/** A slider over powers of ten with a box beside the label for any value. */
export function logSlider(path, key, value, onchange) {
  const text = box(path, key, value, (changed) => {
    place(changed);
    onchange(changed);
  });
  const slider = h("input", {
    type: "range",
    min: SLIDER.low,
    max: SLIDER.high,
    step: 0.1,
    className: "log-slider",
    "aria-label": t(key),
    "data-label": key,
  });
  const place = (number) => {
    if (typeof number === "number" && number > 0) slider.value = Math.log10(number);
    slider.setAttribute("aria-valuetext", text.value);
  };
  slider.addEventListener("input", () => {
    const rounded = Number((10 ** Number(slider.value)).toPrecision(1));
    text.value = shown(rounded);
    slider.setAttribute("aria-valuetext", text.value);
    onchange(rounded);
  });
  place(value);
  const ticks = h("div", { className: "ticks", "aria-hidden": "true" });
  for (const exponent of ["−5", "−3", "−1"]) ticks.append(h("span", {}, "10", h("sup", {}, exponent)));
  ticks.append(h("span", {}, "10"));
  return { text, slider: h("div", { className: "slider" }, slider, ticks) };
}

/** Show an error at the field that it names, or at the nearest one above it; clears all others. */
export function showError(form, error) {
  for (const field of form.querySelectorAll(".field.wrong")) {
    field.classList.remove("wrong");
    field.querySelector(".error").textContent = "";
    for (const control of field.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
  }
  if (!error) return null;
  const blocks = [...form.querySelectorAll("[data-field].field")];
  const parts = error.field.split(".");
  let found = null;
  for (let length = parts.length; length > 0 && !found; length--) {
    const path = parts.slice(0, length).join(".");
    found = blocks.find((field) => field.dataset.field === path);
    found ??= blocks.find((field) => field.dataset.field.startsWith(`${path}.`));
  }
  found ??= form.querySelector(".field.general");
  found.classList.add("wrong");
  found.querySelector(".error").textContent = explain(error);
  found.querySelector(".error").title = error.message;
  const control = found.querySelector(`[name="${CSS.escape(error.field)}"]`) ?? found.querySelector("input, select");
  control?.setAttribute("aria-invalid", "true");
  control?.setAttribute("aria-describedby", `error-${found.dataset.field}`);
  found.closest("details")?.setAttribute("open", "");
  return control;
}

/** What is wrong, in the reader's language where the bound says it all, else in the server's words. */
function explain({ code, message, bounds }) {
  if (code !== "range") return hasText(`error.${code}`) ? t(`error.${code}`) : message;
  const parts = [];
  for (const name of ["minimum", "exclusive_minimum", "maximum"]) {
    if (name in bounds) parts.push(t(`bounds.${name}`, { n: number(bounds[name], { maximumSignificantDigits: 9 }) }));
  }
  return parts.length ? t("error.range", { bounds: parts.join(t("bounds.and")) }) : message;
}
