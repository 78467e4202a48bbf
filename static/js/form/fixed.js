/** Fields of the form that cannot be changed now: they are disabled, and say why. */

/** Controls that change nothing: of the whole form, or what opens a view. */
const FREE = ".undo *, #look-data, #look-network, [aria-expanded]";

/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLButtonElement} Control */

/**
 * Say at a block of the form why it cannot be changed.
 * @param {HTMLElement} block
 * @param {string} reason
 * @returns {() => void} takes it back
 */
export function markFixed(block, reason) {
  const { title } = block;
  const { help } = block.dataset;
  block.title = block.dataset.help = reason;
  block.classList.add("fixed");
  return () => {
    block.classList.remove("fixed");
    block.title = title;
    if (help === undefined) delete block.dataset.help;
    else block.dataset.help = help;
  };
}

/**
 * Disable the controls of a block that can be used and change something.
 * @param {HTMLElement} block
 * @param {string} reason
 * @param {string} [except] a selector of controls that stay as they are
 * @returns {Map<Control, () => void>} what was disabled, with what enables it again
 */
export function disableControls(block, reason, except = "") {
  const free = [FREE, except].filter(Boolean).join();
  const all = /** @type {NodeListOf<Control>} */ (block.querySelectorAll("input, select, button"));
  const usable = [...all].filter((control) => !control.disabled && !control.matches(free));
  return new Map(usable.map((control) => [control, disable(control, reason)]));
}

/** @param {Control} control @param {string} reason */
function disable(control, reason) {
  const title = control.getAttribute("title");
  const description = control.getAttribute("aria-description");
  control.disabled = true;
  control.title = reason;
  control.setAttribute("aria-description", [description, reason].filter(Boolean).join(" "));
  return () => {
    control.disabled = false;
    for (const [name, value] of Object.entries({ title, "aria-description": description }))
      if (value === null) control.removeAttribute(name);
      else control.setAttribute(name, value);
  };
}
