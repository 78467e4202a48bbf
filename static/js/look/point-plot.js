/**
 * Draws the points of a data set in the plane, with a colour and a shape for each class, and a legend. The two columns of a
 * table have scales of their own: one may be years, and the other shares.
 */

import { h } from "../page/dom.js";
import { color } from "../page/palette.js";
import { roundAbove, Scale } from "../scale.js";
import { className } from "../words/class-name.js";
import { number, t, withMinus } from "../words/i18n.js";
import { endsOf, writtenInOwnUnits } from "./own-units.js";

/** @import { DataSample } from "../types.js" */

/** The size of the canvas, of its margin, of a point and of a sample in the legend, in canvas pixels: half a page pixel. */
const SIZE = 960;
const MARGIN = 48;
const POINT = 7;
const SWATCH = 22;
/** The frame ends at the lowest of these that is above all points: 1, 1.1, 1.2 … */
const TENTHS = Array.from({ length: 90 }, (_, i) => (10 + i) / 10);

/**
 * Functions that draw a point of a given radius, one for each class: classes differ in shape and not only in colour.
 * @type {((pen: CanvasRenderingContext2D, x: number, y: number, radius: number) => void)[]}
 */
const FORMS = [
  (pen, x, y, r) => pen.arc(x, y, r, 0, 2 * Math.PI),
  (pen, x, y, r) => pen.rect(x - r * 0.85, y - r * 0.85, r * 1.7, r * 1.7),
  (pen, x, y, r) =>
    polygon(pen, [
      [x, y - r * 1.2],
      [x + r * 1.1, y + r * 0.8],
      [x - r * 1.1, y + r * 0.8],
    ]),
  (pen, x, y, r) =>
    polygon(pen, [
      [x, y - r * 1.3],
      [x + r * 1.3, y],
      [x, y + r * 1.3],
      [x - r * 1.3, y],
    ]),
];

export class PointPlot {
  element;
  #canvas = h("canvas", { width: SIZE, height: SIZE, role: "img" });
  #axes = h("p", { className: "point-axes quiet" });
  #legend = h("ul", { className: "point-legend" });
  #dark;

  /** @param {boolean} dark */
  constructor(dark) {
    this.#dark = dark;
    this.element = h("div", { className: "point-plot" }, this.#canvas, this.#axes, this.#legend);
  }

  /** @param {DataSample} sample the server's answer, with points */
  show({ points = [], columns = [], units, labels, class_names: classes }) {
    const counts = classes.map((_, label) => labels.filter((other) => other === label).length);
    const described = classes.map((name, label) => `${className(name)} ${number(counts[label])}`);
    this.#canvas.setAttribute(
      "aria-label",
      t("look.points", { count: number(points.length), classes: described.join(", ") }),
    );
    const pen = penOf(this.#canvas);
    const ends = columns.map((_, column) => endsOf(points, column));
    const [across, up] = columns.length ? this.#drawTableFrame(pen, ends) : this.#drawFrame(pen, points);
    points.forEach(([x, y], i) => this.#mark(pen, labels[i], across.place(x), SIZE - up.place(y), POINT));
    const said = columns.map((name, column) => {
      const [low, high] = ends[column].map((value) => writtenInOwnUnits(value, column, units));
      return `${column ? "↑" : "→"} ${name}: ${low} … ${high}`;
    });
    this.#axes.replaceChildren(...said.map((text) => h("span", {}, text)));
    this.#legend.replaceChildren(...described.map((text, label) => h("li", {}, this.#swatch(label), text)));
  }

  /**
   * @param {CanvasRenderingContext2D} pen
   * @param {number} label
   * @param {number} x
   * @param {number} y
   * @param {number} radius
   */
  #mark(pen, label, x, y, radius) {
    pen.fillStyle = color(label, this.#dark);
    drawPoint(pen, label, x, y, radius);
  }

  /** @param {number} label */
  #swatch(label) {
    const canvas = h("canvas", { width: SWATCH, height: SWATCH, "aria-hidden": "true" });
    this.#mark(penOf(canvas), label, SWATCH / 2, SWATCH / 2, 8);
    return canvas;
  }

  /**
   * Draw a square around the rows of a table. Returns the scales of its columns: each reaches from side to side.
   * @param {CanvasRenderingContext2D} pen
   * @param {number[][]} ends of the columns
   */
  #drawTableFrame(pen, ends) {
    pen.clearRect(0, 0, SIZE, SIZE);
    this.#drawSquare(pen);
    return ends.map((column) => new Scale(column, [MARGIN, SIZE - MARGIN]));
  }

  /**
   * Draw a square around the points, with lines at −1, 0 and 1. Returns the scales of the coordinates.
   * @param {CanvasRenderingContext2D} pen
   * @param {number[][]} points
   */
  #drawFrame(pen, points) {
    const style = getComputedStyle(this.#canvas);
    const edge = roundAbove(Math.max(1, ...points.flat().map(Math.abs)), TENTHS) + 0.05;
    this.#canvas.dataset.edge = String(edge);
    const scale = new Scale([-edge, edge], [MARGIN, SIZE - MARGIN]);
    pen.clearRect(0, 0, SIZE, SIZE);
    pen.lineWidth = 2;
    pen.strokeStyle = style.getPropertyValue("--line");
    pen.fillStyle = style.getPropertyValue("--quiet");
    pen.font = `22px ${style.fontFamily}`;
    for (const tick of [-1, 0, 1]) {
      const [position, text] = [scale.place(tick), withMinus(String(tick))];
      pen.beginPath();
      pen.moveTo(position, MARGIN);
      pen.lineTo(position, SIZE - MARGIN);
      pen.moveTo(MARGIN, SIZE - position);
      pen.lineTo(SIZE - MARGIN, SIZE - position);
      pen.stroke();
      Object.assign(pen, { textAlign: "center", textBaseline: "top" });
      pen.fillText(text, position, SIZE - MARGIN + 10);
      Object.assign(pen, { textAlign: "right", textBaseline: "middle" });
      pen.fillText(text, MARGIN - 10, SIZE - position);
    }
    this.#drawSquare(pen);
    return [scale, scale];
  }

  /** @param {CanvasRenderingContext2D} pen */
  #drawSquare(pen) {
    pen.lineWidth = 2;
    pen.strokeStyle = getComputedStyle(this.#canvas).getPropertyValue("--edge");
    pen.strokeRect(MARGIN, MARGIN, SIZE - 2 * MARGIN, SIZE - 2 * MARGIN);
  }
}

/**
 * Fill the form of a class at a place; the path stays, to be stroked.
 * @param {CanvasRenderingContext2D} pen
 * @param {number} label
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 */
export function drawPoint(pen, label, x, y, radius) {
  pen.beginPath();
  FORMS[label % FORMS.length](pen, x, y, radius);
  pen.closePath();
  pen.fill();
}

/** @param {HTMLCanvasElement} canvas */
function penOf(canvas) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")); // never null: no other context was asked for
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {[number, number][]} corners
 */
function polygon(pen, corners) {
  pen.moveTo(...corners[0]);
  for (const corner of corners.slice(1)) pen.lineTo(...corner);
}
