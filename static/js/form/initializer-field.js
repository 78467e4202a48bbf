/** The field for the initial weights: one initializer with its settings, or several to compare, the same for all networks. */

import { h } from "../page/dom.js";
import { t } from "../words/i18n.js";
import { block, inLine } from "./fields.js";
import { settings } from "./settings.js";
import { several } from "./several.js";
import { alternatives } from "./values.js";

/** @import { FormContext } from "./form.js" */

/** @param {FormContext} form */
export function initializerField(form) {
  const { draft, options, redraw } = form;
  const [network] = draft.networks;
  const path = "network.initializer";
  const initializers = alternatives(network.initializer);
  /**
   * @param {string[]} names
   * @param {string} focus
   */
  const choose = (names, focus) => {
    draft.chooseInitializers(names);
    redraw(focus);
  };
  const names = initializers.map((initializer) => initializer.name);
  const controls = several(
    `${path}.name`,
    path,
    Object.keys(options.initializers),
    names,
    (name) => t(`initializer.${name}`),
    choose,
  );
  const boxes = settings(form, path, "initializer", initializers, options.initializers).map((element) =>
    element.querySelector("input"),
  );
  const pair = h("div", { className: "pair" }, controls[0], ...boxes, ...controls.slice(1));
  return inLine(block(path, path, null, pair));
}
