/** Images side by side, each pixel a square, each with the name of its class below. */

import { h } from "../page/dom.js";
import { className } from "../words/labels.js";

/** @import { DataSample } from "../types.js" */

/** About how wide an image is, in pixels of the page: the nearest multiple of its own. */
const SIDE = 60;

export class ImageGrid {
  element = h("ul", { className: "image-grid" });
  #cells;

  /**
   * Room for `count` images of a shape [channels, height, width]: what follows does not jump when they come.
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
    const bytes = Uint8Array.from(atob(pixels), (character) => character.charCodeAt(0));
    const size = shape.reduce((product, length) => product * length, 1);
    this.#cells.forEach(({ item, canvas, name }, i) => {
      const there = i < labels.length;
      item.style.visibility = there ? "" : "hidden";
      if (!there) return;
      paint(canvas, bytes.subarray(i * size, (i + 1) * size), shape);
      name.textContent = className(classes[labels[i]]);
    });
  }
}

/**
 * The planes of an image, one (grey) or three (red, green, blue), as the canvas's pixels.
 * @param {HTMLCanvasElement} canvas
 * @param {Uint8Array} planes
 * @param {number[]} shape
 */
function paint(canvas, planes, [channels, height, width]) {
  const picture = new ImageData(width, height);
  const area = width * height;
  for (let at = 0; at < area; at++) {
    for (let colour = 0; colour < 3; colour++)
      picture.data[4 * at + colour] = planes[(colour % channels) * area + at];
    picture.data[4 * at + 3] = 255;
  }
  // in memory: fifty small ones gain nothing on a graphics card, and bytes stay what they are
  canvas.getContext("2d", { willReadFrequently: true })?.putImageData(picture, 0, 0);
}
