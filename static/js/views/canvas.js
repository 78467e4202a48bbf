/** Canvases: views are drawn pixel by pixel, which is many times as fast as a heat map of a chart library. */

import { h } from "../page/dom.js";

/**
 * A canvas of a size in CSS pixels, drawn as sharply as the screen can; cleared.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 * @returns {CanvasRenderingContext2D}
 */
export function prepared(canvas, width, height) {
  const ratio = Math.max(1, devicePixelRatio);
  const [columns, rows] = [width, height].map((length) => Math.max(1, Math.round(length * ratio)));
  if (canvas.width !== columns) canvas.width = columns;
  if (canvas.height !== rows) canvas.height = rows;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = contextOf(canvas);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/** @param {HTMLCanvasElement} canvas */
function contextOf(canvas) {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser has no canvas");
  return context;
}

/**
 * A picture with one pixel for each value, to be drawn at any size.
 * @param {number} columns
 * @param {number} rows
 * @param {(row: number, column: number) => [number, number, number]} colorAt
 */
export function pixels(columns, rows, colorAt) {
  const picture = h("canvas", { width: columns, height: rows });
  const context = contextOf(picture);
  const data = context.createImageData(columns, rows);
  for (let row = 0, byte = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, byte += 4) {
      const [red, green, blue] = colorAt(row, column);
      data.data[byte] = red;
      data.data[byte + 1] = green;
      data.data[byte + 2] = blue;
      data.data[byte + 3] = 255;
    }
  context.putImageData(data, 0, 0);
  return picture;
}

/**
 * An image in the ink of the page: what is bright for the network is dark on a light page.
 * @param {Uint8Array} values
 * @param {number} width
 * @param {boolean} dark
 */
export function greys(values, width, dark) {
  const [from, to] = dark
    ? [
        [22, 28, 38],
        [235, 240, 248],
      ]
    : [
        [255, 255, 255],
        [20, 26, 40],
      ];
  return pixels(width, values.length / width, (row, column) => {
    const share = values[row * width + column] / 255;
    return /** @type {[number, number, number]} */ (from.map((low, i) => low + share * (to[i] - low)));
  });
}

/**
 * The page's colours, font and font size (in pixels), for what is drawn on a canvas.
 * @param {Element} element
 */
export function inks(element) {
  const style = getComputedStyle(element);
  return {
    ink: style.getPropertyValue("--ink"),
    quiet: style.getPropertyValue("--quiet"),
    line: style.getPropertyValue("--line"),
    accent: style.getPropertyValue("--accent"),
    card: style.getPropertyValue("--card"),
    font: style.fontFamily,
    size: Number.parseFloat(style.fontSize),
  };
}
