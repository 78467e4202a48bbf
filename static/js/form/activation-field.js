/** The activation of a network's hidden layers: the usual ones side by side, all of them in a list, or several to compare. */

import { h } from "../page/dom.js";
import { t } from "../words/i18n.js";
import { block, segments, select } from "./fields.js";
import { several } from "./several.js";
import { alternatives, oneOrSeveral } from "./values.js";

/**
 * @import { DraftNetwork } from "./draft-document.js"
 * @import { FormContext } from "./form.js"
 */

/** The four that the lessons compare side by side. */
const FIRST_ACTIVATIONS = ["sigmoid", "tanh", "relu", "leaky_relu"];

/**
 * @param {FormContext} form
 * @param {DraftNetwork} network whose activation it is
 */
export function activationField(form, network) {
  const { options, redraw } = form;
  const path = "network.activation";
  /** @param {string} activation */
  const name = (activation) => t(`activation.${activation}`);
  const chosen = alternatives(network.activation ?? "relu");
  /**
   * @param {string[]} activations
   * @param {string} focus
   */
  const choose = (activations, focus) => {
    network.activation = oneOrSeveral(activations, activations);
    redraw(focus);
  };
  const single = chosen.length === 1 ? oneActivation(form, network, chosen[0], path, name) : [];
  return block(
    path,
    path,
    null,
    h(
      "div",
      { className: "pair" },
      ...several(path, path, options.activations, chosen, name, choose, { single }),
    ),
  );
}

/**
 * The first few side by side, and all of them in a list.
 * @param {FormContext} form
 * @param {DraftNetwork} network
 * @param {string} chosen
 * @param {string} path
 * @param {(activation: string) => string} name
 */
function oneActivation(form, network, chosen, path, name) {
  const { options, change, redraw } = form;
  const first = FIRST_ACTIVATIONS.includes(chosen)
    ? FIRST_ACTIVATIONS
    : [...FIRST_ACTIVATIONS.slice(0, 3), chosen];
  const buttons = segments(path, path, first, chosen, name, (activation) => {
    network.activation = activation;
    all.value = activation;
    change();
  });
  const all = select(path, path, options.activations, chosen, name, (activation) => {
    network.activation = activation;
    redraw(path);
  });
  all.classList.add("narrow");
  return [buttons, all];
}
