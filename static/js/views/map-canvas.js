/** The maps of one network on a canvas, layer by layer: their numbers can be pointed at and chosen by mouse and by keys. */

import { h } from "../page/dom.js";
import { isForBrowser, onKey } from "../page/keys.js";
import { t } from "../words/i18n.js";
import { valueLabelOf } from "../words/labels.js";
import { greys, inks, pixels, prepared } from "./canvas.js";
import { boxOf, LINE, layoutOf, placeAfter, placeAt } from "./maps-layout.js";
import { signedColor, twoDigits } from "./scales.js";

/**
 * @import { Box, Layer, Layout, MapBox, Place } from "./maps-layout.js"
 * @import { View, ViewArray } from "./view.js"
 */

/**
 * What a canvas reports: a number that is chosen, and one that is pointed at by the mouse or by keys; null: none.
 * @typedef {{choose: (place: Place) => void, point: (place: Place | null) => void}} OnMaps
 */
/** `limits`: for each layer the value with the strongest colour; `chosen`: the number whose sum is shown. @typedef {{view: View, limits: number[], chosen: Place | null, dark: boolean}} Drawn */

/** A chosen number is at least this wide and high, in pixels. */
const MIN_FRAME = 5;
/** In a card of this width in pixels, maps have their usual size; in a wider one they are larger. */
const USUAL_WIDTH = 420;
const MAX_SCALE = 2.5;

export class MapCanvas {
  canvas = h("canvas", { className: "maps", role: "img", tabIndex: 0 });
  #on;
  /** @type {Layout} */
  #layout = { lines: [], maps: [], height: 0 };
  /** The place of the cursor, which the arrow keys move. @type {Place} */
  #cursor = { layer: 0, channel: 0, y: 0, x: 0 };
  #hasCursor = false;
  #redraw = () => {};

