/** A field with all its choices side by side; a button beside its label lets one compare several. */

import { besideLabel, block, segments } from "./fields.js";
import { several } from "./several.js";

/**
 * @param {string} path
 * @param {string} key
 * @param {string[]} choices
 * @param {string[]} chosen one at least
 * @param {(choice: string) => string} name what the reader sees
 * @param {(chosen: string[], focus: string) => void} choose with the name of the control that is to have the focus
 * @param {string} [note] said below the boxes of several
 */
export function segmentField(path, key, choices, chosen, name, choose, note) {
  const one = () =>
    segments(path, key, choices, chosen[0], name, (choice) => choose([choice], `${path}=${choice}`));
  const single = chosen.length === 1 ? [one()] : [];
  const [control, button, panel] = several(path, key, choices, chosen, name, choose, { single, note });
  return besideLabel(block(path, key, null, control, panel), button);
}
