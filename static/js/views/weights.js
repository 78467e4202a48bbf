/** Weights as pictures: what each unit of a layer responds to, at the same scale for all runs. */

import { h, setChildren, setChoices } from "../page/dom.js";
import { number, percent, t } from "../words/i18n.js";
import { pixels, prepared } from "./canvas.js";
import { css, signedColor, twoDigits } from "./scales.js";
import { bestColumns, isInColors, layerOf } from "./unit-pictures.js";
import { runLine } from "./view-card.js";

/**
 * @import { Run } from "../types.js"
 * @import { CardContext, Content, Seen } from "./view-card.js"
 * @import { View } from "./view.js"
 */

/** At most this many units are shown. */
const COUNT = 40;
const GAP = 2;

/** @implements {Content} */
export class Weights {
  runs = 4;
  view = "weights";
  #card;
  #layers = h("select");
  /** The picture of the first run, which can be saved. @type {HTMLCanvasElement | null} */
  #canvas = null;
  #foot = h("div", { className: "view-foot" });
  #scale = h("span", { className: "view-scale" });
  /** @type {WeakMap<Run, HTMLCanvasElement>} */
  #canvases = new WeakMap();

  /** @param {CardContext} card */
  constructor(card) {
    this.#card = card;
    this.#layers.setAttribute("aria-label", t("views.layer"));
    this.#layers.addEventListener("change", () => card.setOption("layer", this.#layers.value));
    card.controls.append(this.#layers);
  }

  get #layer() {
    return layerOf(this.#card.option("layer", "1"));
  }

  options() {
    return { layer: this.#layer, first: 0, count: COUNT };
  }

  /** @param {Seen[]} seen */
  draw(seen) {
    const views = seen.flatMap(({ view }) => view ?? []);
    const limit = Math.max(0, ...views.map(({ facts }) => facts.limit)) || 1;
    const dark = this.#card.isDark();
    // until a view has come: one layer for each convolution, or the first dense layer
    const drawable = seen.map(({ run, view }) => view?.facts.layers ?? (run.summary.filters.length || 1));
    const layers = Math.max(1, this.#layer, ...drawable);
    this.#layers.hidden = layers < 2;
    setChoices(
      this.#layers,
      Array.from({ length: layers }, (_, i) => [String(i + 1), t("views.layer_n", { n: i + 1 })]),
      String(this.#layer),
    );
    const { clientWidth: width } = this.#card.body;
    const columns = seen.length > 1 && width > 260 ? 2 : 1;
    this.#card.body.style.setProperty("--view-columns", String(columns));
    const rows = Math.ceil(seen.length / columns);
    // in pixels: 26 for the line below all pictures, 24 for the line above each one
    const available = ((this.#card.body.parentElement?.clientHeight ?? 220) - 26) / rows - 24;
    const each = { width: (width - (columns - 1) * 12) / columns, height: Math.max(60, available) };
    const parts = seen.map((network) => this.#part(network, each, limit, dark));
    this.#drawFoot(limit, dark, !views.length || !views.every(isInColors));
    setChildren(this.#card.body, [
      h("div", { className: "view-grid" }, ...parts.map(({ element }) => element)),
      this.#foot,
    ]);
    this.#canvas = parts[0]?.canvas ?? null;
    return parts.map(({ description }) => description).join(" ");
  }

  /**
   * @param {Seen} seen
   * @param {{width: number, height: number}} room
   * @param {number} limit the value with the strongest colour
   * @param {boolean} dark
   */
  #part({ run, view }, room, limit, dark) {
    const canvas = this.#canvases.get(run) ?? h("canvas", { className: "pixels", role: "img" });
    this.#canvases.set(run, canvas);
    const moved = view?.facts.moved ?? null;
    const distance = moved === null ? "" : t("views.moved", { share: percent(moved, moved < 0.1 ? 1 : 0) });
    canvas.style.visibility = view ? "" : "hidden"; // without a view the old picture is hidden, but its place stays
    if (view) drawUnits(canvas, view, room, limit, dark);
    const shown = view ? Math.min(COUNT, view.facts.units) : 0;
    const label = view
      ? t("views.weights_say", {
          run: run.name,
          n: number(shown),
          units: number(view.facts.units),
          moved: distance,
        })
      : "";
    canvas.setAttribute("aria-label", label);
    return {
      element: h("div", { className: "view-part" }, runLine(run, distance), canvas),
      canvas,
      description: label,
    };
  }

  /**
   * @param {number} limit
   * @param {boolean} dark
   * @param {boolean} isSigned whether some pictures have the colours of the scale
   */
  #drawFoot(limit, dark, isSigned) {
    const steps = Array.from({ length: 9 }, (_, i) => css(signedColor(i / 4 - 1, dark)));
    this.#scale.style.background = `linear-gradient(to right, ${steps.join(", ")})`;
    const end = twoDigits(limit);
    const key = h("span", { className: "view-key" }, `−${end}`, this.#scale, `+${end}`);
    setChildren(this.#foot, [...(isSigned ? [key] : []), h("span", {}, t("views.moved_formula"))]);
  }

  picture() {
    return this.#canvas;
  }
}

/**
 * Draw the weights of each unit as a picture, in a grid that fills the room: in colours for red, green and blue, else the
 * mean over the channels.
 * @param {HTMLCanvasElement} canvas
 * @param {View} view
 * @param {{width: number, height: number}} room
 * @param {number} limit
 * @param {boolean} dark
 */
function drawUnits(canvas, view, room, limit, dark) {
  const { weights } = view.arrays;
  const inColors = isInColors(view);
  const [count, channels, height, width] = weights.shape;
  const columns = bestColumns(count, room, width / height);
  const size = Math.min(
    (room.width + GAP) / columns - GAP,
    ((room.height + GAP) / Math.ceil(count / columns) - GAP) * (width / height),
  );
  const high = size * (height / width);
  const context = prepared(
    canvas,
    columns * (size + GAP) - GAP,
    Math.ceil(count / columns) * (high + GAP) - GAP,
  );
  context.imageSmoothingEnabled = false;
  const area = height * width;
  for (let unit = 0; unit < count; unit++) {
    const from = unit * channels * area;
    const picture = pixels(width, height, (row, column) => {
      const first = from + row * width + column;
      // red, green and blue; a weight of 0 is grey
      if (inColors)
        return /** @type {[number, number, number]} */ (
          [0, 1, 2].map((channel) => 127.5 + (127.5 * weights.values[first + channel * area]) / limit)
        );
      let sum = 0;
      for (let channel = 0; channel < channels; channel++) sum += weights.values[first + channel * area];
      return signedColor(sum / channels / limit, dark);
    });
    context.drawImage(
      picture,
      (unit % columns) * (size + GAP),
      Math.floor(unit / columns) * (high + GAP),
      size,
      high,
    );
  }
}
