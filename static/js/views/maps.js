/** Feature maps: what each layer of a network makes of one image, and the sum behind each number of a map. */

import { closest, h, label, setChildren, setText } from "../page/dom.js";
import { onKey } from "../page/keys.js";
import { loadStyle } from "../page/style.js";
import { className } from "../words/class-name.js";
import { number, percent, t } from "../words/i18n.js";
import { toBase64 } from "./digit-pixels.js";
import { drawing } from "./drawing.js";
import { arrayOf, layerName, MapCanvas, valueAt } from "./map-canvas.js";
import { channelsAt, mapName } from "./map-names.js";
import { MapSum } from "./map-sum.js";
import { readPlace, writePlace } from "./maps-layout.js";
import { samplePart } from "./sample-part.js";
import { sampleOf } from "./samples.js";
import { css, signedColor, threeDigits } from "./scales.js";
import { runLine } from "./view-card.js";

/**
 * @import { Run } from "../types.js"
 * @import { Place } from "./maps-layout.js"
 * @import { CardContext, Content, Seen } from "./view-card.js"
 * @import { View } from "./view.js"
 */

await loadStyle("maps");

/** All widths are in pixels. The sum stands beside the maps of one run if the card has this width, otherwise below them. */
const MIN_WIDTH_BESIDE = 620;
const SUM_WIDTH = 330;
/** A run's part of the card is at least this wide: as many runs stand side by side as fit. */
const MIN_PART_WIDTH = 132;
/** A part that is narrower than this shows only the predicted class. */
const MIN_WIDTH_FOR_TEXT = 200;
/** Between two parts, and between the maps and the sum. */
const GAP = 12;
/** The types of layers of which a number can be explained. */
const EXPLAINED = ["conv2d", "dense", "activation", "max_pool2d", "avg_pool2d"];

/** A run's part of the card. @typedef {{element: HTMLElement, maps: MapCanvas, sum: MapSum, view: View | null}} Part */

/** @implements {Content} */
export class Maps {
  /** The most runs side by side. */
  runs = 4;
  /** The view that the server makes for this content. */
  view = "maps";
  #card;
  #image = h("input", { type: "number", min: "0", step: "1", inputMode: "numeric", className: "maps-image" });
  #drawn = h("button", { type: "button", className: "toggle" });
  #grid = h("div", { className: "view-grid" });
  #room = h("div", { className: "maps-room" }, this.#grid);
  #status = h("span", { role: "status" });
  /** The number that is pointed at, and the part that it is in. @type {{part: Part, place: Place} | null} */
  #pointed = null;
  #scale = h("span", { className: "view-scale" });
  #foot = h(
    "div",
    { className: "view-foot" },
    this.#status,
    h("span", { className: "view-key" }, "−", this.#scale, "+"),
  );
  /** @type {WeakMap<Run, Part>} */
  #parts = new WeakMap();
  /** The part of the first run, which is saved as a picture. @type {Part | null} */
  #first = null;
  /** Stops listening to the drawing. */
  #stop;

