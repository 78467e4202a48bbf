/** The output shapes of a network's layers, beside the layers of the form or as a list. */

import { h } from "../page/dom.js";
import { number, t } from "../words/i18n.js";

/** @import { LayerSummary } from "../types.js" */

/**
 * Show the output shape of each layer beside it; after a layer with an error, shapes are unknown.
 * @param {HTMLElement} element
 * @param {(string | undefined)[]} shapes
 */
export function showShapes(element, shapes) {
  for (const output of element.querySelectorAll("[data-shape]")) {
    const [, place] = /^network\.layers\.(\d+)$/.exec(String(output.getAttribute("data-shape"))) ?? [];
    if (place !== undefined) output.textContent = shapes[Number(place)] ?? "–";
  }
}

/** List entries for the layers of a preset. @param {LayerSummary[]} rows */
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
