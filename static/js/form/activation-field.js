/** The activation of a network's hidden layers: one, or several to compare. */

import { t } from "../words/i18n.js";
import { segmentField } from "./segment-field.js";
import { alternatives, oneOrSeveral } from "./values.js";

/**
 * @import { DraftNetwork } from "./draft-document.js"
 * @import { FormContext } from "./form.js"
 */

/**
 * @param {FormContext} form
 * @param {DraftNetwork} network whose activation it is
 */
export function activationField({ options, redraw }, network) {
  const path = "network.activation";
  /**
   * @param {string[]} activations
   * @param {string} focus
   */
  const choose = (activations, focus) => {
    network.activation = oneOrSeveral(activations, activations);
    redraw(focus);
  };
  const chosen = alternatives(network.activation ?? "relu");
  return segmentField(path, path, options.activations, chosen, (name) => t(`activation.${name}`), choose);
}
