/** What a curve looks like: its colour, dash and width, and what they mean. */

import { color, shade } from "../page/palette.js";
import { t } from "../words/i18n.js";

/**
 * @import { Run } from "../types.js"
 * @import { FigureHow } from "./traces.js"
 * @import { Layer, Part, QuantityLine } from "./quantities.js"
 */

/**
 * Who a line belongs to: a run, or a group as if it were one.
 * @typedef {Pick<Run, "id" | "number" | "name" | "hue" | "annotations"> & Partial<Run>} Owner
 */

/**
 * What a line looks like.
 * @typedef {{name: string, color: string, dash: string, width: number, symbol?: string | null, meaning?: string, value?: string}} CurveLook
 */

/**
 * How lines on different images are drawn: each has its own pattern, so that no colour is needed to tell them apart.
 * @type {Record<Part, {dash: string, width: number}>}
 */
const STYLES = {
  train: { dash: "dot", width: 1.3 },
  validation: { dash: "dash", width: 1.5 },
  test: { dash: "solid", width: 2 },
};

/**
 * What a curve of a run looks like, or one that stands for several.
 * @param {Owner} run
 * @param {Pick<QuantityLine, "part" | "layer">} line
 * @param {FigureHow} how
 * @param {Run[]} runs that it stands for
 * @returns {CurveLook}
 */
export function lookOf(run, { part, layer }, { dark, bold, strokes, partNames, names }, runs) {
  const called = names.get(run.id) ?? run.name;
  if (layer) {
    const paint = shade(layer.place, layer.count, dark);
    return { name: `${called} · ${layerName(layer)}`, color: paint, dash: "solid", width: 1.6 * bold };
  }
  const name = part ? `${called} · ${partNames[part]}` : called;
  const paint = color(run.hue, dark);
  const { dash, width: thin } = STYLES[part ?? "test"];
  const width = thin * bold;
  if (!strokes) return { name, color: paint, dash, width };
  // Dashes stand for the value. So curves on training images are pale instead, those on validation images only thin, and
  // both have no symbols.
  const { symbol, ...look } = strokes.lookOf(runs);
  const meaning = look.value && `${strokes.field} ${look.value}`;
  if (part === "train") return { name, meaning, ...look, color: pale(paint), width };
  if (part === "validation") return { name, meaning, ...look, color: paint, width };
  return { name, meaning, ...look, symbol, color: paint, width };
}

/** What a layer is called among all of a run. @param {Layer} layer */
export function layerName({ name, place, count }) {
  const end =
    count > 1 && place === 0 ? "first_layer" : count > 1 && place === count - 1 ? "last_layer" : "layer";
  return t(`chart.${end}`, { layer: name });
}

/**
 * What a trace is of that a picture's legend names, with what its dash and symbol say.
 * @param {{id: string}} run
 * @param {string} series
 * @param {CurveLook} look
 */
export function named(run, series, { symbol, meaning }) {
  return { run: run.id, series, named: true, symbol, meaning };
}

/**
 * A colour that lets the ground through. (A see-through trace would be painted apart, at several times the cost.)
 * @param {string} hex
 * @param {boolean} dark
 */
export function faint(hex, dark) {
  return `${hex}${dark ? "48" : "40"}`;
}

/** What is beside the matter, but read. @param {string} hex */
function pale(hex) {
  return `${hex}99`;
}
