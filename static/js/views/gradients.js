/** The gradient map: a row for each layer, from left to right the iterations; where nothing arrives, there is nothing to see. */

import { h, setChildren } from "../page/dom.js";
import { api } from "../server/api.js";
import { number, t } from "../words/i18n.js";
import { inks, pixels, prepared } from "./canvas.js";
import { binned, decades, mediansAt, normsOf, spread } from "./gradient-table.js";
import { css, logShare, power, sizeColor, twoDigits } from "./scales.js";
import { runLine } from "./view-card.js";

/**
 * @import { CardContext, Content, Seen } from "./view-card.js"
 */

/** Layers whose gradients differ by less than this factor are called alike. */
const ALIKE = 5;
/** The height of a map in pixels, for few layers and for many. */
const ROW = { most: 22, least: 4 };
const MAP = { least: 46, most: 110 };

/** @implements {Content} */
export class Gradients {
  runs = 4;
  view = null;
  #card;
  /** The number of weights of each layer, by run. @type {Map<string, number[] | null>} */
  #counts = new Map();
  /** @type {HTMLCanvasElement | null} */
  #canvas = null;
  #scale = h("span", { className: "view-scale" });
  #foot = h("div", { className: "view-foot" });
  #button = h("button", { type: "button", className: "toggle" });

  /** @param {CardContext} card */
  constructor(card) {
    this.#card = card;
    this.#button.textContent = t("views.per_weight");
    this.#button.title = t("views.per_weight_hint");
    this.#button.addEventListener("click", () =>
      card.setOption("per", this.#isPerWeight ? "layer" : "weight"),
    );
    card.controls.append(this.#button);
  }

  options() {
    return null;
  }

  get #isPerWeight() {
    return this.#card.option("per", "layer") === "weight";
  }

