/**
 * The decision boundary on points in the plane: which class the network takes each place for, with the training and test
 * points, and what each unit of each layer does there.
 */

import { drawPoint } from "../look/point-plot.js";
import { h, setChildren } from "../page/dom.js";
import { color } from "../page/palette.js";
import { className } from "../words/class-name.js";
import { number, percent, t } from "../words/i18n.js";
import { inputsOf, valueLabelOf } from "../words/labels.js";
import { inks, pixels, prepared } from "./canvas.js";
import { cellColor, rgbOf, shareInOwn } from "./plane.js";
import { axesOf, commonAxes, PlaneAxes } from "./plane-axes.js";
import { sampleOf } from "./samples.js";
import { signedColor } from "./scales.js";
import { runLine } from "./view-card.js";

/**
 * @import { DataSample, Run } from "../types.js"
 * @import { CardContext, Content, Seen } from "./view-card.js"
 * @import { AxesFacts } from "./plane-axes.js"
 * @import { Rgb } from "./scales.js"
 * @import { View, ViewArray } from "./view.js"
 */

/** The cells on a side of the map. */
const SIZE = 80;
/** At most this many points of a part are drawn. */
const POINTS = 200;
/** The side of a unit's map in pixels, and what is between two. */
const UNIT = { side: 24, gap: 2 };
/** The least width of a run's part with the units beside the map. */
const WIDE = 260;

/** What one run is drawn with, kept between drawings. @typedef {{element: HTMLElement, map: HTMLCanvasElement, units: HTMLElement, layers: HTMLCanvasElement[]}} Part */

/** @implements {Content} */
export class Boundary {
  runs = 2;
  view = "boundary";
  #card;
  /** @type {WeakMap<Run, Part>} */
  #parts = new WeakMap();
  #grid = h("div", { className: "view-grid" });
  #foot = h("div", { className: "view-foot" });
  #axes;
  /** @type {HTMLCanvasElement | null} */
  #canvas = null;

