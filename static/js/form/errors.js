/** What is wrong with an experiment, beside the fields that it is wrong in. */

import { h } from "../page/dom.js";
import { askWhich } from "../words/readings.js";
import { explain, worded } from "../words/reasons.js";
import { problemOf } from "./fields.js";

/**
 * Show an error at the field that it names, or at the nearest one above it, and what else is wrong with what was typed;
 * clears all others.
 */
export function showError(form, error) {
  for (const field of form.querySelectorAll(".field.wrong")) clear(field);
  if (!error) return null;
  // what was typed is not all that a refusal may be about: the server may be away
  const boxes = error.status === 422 ? [...form.querySelectorAll("input")].filter(problemOf) : [];
  for (const box of boxes)
    if (box.name !== error.field || problemOf(box).readings.length) mark(form, box.name, said(box));
  if (boxes.some((box) => box.name === error.field && problemOf(box).readings.length))
    return controlOf(form, error.field);
  return mark(form, error.field, [explain(error)]);
}

function said(box) {
  const { why, readings } = problemOf(box);
  if (!readings.length) return [worded(why)];
  return askWhich(box.value, readings, (reading) => {
    box.value = reading;
    box.dispatchEvent(new Event("input"));
    box.focus();
  });
}

function clear(field) {
  field.classList.remove("wrong");
  field.querySelector(":scope > .error").replaceChildren();
  for (const control of field.querySelectorAll("[aria-invalid]")) {
    control.removeAttribute("aria-invalid");
    control.removeAttribute("aria-describedby");
  }
}

/** Mark the field of a path; several things that are wrong in one block stand below each other. */
function mark(form, path, content) {
  const field = fieldOf(form, path.split("."));
  field.classList.add("wrong");
  const message = field.querySelector(":scope > .error");
  message.append(h("span", {}, ...content));
  const control = controlOf(form, path);
  control?.setAttribute("aria-invalid", "true");
  control?.setAttribute("aria-describedby", message.id);
  field.closest("details")?.setAttribute("open", "");
  return control;
}

function controlOf(form, path) {
  const field = fieldOf(form, path.split("."));
  return field.querySelector(`[name="${CSS.escape(path)}"]`) ?? field.querySelector("input, select");
}

/** Has the form the field that an error names? */
export function isIn(form, name) {
  return Boolean(form.querySelector(`[data-field="${CSS.escape(name)}"].field`));
}

function fieldOf(form, parts) {
  const blocks = [...form.querySelectorAll("[data-field].field")];
  for (let length = parts.length; length > 0; length--) {
    const path = parts.slice(0, length).join(".");
    const found =
      blocks.find((field) => field.dataset.field === path) ??
      blocks.find((field) => field.dataset.field.startsWith(`${path}.`));
    if (found) return found;
  }
  return form.querySelector(".field.general");
}
