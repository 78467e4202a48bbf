/**
 * The place of the focused control in the form, so that the focus can return to it when the form is drawn again.
 *
 * A place is one of: the name of a control; its id, if it has no name; or `field=value` of a radio button or check box with
 * `data-field`, as radio buttons get new names when they are drawn. Callers may also give `field` alone: the checked one of these.
 */

/**
 * Where the focus is: the place of the control, and for a text box the start and the end of the selected text.
 * @typedef {{place: string, selected?: [number | null, number | null]}} Focus
 */

/**
 * Where the focus is, if it is inside `part`; else the place is "".
 * @param {HTMLElement} part
 * @returns {Focus}
 */
export function focusIn(part) {
  const element = document.activeElement;
  if (!(element instanceof HTMLElement && part.contains(element))) return { place: "" };
  const [name, value] = [element.getAttribute("name"), element.getAttribute("value")];
  const place = element.dataset.field ? `${element.dataset.field}=${value}` : name || element.id;
  if (!(element instanceof HTMLInputElement && element.type === "text")) return { place };
  return { place, selected: [element.selectionStart, element.selectionEnd] };
}

/**
 * Focus the control at a place, if the form has it, and select the same part of its text. So typing goes on as if the form had
 * not been drawn again.
 * @param {HTMLElement} form
 * @param {Focus} focus
 */
export function focusAt(form, { place, selected }) {
  const control = controlAt(form, place);
  // a control in closed details cannot be focused
  control?.closest("details")?.setAttribute("open", "");
  control?.focus();
  if (selected && control instanceof HTMLInputElement) control.setSelectionRange(...selected);
}

/**
 * The control at a place, if the form has it.
 * @param {HTMLElement} form
 * @param {string} place
 * @returns {HTMLElement | null}
 */
function controlAt(form, place) {
  if (!place) return null;
  const [field, value] = place.split("=");
  if (value !== undefined)
    return form.querySelector(`[data-field="${CSS.escape(field)}"][value="${CSS.escape(value)}"]`);
  const name = CSS.escape(place);
  return form.querySelector(`[name="${name}"], #${name}, [data-field="${name}"]:checked`);
}
