/** The look of a curve: its colour, line style and width, and their meaning. */

import { color, shade } from "../page/palette.js";
import { t } from "../words/i18n.js";

/**
 * @import { Run } from "../types.js"
 * @import { FigureOptions } from "./traces.js"
 * @import { Layer, Part, QuantityLine } from "./quantities.js"
 */

/**
 * What a line belongs to: a run, or a group of runs with the properties of a run.
 * @typedef {Pick<Run, "id" | "number" | "name" | "hue" | "annotations"> & Partial<Run>} RunOrGroup
 */

/**
 * The look of a line.
 * @typedef {{name: string, color: string, dash: string, width: number, symbol?: string | null, meaning?: string, value?: string}} CurveLook
 */

/**
 * Line styles for training, validation and test images. Each has its own pattern, so that they differ without colours.
 * @type {Record<Part, {dash: string, width: number}>}
 */
const STYLES = {
  train: { dash: "dot", width: 1.3 },
  validation: { dash: "dash", width: 1.5 },
  test: { dash: "solid", width: 2 },
};

/**
 * The look of a curve of one run, or of a group of runs.
 * @param {RunOrGroup} run
 * @param {Pick<QuantityLine, "part" | "layer">} line
 * @param {FigureOptions} options
 * @param {Run[]} runs the runs of the curve
 * @returns {CurveLook}
 */
export function lookOf(run, { part, layer }, { dark, bold, strokes, partNames, names }, runs) {
  const runName = names.get(run.id) ?? run.name;
  if (layer) {
    const paint = shade(layer.place, layer.count, dark);
    return { name: `${runName} · ${layerName(layer)}`, color: paint, dash: "solid", width: 1.6 * bold };
  }
  const name = part ? `${runName} · ${partNames[part]}` : runName;
  const paint = color(run.hue, dark);
  const { dash, width: thin } = STYLES[part ?? "test"];
  const width = thin * bold;
  if (!strokes) return { name, color: paint, dash, width };
  // Line styles show the value of a field. So curves of training images are pale instead of dotted, curves of validation
  // images are only thin, and neither has symbols.
  const { symbol, ...look } = strokes.lookOf(runs);
  const meaning = look.value && `${strokes.field} ${look.value}`;
  if (part === "train") return { name, meaning, ...look, color: pale(paint), width };
  if (part === "validation") return { name, meaning, ...look, color: paint, width };
  return { name, meaning, ...look, symbol, color: paint, width };
}

/** The name of a layer; the first and the last layer of a run are named so. @param {Layer} layer */
export function layerName({ name, place, count }) {
  const end =
    count > 1 && place === 0 ? "first_layer" : count > 1 && place === count - 1 ? "last_layer" : "layer";
  return t(`chart.${end}`, { layer: name });
}

/**
 * The `meta` of a trace that gets an entry in the legend of a saved picture.
 * @param {{id: string}} run
 * @param {string} series
 * @param {CurveLook} look
 */
export function named(run, series, { symbol, meaning }) {
  return { run: run.id, series, named: true, symbol, meaning };
}

/**
 * A transparent colour. (A trace with `opacity` would be painted separately, which takes several times as long.)
 * @param {string} hex
 * @param {boolean} dark
 */
export function faint(hex, dark) {
  return `${hex}${dark ? "48" : "40"}`;
}

/** A pale colour for less important curves. @param {string} hex */
function pale(hex) {
  return `${hex}99`;
}
