/** Colour scales and number formats of views. No document, no state. */

import { notFinite, withMinus } from "../words/i18n.js";

/** A colour as red, green and blue from 0 to 255. @typedef {[number, number, number]} Rgb */

/**
 * The scale for sizes, from nothing (the colour of a card) to the most: green to blue on light, and to a pale yellow on dark
 * ground. Its lightness rises or falls evenly, so it can be read without colours too.
 * @type {Record<"light" | "dark", Rgb[]>}
 */
const SIZES = {
  light: [
    [255, 255, 255],
    [214, 238, 229],
    [140, 204, 192],
    [62, 146, 152],
    [22, 84, 110],
    [8, 36, 62],
  ],
  dark: [
    [22, 28, 38],
    [26, 60, 78],
    [30, 108, 118],
    [80, 164, 130],
    [172, 212, 120],
    [250, 244, 170],
  ],
};

/**
 * The scale for signed values: blue below, orange above, the colour of a card at 0.
 * @type {Record<"light" | "dark", Rgb[]>}
 */
const SIGNED = {
  light: [
    [6, 82, 140],
    [98, 164, 212],
    [255, 255, 255],
    [236, 152, 82],
    [176, 66, 6],
  ],
  dark: [
    [120, 190, 250],
    [40, 96, 150],
    [22, 28, 38],
    [150, 78, 24],
    [255, 160, 80],
  ],
};

/**
 * The colour at a share of a scale.
 * @param {Rgb[]} scale
 * @param {number} share from 0 to 1; what is beyond is at the end
 * @returns {Rgb}
 */
function at(scale, share) {
  const place = Math.max(0, Math.min(1, share)) * (scale.length - 1);
  const below = Math.min(Math.floor(place), scale.length - 2);
  const part = place - below;
  const mixed = scale[below].map((from, i) => Math.round(from + part * (scale[below + 1][i] - from)));
  return /** @type {Rgb} */ (mixed);
}

/**
 * The colour of a size. @param {number} share 0: nothing, 1: the most
 * @param {boolean} dark
 */
export function sizeColor(share, dark) {
  return at(dark ? SIZES.dark : SIZES.light, Number.isNaN(share) ? 0 : share);
}

/**
 * The colour of a signed value. @param {number} share from −1 to 1
 * @param {boolean} dark
 */
export function signedColor(share, dark) {
  return at(dark ? SIGNED.dark : SIGNED.light, Number.isNaN(share) ? 0.5 : (share + 1) / 2);
}

/** As CSS. @param {Rgb} color */
export function css([red, green, blue]) {
  return `rgb(${red} ${green} ${blue})`;
}

/** The share of a positive number between two others on a logarithmic scale. @param {number} value @param {number} low @param {number} high */
export function logShare(value, low, high) {
  if (!(value > 0)) return 0;
  return (Math.log10(value) - Math.log10(low)) / (Math.log10(high) - Math.log10(low) || 1);
}

const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

/** A power of ten, such as 10⁻⁴. @param {number} exponent */
export function power(exponent) {
  if (exponent === 0) return "1";
  return `10${[...String(exponent)].map((letter) => RAISED[/** @type {keyof typeof RAISED} */ (letter)]).join("")}`;
}

/** A number with two digits that count, however small. @param {number} value */
export function twoDigits(value) {
  return digits(value, 2);
}

/** A number with three digits that count. @param {number} value */
export function threeDigits(value) {
  return digits(value, 3);
}

/** @param {number} value @param {number} count */
function digits(value, count) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "–" : notFinite(value);
  const size = Math.abs(value);
  if (size && (size < 1e-4 || size >= 1e5)) {
    const [front, exponent] = value.toExponential(count - 1).split("e");
    return withMinus(`${front}·${power(Number(exponent))}`);
  }
  return withMinus(String(Number(value.toPrecision(count))));
}
