/**
 * The palette of runs for a light and for a dark background, similar to Okabe and Ito's. Each colour has a contrast of at
 * least 3 with its background, and any two differ for every kind of colour vision; a test measures this. The first eight are
 * used first. The second eight, another tone of each, are used if more than eight curves are shown. state/hues.js decides
 * which colour a run gets.
 */

const LIGHT = [
  ["#255d98", "#b2682b", "#008c72", "#e15fae", "#3b4454", "#209bdd", "#a84225", "#af9012"],
  ["#616e91", "#753b00", "#173b28", "#4f074b", "#595b68", "#0f4988", "#710002", "#949364"],
].flat();
const DARK = [
  ["#358ae2", "#f4ba3b", "#0ac382", "#ca88bb", "#b4bbc4", "#59d3fe", "#fe6200", "#e4ea7f"],
  ["#2a6ddc", "#966019", "#cefecf", "#a763a7", "#67696d", "#99f0ff", "#fc8f63", "#7c8e63"],
].flat();
/** The dark end and the light end of a colour ramp; both are visible on their background. */
const RAMP = { light: ["#08306b", "#4f94cf"], dark: ["#3a7fc4", "#e3f1ff"] };
/** The names of the first eight colours, among which a user can choose. */
export const HUES = ["blue", "orange", "green", "pink", "grey", "sky", "vermilion", "yellow"];
/** Plotly's line styles. */
export const DASHES = ["solid", "dash", "dot", "dashdot"];

/**
 * @param {number} hue the index of a colour in the palette, from 0; after the last colour comes the first again, as a data set
 *   may have more classes than there are colours
 * @param {boolean} dark
 */
export function color(hue, dark) {
  const palette = dark ? DARK : LIGHT;
  return palette[hue % palette.length];
}

/**
 * The same as a CSS colour, which follows the theme by itself.
 * @param {number} hue
 */
export function cssColor(hue) {
  return `light-dark(${color(hue, false)}, ${color(hue, true)})`;
}

/**
 * A colour of the ramp, from its dark end to its light end.
 * @param {number} place the index of the colour, from 0
 * @param {number} count how many colours the ramp has
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
