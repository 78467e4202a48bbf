/** A small picture of the network in the form: the server's summary of its layers, drawn as SVG. */

import { h, svg } from "../page/dom.js";
import { number, t } from "../words/i18n.js";
import { LINE_HEIGHT, pictureOf, RADIUS, WIDTH } from "./network-geometry.js";

/**
 * @import { FirstExperiment, Layer } from "../types.js"
 * @import { Picture, Stage } from "./network-geometry.js"
 */

export class NetworkPicture {
  element = h("figure", { className: "network-picture" });
  #caption = h("figcaption", {});

  /**
   * @param {FirstExperiment | null} first the network; null while the draft has an error: then the last picture turns pale
   * @param {number} count how many networks are chosen, of which this is the first
   * @param {boolean} isLabelled whether to write the numbers of units
   */
  show(first, count, isLabelled) {
    this.element.classList.toggle("old", !first);
    if (!first) return;
    const layers = /** @type {Layer[]} */ (first.config.network.layers);
    const picture = pictureOf(first.layers, isLabelled);
    this.#caption.textContent = count > 1 ? t("network.first_of", { count: number(count) }) : "";
    this.element.replaceChildren(draw(picture, layers), this.#caption);
  }
}

/**
 * @param {Picture} picture
 * @param {Layer[]} layers the layers in the config
 */
function draw({ height, boxes, columns, labels, skips }, layers) {
  const stages = [...boxes, ...columns].map(({ stage }) => stage);
  /** @param {Stage} stage */
  const title = (stage) => svg("title", {}, nameOf(stage, stages[stages.indexOf(stage) + 1], layers));
  const sizes = stages.map(({ shape }) => shape.join("×")).join(" → ");
  return svg(
    "svg",
    {
      viewBox: `0 0 ${WIDTH} ${height}`,
      height,
      role: "img",
      "aria-label": t("network.picture", { sizes }),
    },
    ...columns.slice(1).map((column, i) => svg("path", { class: "weights", d: weights(columns[i], column) })),
    ...skips.map(({ from, to, top }) =>
      svg("path", { class: "skip", d: `M${from} ${top}Q${(from + to) / 2} ${top - 14} ${to} ${top}` }),
    ),
    ...columns.map(({ stage, x, ys, isWhole }) =>
      svg(
        "g",
        { "data-type": stage.type },
        title(stage),
        ...ys.map((y) => svg("circle", { cx: x, cy: y, r: RADIUS })),
        ...(isWhole ? [] : [svg("text", { x, y: middle(ys) + 3 }, "⋮")]),
      ),
    ),
    ...boxes.map(({ stage, ...box }) =>
      svg("g", { "data-type": stage.type }, title(stage), svg("rect", { ...box, rx: 1.5 })),
    ),
    ...labels.map(({ stage, x, y, lines }) =>
      svg(
        "text",
        { x, y },
        title(stage),
        ...lines.map((line, i) => svg("tspan", { x, dy: i ? LINE_HEIGHT : 0 }, line)),
      ),
    ),
  );
}

/** @param {number[]} ys */
const middle = (ys) => (ys[0] + ys[ys.length - 1]) / 2;

/**
 * Lines from each unit to each of the next layer.
 * @param {{x: number, ys: number[]}} from
 * @param {{x: number, ys: number[]}} to
 */
function weights(from, to) {
  return from.ys.flatMap((y) => to.ys.map((end) => `M${from.x} ${y}L${to.x} ${end}`)).join("");
}

/**
 * "conv → 30×24×24, ReLU, dropout": a drawn layer, and the layers after it that are not drawn.
 * @param {Stage} stage
 * @param {Stage | undefined} next
 * @param {Layer[]} layers
 */
function nameOf({ place, type, shape }, next, layers) {
  const between = layers.slice(place + 1, next?.place).map((layer) => layerWord(layer));
  const what = place < 0 ? t("network.input") : t(`layer.${type}`);
  return [`${what} → ${shape.join("×")}`, ...between].join(", ");
}

/** @param {Layer} layer */
function layerWord({ type, name }) {
  return type === "activation" && typeof name === "string" ? t(`activation.${name}`) : t(`layer.${type}`);
}
