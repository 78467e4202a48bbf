/** The place of a control in the form, so that the focus can return to it when the form is drawn again. */

/**
 * The place of a control: its name, and for a radio button or a check box also its value.
 * @param {Element | null} element
 */
export function placeOf(element) {
  if (!(element instanceof HTMLElement)) return "";
  const [name, value] = ["name", "value"].map((attribute) => element.getAttribute(attribute));
  return element.dataset.field ? `${element.dataset.field}=${value}` : name || element.id;
}

/**
 * The control at a place, if the form has it.
 * @param {HTMLElement} form
 * @param {string} place
 * @returns {HTMLElement | null}
 */
export function controlAt(form, place) {
  if (!place) return null;
  const [field, value] = place.split("=");
  if (value !== undefined)
    return form.querySelector(`[data-field="${CSS.escape(field)}"][value="${CSS.escape(value)}"]`);
  const name = CSS.escape(place);
  return form.querySelector(`[name="${name}"], #${name}, [data-field="${name}"]:checked`);
}
