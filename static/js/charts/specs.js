/**
 * Specs: the settings of charts as short texts for the address, such as `loss:smooth=0.6:log=y`. Settings that are missing or
 * wrong in a text have the defaults of the quantity.
 */

import { isQuantity, quantity } from "./quantities.js";

/**
 * The settings of a chart. `gap`: an accuracy chart shows the gap instead; `outliers`: the y axis includes outliers (see
 * crop.js).
 * @typedef {{quantity: string, smoothing: number, logX: boolean, logY: boolean, gap: boolean, outliers: boolean, marks: boolean}} Spec
 * The settings of a card that shows a view of networks instead, such as `view.weights:layer=2`: its kind and its options.
 * @typedef {{view: string, options: Record<string, string>}} ViewSpec
 */

/** The kinds of views; see views/cards.js. */
export const VIEWS = [
  "gradients",
  "weights",
  "units",
  "histograms",
  "maps",
  "confusion",
  "landscape",
  "digit",
  "boundary",
];
/** How a view begins in the address. */
export const VIEW = "view.";

export const MAX_SMOOTHING = 0.99;
/** The most charts; an address might ask for any number. */
export const MAX_CHARTS = 24;

/**
 * @param {string} name
 * @returns {Spec}
 */
export function makeSpec(name) {
  return {
    quantity: name,
    smoothing: quantity(name).smoothing ?? 0,
    logX: false,
    logY: quantity(name).log ?? false,
    gap: false,
    marks: true,
    outliers: false,
  };
}

/**
 * @param {string} text
 * @returns {Spec | null}
 */
export function readSpec(text) {
  const [name, ...options] = text.split(":");
  if (!isQuantity(name)) return null;
  const spec = makeSpec(name);
  for (const option of options) {
    const [key, value = ""] = option.split("=");
    const number = Number(value);
    const isSmoothing = key === "smooth" && quantity(name).smoothing !== undefined;
    if (isSmoothing && value && number >= 0 && number <= MAX_SMOOTHING) spec.smoothing = number;
    if (key === "log") Object.assign(spec, { logX: value.includes("x"), logY: value.includes("y") });
    if (key === "outliers") spec.outliers = true;
    if (key === "plain") spec.marks = false;
    if (key === "gap") spec.gap = name === "accuracy";
  }
  return spec;
}

/**
 * @param {string} text
 * @returns {ViewSpec | null}
 */
function readView(text) {
  const [name, ...options] = text.split(":");
  const view = name.slice(VIEW.length);
  if (!name.startsWith(VIEW) || !VIEWS.includes(view)) return null;
  return { view, options: Object.fromEntries(options.map((option) => option.split("=", 2))) };
}

/** @param {Spec | ViewSpec} spec */
export function writeSpec(spec) {
  if ("view" in spec) {
    const options = Object.entries(spec.options).map(([name, value]) => `:${name}=${value}`);
    return VIEW + spec.view + options.join("");
  }
  const defaults = makeSpec(spec.quantity);
  const parts = [spec.quantity];
  if (spec.smoothing !== defaults.smoothing) parts.push(`smooth=${spec.smoothing}`);
  if (spec.logX !== defaults.logX || spec.logY !== defaults.logY)
    parts.push(`log=${spec.logX ? "x" : ""}${spec.logY ? "y" : ""}`);
  if (spec.gap) parts.push("gap");
  if (spec.outliers) parts.push("outliers");
  if (!spec.marks) parts.push("plain");
  return parts.join(":");
}

/** The cards of an address, without those that do not exist. @param {string[]} texts */
export function readSpecs(texts) {
  return texts.flatMap((text) => readView(text) ?? readSpec(text) ?? []).slice(0, MAX_CHARTS);
}