  /** @param {Seen[]} seen */
  draw(seen) {
    this.#button.setAttribute("aria-pressed", String(this.#isPerWeight));
    const dark = this.#card.isDark();
    const rows = seen.map((network) => {
      const norms = normsOf(network.run.train);
      const counts = this.#isPerWeight ? this.#countsOf(network) : null;
      const divisors = norms.layers.map((_, layer) => (counts?.[layer] ? Math.sqrt(counts[layer]) : 1));
      return { ...network, norms, divisors, medians: mediansAt(norms, network.iteration, divisors) };
    });
    const width = Math.max(120, this.#card.body.clientWidth);
    const bins = Math.max(30, Math.round(width - 104));
    const end = Math.max(1, ...seen.map(({ run }) => run.iterations));
    const maps = rows.map(({ norms, divisors }) =>
      norms.layers.map((_, layer) => binned(norms, layer, bins, end, divisors[layer])),
    );
    const { low, high } = decades(maps.flatMap((map) => map.flatMap((row) => [...row])));
    const available = (this.#card.body.parentElement?.clientHeight ?? 200) - 28;
    const parts = rows.map((row, i) =>
      this.#part(row, maps[i], { low, high, end, bins, dark, each: available / rows.length - 22 }),
    );
    this.#drawFoot(low, high, dark);
    setChildren(this.#card.body, [...parts.map(({ element }) => element), this.#foot]);
    this.#canvas = parts[0]?.canvas ?? null;
    return parts.map(({ description }) => description).join(" ");
  }

  /** @type {WeakMap<object, {element: HTMLElement, canvas: HTMLCanvasElement, profile: HTMLElement}>} */
  #parts = new WeakMap();

  /**
   * @param {Seen & {medians: number[]}} row
   * @param {Float32Array[]} map for each layer, the lowest first
   * @param {{low: number, high: number, end: number, bins: number, dark: boolean, each: number}} look
   */
  #part({ run, iteration, medians }, map, { low, high, end, bins, dark, each }) {
    const factor = spread(medians);
    const words = !map.length
      ? t("views.no_rows")
      : medians.some((value) => value > 0)
        ? factor > ALIKE
          ? t("views.lowest_smaller", {
              factor: factor === Infinity ? "∞" : number(Number(factor.toPrecision(2))),
            })
          : factor < 1 / ALIKE
            ? t("views.lowest_larger", { factor: number(Number((1 / factor).toPrecision(2))) })
            : t("views.layers_alike")
        : t("views.nothing_arrives");
    const height = Math.max(MAP.least, Math.min(MAP.most, each, map.length * ROW.most));
    let part = this.#parts.get(run);
    if (!part) {
      const canvas = h("canvas", { className: "map", role: "img", tabIndex: 0 });
      const profile = h("div", { className: "profile", "aria-hidden": "true" });
      part = { element: h("div", { className: "view-part" }), canvas, profile };
      this.#parts.set(run, part);
      canvas.addEventListener("click", (event) => {
        const { left, width } = canvas.getBoundingClientRect();
        const share = Math.max(0, Math.min(1, (event.clientX - left) / width));
        const last = run.train.length ? run.train.last("iteration") : 0;
        this.#card.pin(run, Math.max(0, Math.min(last, Math.round(share * Number(canvas.dataset.end)))));
      });
    }
    const { canvas, profile, element } = part;
    canvas.dataset.end = String(end);
    const layers = [...map.keys()].reverse(); // the output is on top
    const context = prepared(canvas, bins, height);
    if (map.length) {
      const picture = pixels(bins, map.length, (line, bin) =>
        sizeColor(logShare(map[layers[line]][bin], 10 ** low, 10 ** high), dark),
      );
      context.imageSmoothingEnabled = false;
      context.drawImage(picture, 0, 0, bins, height);
      const { accent, card } = inks(canvas);
      const x = (iteration / end) * bins;
      context.fillStyle = card; // what is later than the moment is paler
      context.globalAlpha = 0.5;
      context.fillRect(x + 1, 0, bins - x, height);
      context.globalAlpha = 1;
      context.fillStyle = accent;
      context.fillRect(Math.min(bins - 2, x - 1), 0, 2, height);
    }
    const shown = new Set(layers.length > 5 ? [0, layers.length >> 1, layers.length - 1] : layers);
    setChildren(
      profile,
      layers.map((layer) =>
        h(
          "span",
          {},
          shown.has(layer) ? h("b", {}, String(layer + 1)) : "",
          shown.has(layer) ? twoDigits(medians[layer]) : "",
        ),
      ),
    );
    const description = `${run.name}, ${t("moment.at", { n: number(iteration) })}: ${words}. ${medians.map((value, layer) => t("views.layer_norm", { layer: layer + 1, value: twoDigits(value) })).join(", ")}`;
    canvas.setAttribute("aria-label", description);
    setChildren(element, [runLine(run, words), h("div", { className: "map-row" }, canvas, profile)]);
    return { element, canvas, description };
  }

  /**
   * @param {number} low
   * @param {number} high
   * @param {boolean} dark
   */
  #drawFoot(low, high, dark) {
    const steps = Array.from({ length: 9 }, (_, i) => css(sizeColor(i / 8, dark)));
    this.#scale.style.background = `linear-gradient(to right, ${steps.join(", ")})`;
    const name = t(this.#isPerWeight ? "views.norm_per_weight" : "views.norm");
    setChildren(this.#foot, [
      h("span", {}, t("views.layers_top")),
      h("span", { className: "view-key" }, `${name} ${power(low)}`, this.#scale, power(high)),
    ]);
  }

  /** The number of weights of each layer of a run; null: not known yet. @param {Seen} seen */
  #countsOf({ run }) {
    const counts = this.#counts.get(run.id);
    if (counts !== undefined) return counts;
    this.#counts.set(run.id, null);
    api
      .run(run.id)
      .then(({ config }) => api.summaryTogether([config ?? {}]))
      .then(({ first }) => {
        this.#counts.set(run.id, weightCounts(first.layers));
        this.#card.redraw();
      })
      .catch(() => this.#counts.delete(run.id));
    return null;
  }

  picture() {
    return this.#canvas;
  }
}

/** The number of weights of each layer that has some. @param {{shapes: Record<string, number[]>}[]} layers */
function weightCounts(layers) {
  return layers.flatMap(({ shapes }) =>
    Object.entries(shapes)
      .filter(([name]) => name === "W" || name.endsWith(".W"))
      .map(([, shape]) => shape.reduce((all, length) => all * length, 1)),
  );
}