  /** @param {CardContext} card */
  constructor(card) {
    this.#card = card;
    this.#image.addEventListener("change", () => this.#showTypedImage());
    setText(this.#drawn, t("views.maps.drawing"));
    this.#drawn.title = t("views.maps.drawing_hint");
    this.#drawn.addEventListener("click", () => card.setOption("drawn", this.#isDrawn ? "" : "1"));
    const chosen = h("label", { className: "maps-number" }, t("views.number"), this.#image);
    card.controls.append(this.#drawn, chosen);
    card.body.append(this.#room, this.#foot);
    onKey(card.body, (event) => {
      if (event.key !== "Escape" || !this.#chosen) return;
      event.preventDefault();
      event.stopPropagation();
      // what has the focus in the sum is hidden with it
      const canvas = closest(event, ".map-sum") && closest(event, ".maps-part")?.querySelector("canvas");
      card.setOption("pixel", "");
      canvas?.focus({ preventScroll: true });
    });
    this.#stop = drawing.on("change", card.redraw);
  }

  remove() {
    this.#stop();
  }

  get #number() {
    const chosen = Number(this.#card.option("image", "0"));
    return Number.isInteger(chosen) && chosen >= 0 ? chosen : 0;
  }

  get #isDrawn() {
    return this.#card.option("drawn", "") === "1" && !drawing.isEmpty;
  }

  /** The number whose sum is shown. */
  get #chosen() {
    return readPlace(this.#card.option("pixel", ""));
  }

  /** @param {Run} run @returns {Record<string, string | number>} */
  options(run) {
    const chosen = this.#chosen;
    const place = chosen && this.#isExplained(run, chosen) ? chosen : {};
    const pixels = this.#isDrawn ? this.#pixelsOf(run) : null;
    return { ...(pixels ? { pixels: toBase64(pixels) } : { image: this.#number }), ...place };
  }

  /** The drawing as an input of this run's network; null if the network takes no images of one channel. @param {Run} run */
  #pixelsOf({ summary: { dataset } }) {
    const sample = sampleOf(dataset, { part: "test", first: 0, count: 1 }, this.#card.redraw);
    return sample?.pixels && sample.shape[0] === 1 ? drawing.pixelsFor(sample.name, sample.shape) : null;
  }

  /**
   * Whether a run's network has a number at a place, and the card can show the sum or the window that it comes from.
   * @param {Run} run
   * @param {Place} place
   */
  #isExplained(run, place) {
    const view = this.#parts.get(run)?.view;
    return Boolean(
      view &&
        place.layer > 0 &&
        valueAt(view, place) !== undefined &&
        EXPLAINED.includes(view.facts.layers[place.layer - 1].type),
    );
  }

  /** Show the sum behind a number; if it is shown already, hide it. @param {Place} place */
  #toggle(place) {
    const text = writePlace(place);
    this.#card.setOption("pixel", text === this.#card.option("pixel", "") ? "" : text);
  }

  /** Show the image whose number was typed. */
  #showTypedImage() {
    const chosen = Math.max(0, Math.floor(Number(this.#image.value)) || 0);
    this.#card.setOption("drawn", "");
    this.#card.setOption("image", String(chosen));
  }

  /** @param {Seen[]} seen */
  draw(seen) {
    const images = samplePart(seen[0].run.summary);
    label(this.#image, t("views.maps.image", { images }));
    if (document.activeElement !== this.#image) this.#image.value = String(this.#number);
    this.#drawn.hidden = drawing.isEmpty;
    this.#drawn.setAttribute("aria-pressed", String(this.#isDrawn));
    const width = this.#room.clientWidth;
    const columns = Math.max(1, Math.min(seen.length, Math.floor((width + GAP) / (MIN_PART_WIDTH + GAP))));
    const chosen = this.#chosen;
    const isBeside = seen.length === 1 && width >= MIN_WIDTH_BESIDE && chosen !== null;
    this.#grid.classList.toggle("beside", isBeside);
    this.#grid.style.setProperty("--view-columns", String(columns));
    const partWidth = (width - (columns - 1) * GAP) / columns;
    const mapsWidth = Math.floor(partWidth) - (isBeside ? SUM_WIDTH + GAP : 0);
    const limits = limitsOf(seen.flatMap(({ view }) => view ?? []));
    const parts = seen.map((network) => this.#drawPart(network, mapsWidth, limits, chosen));
    setChildren(
      this.#grid,
      parts.map(({ part }) => part.element),
    );
    this.#first = parts[0]?.part ?? null;
    const colors = Array.from({ length: 9 }, (_, i) => css(signedColor(i / 4 - 1, this.#card.isDark())));
    this.#scale.style.background = `linear-gradient(to right, ${colors.join(", ")})`;
    this.#showStatus();
    return parts.map(({ description }) => description).join(" ");
  }

  /**
   * Draw a run's part of the card.
   * @param {Seen} seen
   * @param {number} width of the maps
   * @param {number[]} limits as `limitsOf` gives them
   * @param {Place | null} chosen the number whose sum is shown
   */
  #drawPart({ run, iteration, view }, width, limits, chosen) {
    const part = this.#parts.get(run) ?? this.#makePart(run);
    const wasExplained = chosen !== null && this.#isExplained(run, chosen);
    part.view = view;
    // only now it is known that the sum can be asked for
    if (chosen && !wasExplained && this.#isExplained(run, chosen)) this.#card.redraw();
    const { element, maps, sum } = part;
    const prediction = view ? this.#predictionText(run, view) : "";
    const isNarrow = view && width < MIN_WIDTH_FOR_TEXT && view.facts.predicted !== null;
    const line = isNarrow ? `→ ${this.#className(run, view.facts.predicted)}` : prediction;
    setChildren(element, [runLine(run, line), maps.canvas, sum.element]);
    maps.canvas.hidden = !view;
    const value = view && chosen ? valueAt(view, chosen) : undefined;
    if (!view || !chosen || value === undefined) sum.hide();
    else {
      // the view in hand may still be that of another number, until the one of this number has come
      const { pixel } = view.facts;
      const isThere = this.#isExplained(run, chosen)
        ? pixel !== null && writePlace(pixel) === writePlace(chosen)
        : pixel === null;
      const channel = this.#card.option("channel", "");
      sum.draw(view, placeText(view, chosen), valueText(view, chosen), {
        channel,
        dark: this.#card.isDark(),
        isThere,
        isInput: chosen.layer === 0,
      });
    }
    const moment = `${run.name}, ${t("moment.at", { n: number(iteration) })}`;
    if (!view) return { part, description: moment };
    maps.draw({ view, limits, chosen, dark: this.#card.isDark() }, width);
    const layers = view.facts.layers.map(
      (/** @type {{number: number, shape: number[]}} */ { number: n, shape }) =>
        `${layerName(view, n)} ${shape.join(" × ")}`,
    );
    const words = [
      `${moment}: ${this.#imageText(run, view)}`,
      prediction,
      layers.join(", "),
      sum.description,
    ];
    const text = words.filter(Boolean).join(". ");
    maps.canvas.setAttribute("aria-label", `${text}. ${t("views.maps.keys")}`);
    return { part, description: `${text}.` };
  }

  /** @param {Run} run @returns {Part} */
  #makePart(run) {
    const maps = new MapCanvas({
      choose: (place) => this.#toggle(place),
      point: (place) => {
        this.#pointed = place && { part, place };
        this.#showStatus();
      },
    });
    const sum = new MapSum(
      () => {
        this.#card.setOption("pixel", "");
        maps.canvas.focus({ preventScroll: true });
      },
      (channel) => this.#card.setOption("channel", channel),
    );
    /** @type {Part} */
    const part = { element: h("div", { className: "view-part maps-part" }), maps, sum, view: null };
    this.#parts.set(run, part);
    return part;
  }

  /** What the network says of the image. @param {Run} run @param {View} view */
  #predictionText(run, { facts, arrays }) {
    if (facts.predicted === null) return t("views.digit_unknown", { run: run.name });
    const share = percent(arrays.probabilities.values[facts.predicted], 0);
    return t("views.maps.predicted", { what: this.#className(run, facts.predicted), share });
  }

  /** @param {Run} run @param {View} view */
  #imageText(run, { facts }) {
    if (facts.truth === null) return t("views.maps.drawing_hint");
    const truth = this.#className(run, facts.truth);
    return t("views.maps.truth", { images: samplePart(run.summary), n: facts.image, truth });
  }

  /** @param {Run} run @param {number} place */
  #className({ summary: { dataset } }, place) {
    const sample = sampleOf(dataset, { part: "test", first: 0, count: 1 }, this.#card.redraw);
    return className(sample?.class_names[place] ?? String(place));
  }

  /** Show below the maps the number that is pointed at, as it is now; without one, how the maps are used. */
  #showStatus() {
    const { part, place } = this.#pointed ?? {};
    const text = part?.view && place ? pointedText(part.view, place) : null;
    setText(this.#status, text ?? t("views.maps.help"));
  }

  picture() {
    return this.#first?.maps.canvas ?? null;
  }
}

/**
 * For each layer the largest absolute value in any of the networks. It gets the strongest colour.
 * @param {View[]} views
 */
function limitsOf(views) {
  /** @type {number[]} */
  const limits = [];
  for (const view of views)
    for (let layer = 0; layer <= view.facts.layers.length; layer++) {
      let limit = limits[layer] ?? 0;
      for (const value of arrayOf(view, layer).values)
        if (Number.isFinite(value)) limit = Math.max(limit, Math.abs(value));
      limits[layer] = limit;
    }
  return limits;
}

/** A place in words, counted from 1. @param {View} view @param {Place} at */
function placeText(view, at) {
  const { layer, channel, y, x } = at;
  const name = layerName(view, layer);
  if (arrayOf(view, layer).shape.length === 1)
    return t("views.maps.unit", { layer: name, unit: channel + 1 });
  const names = channelsAt(view, at).map((seen) => mapName(view, layer, seen));
  return t("views.maps.place", { layer: name, map: names.join(" · "), row: y + 1, column: x + 1 });
}

/** @param {View} view @param {Place} place */
function pointedText(view, place) {
  return valueAt(view, place) === undefined ? null : `${placeText(view, place)}: ${valueText(view, place)}`;
}

/** What is at a place: a number, or the three of an image in colour. @param {View} view @param {Place} place */
function valueText(view, place) {
  const values = channelsAt(view, place).map((channel) => valueAt(view, { ...place, channel }) ?? 0);
  return values.map(threeDigits).join(" · ");
}