  /** @param {CardContext} card */
  constructor(card) {
    this.#card = card;
    this.#axes = new PlaneAxes(card);
    card.body.append(this.#grid, this.#axes.element, this.#foot);
  }

  /** @param {Run} run */
  options({ summary: { dataset } }) {
    return { size: SIZE, ...axesOf(this.#card, inputsOf(dataset) ?? 2) };
  }

  /** @param {Seen[]} seen */
  draw(seen) {
    const width = this.#card.body.clientWidth;
    this.#grid.style.setProperty("--view-columns", String(seen.length));
    const each = (width - (seen.length - 1) * 12) / Math.max(1, seen.length);
    const parts = seen.filter(({ error }) => !error).map((network) => this.#part(network, each));
    setChildren(
      this.#grid,
      parts.map(({ element }) => element),
    );
    const drawn = seen.flatMap(({ view }) => view ?? []);
    if (drawn.length) this.#axes.draw(commonAxes(drawn.map(({ facts }) => /** @type {AxesFacts} */ (facts))));
    this.#drawFoot(drawn);
    this.#canvas = parts[0]?.map ?? null;
    return parts.map(({ description }) => description).join(" ");
  }

  /**
   * @param {Seen} seen
   * @param {number} width
   */
  #part({ run, view }, width) {
    let part = this.#parts.get(run);
    if (!part) {
      const map = h("canvas", { className: "plane", role: "img" });
      part = {
        element: h("div", { className: "view-part" }),
        map,
        units: h("div", { className: "units" }),
        layers: [],
      };
      this.#parts.set(run, part);
    }
    const { element, map, units } = part;
    const isWide = width >= WIDE;
    const room = isWide ? Math.min(width * 0.5, innerHeight * 0.5) : width;
    let [description, right] = ["", ""];
    if (view) {
      const test = run.summary.test_size === 0 ? null : this.#points(run, "test", run.summary.test_size);
      this.#drawMap(map, view, Math.max(80, room), this.#points(run, "train", run.summary.train_size), test);
      const { probabilities } = view.arrays;
      const isTable = view.facts.columns.length > 0;
      if (!isTable && test?.points?.length) {
        const share = shareInOwn(
          probabilities,
          view.facts.extent,
          /** @type {[number, number][]} */ (test.points),
          test.labels,
        );
        right = t("views.points_right", { share: percent(share, 0) });
      }
      description = isTable
        ? t("views.table_boundary_says", {
            run: run.name,
            x: view.facts.columns[view.facts.x],
            y: view.facts.columns[view.facts.y],
          })
        : t("views.boundary_says", { run: run.name, right, n: number(test?.points?.length ?? 0) });
      map.setAttribute("aria-label", description);
      this.#drawUnits(part, view, isWide ? width - room - 12 : width);
    }
    const line = runLine(run, right);
    const body = h("div", { className: isWide ? "plane-row" : "plane-column" }, map, units);
    element.replaceChildren(line, body);
    return { element, map, description };
  }

  /**
   * @param {Run} run
   * @param {"train" | "test"} part
   * @param {number | null | undefined} size
   */
  #points({ summary: { dataset } }, part, size) {
    const which = { part, first: 0, count: Math.min(POINTS, size ?? POINTS) };
    return sampleOf(dataset, which, this.#card.redraw);
  }

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {View} view
   * @param {number} side
   * @param {DataSample | null} train
   * @param {DataSample | null} test
   */
  #drawMap(canvas, { arrays: { probabilities }, facts }, side, train, test) {
    const dark = this.#card.isDark();
    const context = prepared(canvas, side, side);
    const { ink, card } = inks(this.#card.body);
    const ground = /** @type {Rgb} */ (dark ? [22, 28, 38] : [255, 255, 255]);
    const [classes, rows, columns] = probabilities.shape;
    const colors = Array.from({ length: classes }, (_, i) => rgbOf(color(i, dark)));
    const picture = pixels(columns, rows, (row, column) =>
      cellColor(probabilities, colors, ground, row, column),
    );
    context.imageSmoothingEnabled = true;
    context.drawImage(picture, 0, 0, side, side);
    const { left, right, bottom, top } = facts.extent;
    const radius = Math.max(1.6, Math.min(4, side / 100));
    for (const [sample, edge] of /** @type {[DataSample | null, string][]} */ ([
      [train, card],
      [test, ink],
    ]))
      sample?.points?.forEach((point, i) => {
        const [x, y] = [point[facts.x], point[facts.y]];
        const position = [((x - left) / (right - left)) * side, ((top - y) / (top - bottom)) * side];
        context.fillStyle = color(sample.labels[i], dark);
        context.strokeStyle = edge;
        context.lineWidth = 0.75;
        drawPoint(context, sample.labels[i], position[0], position[1], radius);
        context.stroke();
      });
  }

  /**
   * The maps of the units, layer by layer, the lowest first.
   * @param {Part} part
   * @param {View} view
   * @param {number} width
   */
  #drawUnits(part, { arrays, facts }, width) {
    const dark = this.#card.isDark();
    /** @type {HTMLElement[]} */
    const children = [];
    const columns = Math.max(1, Math.floor((width + UNIT.gap) / (UNIT.side + UNIT.gap)));
    for (const [i, { name, activation, units, shown }] of facts.layers.entries()) {
      part.layers[i] ??= h("canvas", { className: "pixels", role: "img" });
      const canvas = part.layers[i];
      const kind = activation ? valueLabelOf("network.activation", activation) : "";
      const title = `${t("views.layer_n", { n: name })}${kind && ` · ${kind}`}`;
      const description = t("views.units_say", { layer: title, shown: number(shown), units: number(units) });
      canvas.setAttribute("aria-label", description);
      canvas.title = description;
      drawUnitMaps(canvas, arrays[`units/${name}`], columns, dark, inks(this.#card.body).line);
      children.push(h("div", { className: "units-layer" }, h("span", {}, title), canvas));
    }
    part.units.replaceChildren(...children);
  }

  /** The colours of the classes of each data set, and how points of the two parts look. @param {View[]} views */
  #drawFoot(views) {
    const dark = this.#card.isDark();
    const sets = new Map(
      views.map(({ facts }) => [JSON.stringify(facts.classes), /** @type {string[]} */ (facts.classes)]),
    );
    const keys = [...sets.values()].map((classes) =>
      h(
        "span",
        { className: "view-key view-classes" },
        ...classes.map((name, i) => {
          const swatch = h("span", { className: "view-swatch" });
          swatch.style.background = color(i, dark);
          return h("span", { className: "view-key" }, swatch, className(name));
        }),
      ),
    );
    setChildren(this.#foot, [...keys, h("span", {}, views.length ? t("views.points_key") : "")]);
  }

  picture() {
    return this.#canvas;
  }
}

/**
 * A small map for each unit; one colour scale for the layer.
 * @param {HTMLCanvasElement} canvas
 * @param {ViewArray} maps (units, rows, columns)
 * @param {number} columns of small maps
 * @param {boolean} dark
 * @param {string} line the colour of their edges
 */
function drawUnitMaps(canvas, { shape: [units, rows, across], values }, columns, dark, line) {
  const step = UNIT.side + UNIT.gap;
  const wide = Math.min(columns, units) * step - UNIT.gap;
  const context = prepared(canvas, wide, Math.ceil(units / columns) * step - UNIT.gap);
  let limit = 0;
  for (const value of values) if (Number.isFinite(value)) limit = Math.max(limit, Math.abs(value));
  for (let unit = 0; unit < units; unit++) {
    const picture = pixels(across, rows, (row, column) =>
      signedColor(values[(unit * rows + row) * across + column] / (limit || 1), dark),
    );
    const [x, y] = [(unit % columns) * step, Math.floor(unit / columns) * step];
    context.drawImage(picture, x, y, UNIT.side, UNIT.side);
    context.strokeStyle = line;
    context.strokeRect(x + 0.5, y + 0.5, UNIT.side - 1, UNIT.side - 1);
  }
}
