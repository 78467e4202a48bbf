/**
 * Colours of runs: Okabe and Ito's palette, whose colours differ for every kind of colour vision, in a variant for light
 * and one for dark ground. A run keeps its colour unless another is chosen for it; past eight runs the line style changes
 * too.
 */

const LIGHT = ["#0072b2", "#c27300", "#009e73", "#c7599b", "#4b5563", "#1c8cc0", "#c44f00", "#9c8b00"];
const DARK = ["#3d9be0", "#f0a830", "#1fc195", "#e08abf", "#b6bec9", "#6cc5f2", "#ff7d33", "#e6d84f"];
/** What the colours are called, in the same order. */
export const HUES = ["blue", "orange", "green", "pink", "grey", "sky", "vermilion", "yellow"];
export const DASHES = ["solid", "dash", "dot", "dashdot"];

/**
 * @param {number} index a run's `color`
 * @param {boolean} dark
 */
export function color(index, dark) {
  const palette = dark ? DARK : LIGHT;
  return palette[index % palette.length];
}

/**
 * The same for a style sheet, which goes with the theme by itself.
 * @param {number} index
 */
export function cssColor(index) {
  return `light-dark(${color(index, false)}, ${color(index, true)})`;
}

/**
 * A run's colour in words, as a place in `HUES`.
 * @param {number} index
 */
export function hueOf(index) {
  return index % HUES.length;
}

/**
 * A run's `color` when another of the palette is chosen for it; its line style stays.
 * @param {number} index
 * @param {number} hue
 */
export function withHue(index, hue) {
  return hue + HUES.length * round(index);
}

/**
 * A Plotly dash for the run's place in the palette's rounds.
 * @param {number} index
 */
export function dash(index) {
  return DASHES[round(index)];
}

/** @param {number} index */
function round(index) {
  return Math.floor(index / HUES.length) % DASHES.length;
}
