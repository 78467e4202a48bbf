/** The list of all kinds of layers, from which one is added to a network. */

import { t } from "../words/i18n.js";
import { select } from "./fields.js";

/** @import { Layer, Options } from "../types.js" */

/** Sizes of a layer that is added and has none by default. @type {Record<string, number>} */
const SIZES = { units: 20, filters: 16 };

/**
 * @param {Options} options
 * @param {string} name of the list
 * @param {{text: string, label: string}} said what stands there, and what it is called
 * @param {(layer: Layer) => void} add
 */
export function layerAdder(options, name, { text, label }, add) {
  const choose = select(
    name,
    "layer.add",
    ["", ...Object.keys(options.layers)],
    "",
    (type) => (type ? t(`layer.${type}`) : text),
    (type) => add(freshLayer(options, type)),
  );
  choose.title = label;
  choose.setAttribute("aria-label", label);
  return choose;
}

/**
 * A layer as it is added: a residual block with a dense layer and its activation.
 * @param {Options} options
 * @param {string} type
 * @returns {Layer}
 */
function freshLayer(options, type) {
  /** @type {Layer} */
  const layer = { type };
  for (const field of options.layers[type]) if (field.name in SIZES) layer[field.name] = SIZES[field.name];
  if (type === "activation") layer.name = "relu";
  if (type === "residual") layer.layers = ["dense", "activation"].map((inner) => freshLayer(options, inner));
  return layer;
}
