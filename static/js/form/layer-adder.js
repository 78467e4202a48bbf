/** The drop-down list of all types of layers, which adds one to a network. */

import { t } from "../words/i18n.js";
import { select } from "./fields.js";

/** @import { Layer, Options } from "../types.js" */

/** The sizes of an added layer, for settings without a default. @type {Record<string, number>} */
const SIZES = { units: 20, filters: 16 };

/**
 * @param {Options} options
 * @param {string} name of the list
 * @param {{text: string, label: string}} texts the visible text of the list, and its label
 * @param {(layer: Layer) => void} add
 */
export function layerAdder(options, name, { text, label }, add) {
  const choose = select(
    name,
    "layer.add",
    ["", ...Object.keys(options.layers)],
    "",
    (type) => (type ? t(`layer.${type}`) : text),
    (type) => add(newLayer(options, type)),
  );
  choose.title = label;
  choose.setAttribute("aria-label", label);
  return choose;
}

/**
 * A new layer of a type; a residual block has a dense layer and an activation inside.
 * @param {Options} options
 * @param {string} type
 * @returns {Layer}
 */
function newLayer(options, type) {
  /** @type {Layer} */
  const layer = { type };
  for (const field of options.layers[type]) if (field.name in SIZES) layer[field.name] = SIZES[field.name];
  if (type === "activation") layer.name = "relu";
  if (type === "residual") layer.layers = ["dense", "activation"].map((inner) => newLayer(options, inner));
  return layer;
}
