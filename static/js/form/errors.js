/** Shows the errors of an experiment beside their fields. */

import { find, h } from "../page/dom.js";
import { askWhich } from "../words/readings.js";
import { explain, reasonText } from "../words/reasons.js";
import { problemOf } from "./fields.js";

/**
 * @import { ApiError } from "../server/api.js"
 * @import { Why } from "../types.js"
 */

/**
 * The parts of an `ApiError` that are shown.
 * @typedef {Pick<ApiError, "field" | "status" | "why" | "message" | "bounds">} ShownError
 */

/**
 * Show an error at its field, or at the nearest field above it, and the errors of other typed texts. All earlier errors are
 * removed.
 * @param {HTMLElement} form
 * @param {ShownError | null} error
 * @returns {HTMLElement | null}
 */
export function showError(form, error) {
  for (const field of form.querySelectorAll(".field.wrong")) clear(field);
  if (!error) return null;
  // other errors, such as a server that does not answer, say nothing about the typed texts
  const boxes = error.status === 422 ? [...form.querySelectorAll("input")] : [];
  let isUnclear = false;
  for (const box of boxes) {
    const problem = problemOf(box);
    if (!problem) continue;
    const isNamed = box.name === error.field;
    if (!isNamed || problem.readings.length) mark(form, box.name, problemContent(box, problem));
    isUnclear ||= isNamed && problem.readings.length > 0;
  }
  return isUnclear ? controlOf(form, error.field) : mark(form, error.field, [explain(error)]);
}

/**
 * @param {HTMLInputElement} box
 * @param {{why: Why, readings: string[]}} problem
 */
function problemContent(box, { why, readings }) {
  if (!readings.length) return [reasonText(why)];
  return askWhich(box.value, readings, (reading) => {
    box.value = reading;
    box.dispatchEvent(new Event("input"));
    box.focus();
  });
}

/** @param {Element} field */
function clear(field) {
  field.classList.remove("wrong");
  find(field, ":scope > .error", HTMLElement).replaceChildren();
  for (const control of field.querySelectorAll("[aria-invalid]")) {
    control.removeAttribute("aria-invalid");
    control.removeAttribute("aria-describedby");
  }
}

/**
 * Mark the field of a path as wrong; if a block has several errors, they are below each other.
 * @param {HTMLElement} form
 * @param {string} path
 * @param {(Node | string)[]} content
 */
function mark(form, path, content) {
  const field = fieldOf(form, path.split("."));
  field.classList.add("wrong");
  const message = find(field, ":scope > .error", HTMLElement);
  message.append(h("span", {}, ...content));
  const control = controlOf(form, path);
  control?.setAttribute("aria-invalid", "true");
  control?.setAttribute("aria-describedby", message.id);
  field.closest("details")?.setAttribute("open", "");
  return control;
}

/**
 * @param {HTMLElement} form
 * @param {string} path
 */
function controlOf(form, path) {
  const field = fieldOf(form, path.split("."));
  const named = /** @type {HTMLElement | null} */ (field.querySelector(`[name="${CSS.escape(path)}"]`));
  return named ?? /** @type {HTMLElement | null} */ (field.querySelector("input, select"));
}

/**
 * Scroll to a field, or to the nearest field above it.
 * @param {HTMLElement} form
 * @param {string} path
 */
export function showField(form, path) {
  const field = fieldOf(form, path.split("."));
  field.closest("details")?.setAttribute("open", "");
  field.scrollIntoView({ block: "nearest" });
}

/**
 * Whether the form has a field with this name.
 * @param {HTMLElement} form
 * @param {string} name
 */
export function isIn(form, name) {
  return Boolean(form.querySelector(`[data-field="${CSS.escape(name)}"].field`));
}

/**
 * @param {HTMLElement} form
 * @param {string[]} parts
 */
function fieldOf(form, parts) {
  const blocks = /** @type {HTMLElement[]} */ ([...form.querySelectorAll("[data-field].field")]);
  for (let length = parts.length; length > 0; length--) {
    const path = parts.slice(0, length).join(".");
    const nearest =
      blocks.find((field) => field.dataset.field === path) ??
      blocks.find((field) => field.dataset.field?.startsWith(`${path}.`));
    if (nearest) return nearest;
  }
  return find(form, ".field.general", HTMLElement);
}
