/** The output shapes of a network's layers, beside the layers of the form or as a list. */

import { h } from "../page/dom.js";
import { number, t } from "../words/i18n.js";

/** @import { LayerSummary } from "../types.js" */

/**
 * Put what each layer gives beside it; those without a shape have not got that far.
 * @param {HTMLElement} element
 * @param {(string | undefined)[]} shapes
 */
export function showShapes(element, shapes) {
  for (const output of element.querySelectorAll("[data-shape]")) {
    const [, place] = /^network\.layers\.(\d+)$/.exec(String(output.getAttribute("data-shape"))) ?? [];
    if (place !== undefined) output.textContent = shapes[Number(place)] ?? "–";
  }
}

/** The layers of a preset, to be read. @param {LayerSummary[]} rows */
export function layerSummary(rows) {
  return rows.map(({ type, output_shape: shape, parameters }) =>
    h(
      "li",
      { "data-help": t(`layer.${type}.help`) },
      h("span", { className: "layer-type" }, t(`layer.${type}`)),
      h("span", { className: "layer-shape" }, shape.join("×")),
      h("span", { className: "layer-parameters" }, parameters ? number(parameters) : ""),
    ),
  );
}