  /** @param {OnMaps} on */
  constructor(on) {
    this.#on = on;
    const { canvas } = this;
    const placeOf = (/** @type {MouseEvent} */ { offsetX, offsetY }) =>
      placeAt(this.#layout, offsetX, offsetY);
    canvas.addEventListener("click", (event) => {
      const place = placeOf(event);
      if (!place) return;
      this.#cursor = place;
      on.choose(place);
      // after the next drawing, which shows the sum: below the maps, it must not cover what was clicked
      requestAnimationFrame(() => requestAnimationFrame(() => this.#scrollToCursor()));
    });
    canvas.addEventListener("mousemove", (event) => on.point(placeOf(event)));
    canvas.addEventListener("mouseleave", () => on.point(null));
    canvas.addEventListener("focus", () => this.#showCursor(canvas.matches(":focus-visible")));
    canvas.addEventListener("blur", () => this.#showCursor(false));
    onKey(canvas, (event) => this.#key(event));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (isForBrowser(event) || event.shiftKey) return;
    const next = placeAfter(this.#layout, this.#cursor, event.key);
    if (!next && event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation(); // the arrow keys would move the moment
    if (next) this.#cursor = next;
    else this.#on.choose(this.#cursor);
    this.#showCursor(true);
    this.#scrollToCursor();
  }

  /** @param {boolean} shows */
  #showCursor(shows) {
    this.#hasCursor = shows;
    this.#on.point(shows ? this.#cursor : null);
    this.#redraw();
  }

  /** Many layers have no room in a card: it shows the part in which the keys move. */
  #scrollToCursor() {
    const room = this.canvas.closest(".maps-room");
    const box = boxOf(this.#layout, this.#cursor);
    if (!room || !box) return;
    const below = room.querySelector(".map-sum:not([hidden])")?.clientHeight ?? 0;
    const top = this.canvas.offsetTop + box.top;
    const most = room.scrollTop + room.clientHeight - below;
    if (top < room.scrollTop) room.scrollTop = top - LINE;
    else if (top + box.height > most) room.scrollTop += top + box.height - most + LINE;
  }

  /**
   * @param {Drawn} drawn
   * @param {number} width
   */
  draw(drawn, width) {
    this.#redraw = () => this.draw(drawn, width);
    const { view, limits, chosen, dark } = drawn;
    const scale = Math.max(1, Math.min(MAX_SCALE, width / USUAL_WIDTH));
    const layout = layoutOf(layersOf(view), width, scale);
    this.#layout = layout;
    const { ink, quiet, accent, line, font } = inks(this.canvas.isConnected ? this.canvas : document.body);
    const context = prepared(this.canvas, width, layout.height);
    context.imageSmoothingEnabled = false;
    for (const { layer, top, shown } of layout.lines) {
      const [name, size] = [layerName(view, layer.number), sizeText(view, layer, shown)];
      const middle = top + LINE / 2 - 1;
      Object.assign(context, { font: `11px ${font}`, textBaseline: "middle", textAlign: "left" });
      context.fillStyle = ink;
      context.fillText(name, 0, middle, width);
      const used = context.measureText(name).width + 8;
      context.fillStyle = quiet;
      context.fillText(size, used, middle, Math.max(1, width - used));
      const strongest = layer.number || layer.isFlat ? `±${twoDigits(limits[layer.number])}` : "";
      const room = width - used - context.measureText(size).width;
      context.textAlign = "right";
      if (room > context.measureText(strongest).width + 8) context.fillText(strongest, width, middle);
    }
    for (const map of layout.maps) {
      const array = arrayOf(view, map.layer);
      const limit = limits[map.layer] || 1;
      const picture =
        map.layer || array.shape.length === 1
          ? signedPicture(array, map, limit, dark)
          : imagePicture(array, map, dark);
      context.drawImage(picture, map.left, map.top, map.width, map.height);
      context.strokeStyle = line; // so that a map of nothing but 0 can be seen
      context.lineWidth = 1;
      context.strokeRect(map.left + 0.5, map.top + 0.5, map.width - 1, map.height - 1);
    }
    const frame = (/** @type {Box | null} */ box, /** @type {string} */ color, thick = 2) => {
      if (!box) return;
      const [wide, high] = [Math.max(MIN_FRAME, box.width), Math.max(MIN_FRAME, box.height)];
      context.strokeStyle = color;
      context.lineWidth = thick;
      context.strokeRect(box.left + (box.width - wide) / 2, box.top + (box.height - high) / 2, wide, high);
    };
    if (chosen) {
      for (const box of windowBoxes(view, layout, chosen)) frame(box, accent, 1.5);
      frame(boxOf(layout, chosen), accent);
    }
    if (this.#hasCursor) frame(boxOf(layout, this.#cursor), ink);
  }
}

/** The input of a network, 0, and the outputs of its layers, as they are drawn. @param {View} view @returns {Layer[]} */
export function layersOf(view) {
  return Array.from({ length: view.facts.layers.length + 1 }, (_, number) => {
    const { shape } = arrayOf(view, number);
    if (shape.length === 1) return { number, count: shape[0], rows: 1, columns: 1, isFlat: true };
    const [channels, rows, columns] = shape;
    // three channels of an image are one picture
    return { number, count: number || channels !== 3 ? channels : 1, rows, columns, isFlat: false };
  });
}

/** @param {View} view @param {number} layer 0: the input */
export function arrayOf({ arrays }, layer) {
  return layer ? arrays[`layer/${layer}`] : arrays.input;
}

/** The number at a place; undefined: there is none. @param {View} view @param {Place} place */
export function valueAt(view, { layer, channel, y, x }) {
  const array = layer <= view.facts.layers.length ? arrayOf(view, layer) : undefined;
  if (!array) return undefined;
  const [channels, rows = 1, columns = 1] = array.shape;
  const isInside = channel < channels && y < rows && x < columns;
  return isInside ? array.values[(channel * rows + y) * columns + x] : undefined;
}

/** @param {View} view @param {number} layer */
export function layerName({ facts }, layer) {
  if (!layer) return t("views.input");
  const { type, activation } = facts.layers[layer - 1];
  const name = activation ? valueLabelOf("network.activation", activation) : t(`layer.${type}`);
  return `${layer} ${name}`;
}

/** @param {View} view @param {Layer} layer @param {number} shown */
function sizeText(view, { number, count }, shown) {
  /** @type {number[]} */
  const shape = number ? view.facts.layers[number - 1].shape : view.arrays.input.shape;
  const whole = shape.join(" × ");
  const total = number ? shape[0] : count;
  return shown < total ? `${whole} (${t("views.n_of", { n: shown, total })})` : whole;
}

/** @param {ViewArray} array @param {MapBox} map @param {number} limit @param {boolean} dark */
function signedPicture({ values }, { channel, rows, columns }, limit, dark) {
  const from = channel * rows * columns;
  return pixels(columns, rows, (row, column) =>
    signedColor(values[from + row * columns + column] / limit, dark),
  );
}

/** @param {ViewArray} array @param {MapBox} map @param {boolean} dark */
function imagePicture({ shape, values }, { channel, rows, columns }, dark) {
  const each = rows * columns;
  if (shape[0] === 3)
    return pixels(columns, rows, (row, column) => {
      const pixel = row * columns + column;
      return [255 * values[pixel], 255 * values[each + pixel], 255 * values[2 * each + pixel]];
    });
  const part = values.subarray(channel * each, (channel + 1) * each);
  return greys(
    Uint8Array.from(part, (value) => Math.round(255 * value)),
    columns,
    dark,
  );
}

/**
 * Where the window of a chosen number lies, on the maps of the layer below.
 * @param {View} view
 * @param {Layout} layout
 * @param {Place} chosen
 */
function windowBoxes({ facts, arrays }, layout, chosen) {
  const { pixel } = facts;
  if (
    !pixel ||
    ["layer", "channel", "y", "x"].some((name) => pixel[name] !== chosen[/** @type {keyof Place} */ (name)])
  )
    return [];
  const layer = chosen.layer - 1;
  if (pixel.type === "activation") return [boxOf(layout, { ...chosen, layer })];
  if (pixel.top === undefined) return []; // a dense layer's window is all of the layer below
  const [channels, rows, columns] = arrays.window.shape;
  const below = pixel.type === "conv2d" ? Array.from({ length: channels }, (_, i) => i) : [chosen.channel];
  return below.map((channel) =>
    boxOf(layout, { layer, channel, y: pixel.top, x: pixel.left }, rows, columns),
  );
}
