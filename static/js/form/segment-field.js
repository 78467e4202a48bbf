/** A field with all its choices side by side; a button beside its label opens check boxes for several choices. */

import { besideLabel, block, segments } from "./fields.js";
import { several } from "./several.js";

/**
 * @param {string} path
 * @param {string} key
 * @param {string[]} choices
 * @param {string[]} chosen at least one
 * @param {(choice: string) => string} name the text of a choice
 * @param {(chosen: string[], focus: string) => void} choose also gets the place of the control that should have the focus
 * @param {string} [note] a text below the check boxes
 */
export function segmentField(path, key, choices, chosen, name, choose, note) {
  const singleChoice = () =>
    segments(path, key, choices, chosen[0], name, (choice) => choose([choice], `${path}=${choice}`));
  const single = chosen.length === 1 ? [singleChoice()] : [];
  const [control, button, panel] = several(path, key, choices, chosen, name, choose, { single, note });
  return besideLabel(block(path, key, null, control, panel), button);
}
