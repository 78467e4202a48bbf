/** A grid of images, drawn with square pixels, each with the name of its class below it. */

import { h } from "../page/dom.js";
import { fromBase64 } from "../views/digit-pixels.js";
import { className } from "../words/class-name.js";

/** @import { DataSample } from "../types.js" */

/** About how wide an image is drawn, in pixels of the page; the exact width is a multiple of the image's own width. */
const SIDE = 60;

export class ImageGrid {
  element = h("ul", { className: "image-grid" });
  #cells;

  /**
   * Reserve space for `count` images of a shape [channels, height, width], so that nothing moves when they come.
   * @param {number[]} shape
   * @param {number} count
   */
  constructor([, height, width], count) {
    this.element.style.setProperty("--side", `${width * Math.max(1, Math.round(SIDE / width))}px`);
    this.#cells = Array.from({ length: count }, () => {
      const canvas = h("canvas", { width, height, "aria-hidden": "true" });
      const name = h("span", {}, "\u00a0");
      const item = h("li", {}, canvas, name);
      return { item, canvas, name };
    });
    this.element.append(...this.#cells.map(({ item }) => item));
  }

  /** @param {DataSample} sample the server's answer, with pixels */
  show({ pixels = "", shape, labels, class_names: classes }) {
    const bytes = fromBase64(pixels);
    const size = shape.reduce((product, length) => product * length, 1);
    this.#cells.forEach(({ item, canvas, name }, i) => {
      const hasImage = i < labels.length;
      item.style.visibility = hasImage ? "" : "hidden";
      if (!hasImage) return;
      paint(canvas, bytes.subarray(i * size, (i + 1) * size), shape);
      name.textContent = className(classes[labels[i]]);
    });
  }
}

/**
 * Draw an image on a canvas.
 * @param {HTMLCanvasElement} canvas
 * @param {Uint8Array} planes one byte for each value, 0 to 255: one plane (grey), or three (red, green, blue) one after the other
 * @param {number[]} shape [channels, height, width]
 */
export function paint(canvas, planes, [channels, height, width]) {
  const picture = new ImageData(width, height);
  const area = width * height;
  for (let pixel = 0; pixel < area; pixel++) {
    for (let colour = 0; colour < 3; colour++)
      picture.data[4 * pixel + colour] = planes[(colour % channels) * area + pixel];
    picture.data[4 * pixel + 3] = 255;
  }
  // `willReadFrequently` keeps the canvas in memory: small images are not faster on a graphics card, which may change bytes
  canvas.getContext("2d", { willReadFrequently: true })?.putImageData(picture, 0, 0);
}
