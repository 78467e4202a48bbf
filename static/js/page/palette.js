/**
 * Colours of runs: Okabe and Ito's palette, whose colours differ for every kind of colour vision, in a variant for light
 * and one for dark ground. Which of them a run has is decided in state/hues.js.
 */

const LIGHT = ["#0072b2", "#c27300", "#009e73", "#c7599b", "#4b5563", "#1c8cc0", "#c44f00", "#9c8b00"];
const DARK = ["#3d9be0", "#f0a830", "#1fc195", "#e08abf", "#b6bec9", "#6cc5f2", "#ff7d33", "#e6d84f"];
/** What the colours are called, in the same order. */
export const HUES = ["blue", "orange", "green", "pink", "grey", "sky", "vermilion", "yellow"];
/** Plotly's line styles. */
export const DASHES = ["solid", "dash", "dot", "dashdot"];

/**
 * @param {number} hue a place in `HUES`, counted around
 * @param {boolean} dark
 */
export function color(hue, dark) {
  const palette = dark ? DARK : LIGHT;
  return palette[hue % palette.length];
}

/**
 * The same for a style sheet, which goes with the theme by itself.
 * @param {number} hue
 */
export function cssColor(hue) {
  return `light-dark(${color(hue, false)}, ${color(hue, true)})`;
}
