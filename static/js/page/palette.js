/**
 * Colours of runs: Okabe and Ito's palette, whose colours differ for every kind of colour vision, in a variant for light
 * and one for dark ground. Which of them a run has is decided in state/hues.js.
 */

const LIGHT = ["#0072b2", "#c27300", "#009e73", "#c7599b", "#4b5563", "#1c8cc0", "#c44f00", "#9c8b00"];
const DARK = ["#3d9be0", "#f0a830", "#1fc195", "#e08abf", "#b6bec9", "#6cc5f2", "#ff7d33", "#e6d84f"];
/** The ends of a ramp of one hue, dark and light, each of which is seen on its ground. */
const RAMP = { light: ["#08306b", "#4f94cf"], dark: ["#3a7fc4", "#e3f1ff"] };
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

/**
 * A colour of a ramp of one hue, from its dark end to its light one.
 * @param {number} place from 0
 * @param {number} count of all colours
 * @param {boolean} dark
 */
export function shade(place, count, dark) {
  const [first, last] = dark ? RAMP.dark : RAMP.light;
  const share = count > 1 ? place / (count - 1) : 0;
  const parts = [1, 3, 5].map((at) => {
    const [from, to] = [first, last].map((hex) => Number.parseInt(hex.slice(at, at + 2), 16));
    return Math.round(from + share * (to - from))
      .toString(16)
      .padStart(2, "0");
  });
  return `#${parts.join("")}`;
}
