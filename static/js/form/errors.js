/** What is wrong with an experiment, beside the field that it is wrong in. */

import { explain } from "../reasons.js";

/** Show an error at the field that it names, or at the nearest one above it; clears all others. */
export function showError(form, error) {
  const found = error && fieldOf(form, error.field.split("."));
  for (const field of form.querySelectorAll(".field.wrong")) {
    field.classList.remove("wrong");
    field.querySelector(":scope > .error").textContent = "";
    for (const control of field.querySelectorAll("[aria-invalid]")) {
      control.removeAttribute("aria-invalid");
      control.removeAttribute("aria-describedby");
    }
  }
  if (!error) return null;
  found.classList.add("wrong");
  const message = found.querySelector(":scope > .error");
  message.textContent = explain(error);
  const control = found.querySelector(`[name="${CSS.escape(error.field)}"]`) ?? found.querySelector("input, select");
  control?.setAttribute("aria-invalid", "true");
  control?.setAttribute("aria-describedby", message.id);
  found.closest("details")?.setAttribute("open", "");
  return control;
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
      blocks.find((field) => field.dataset.field === path) ?? blocks.find((field) => field.dataset.field.startsWith(`${path}.`));
    if (found) return found;
  }
  return form.querySelector(".field.general");
}
