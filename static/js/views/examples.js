/** Images (or points) that a network classified, with how sure it was: those of a cell of the confusion matrix. */

import { paint } from "../look/image-grid.js";
import { h, setChildren, setText } from "../page/dom.js";
import { color } from "../page/palette.js";
import { number, percent, t, withMinus } from "../words/i18n.js";
import { inks, prepared } from "./canvas.js";

/** @import { View } from "./view.js" */

/** One image or point: its true class, what the network says, the probabilities of all classes, and its index in the part. */
/** @typedef {{truth: number, predicted: number, probabilities: ArrayLike<number>, index: number}} Example */

/** The classes with the highest probabilities that are shown of an image. */
const BARS = 5;
/** The sides of an image that is shown large, and of the plot of points. */
const LARGE = 112;
const PLOT = 128;
/** The values of a table's row that its button shows, and that are shown of the row that is pointed at. */
const VALUES = { button: 4, large: 12 };

/**
 * The examples of a view of the kind `mistakes`.
 * @param {View} view
 * @returns {Example[]}
 */
export function examplesOf({ arrays: { probabilities, indices, labels, predictions } }) {
  const [count, classes] = probabilities.shape;
  return Array.from({ length: count }, (_, i) => ({
    truth: labels.values[i],
    predicted: predictions.values[i],
    probabilities: probabilities.values.subarray(i * classes, (i + 1) * classes),
    index: indices.values[i],
  }));
}

/**
 * The classes with the highest probabilities, highest first.
 * @param {ArrayLike<number>} probabilities
 */
export function likeliest(probabilities, count = BARS) {
  return Array.from(probabilities, (probability, label) => ({ label, probability }))
    .sort((a, b) => b.probability - a.probability || a.label - b.label)
    .slice(0, count);
}

export class Examples {
  element = h("div", { className: "examples" });
  /** One of them, large, with the bars of its classes; the card places it. */
  large = h("div", { className: "example-large", hidden: true });
  #list = h("div", { className: "example-list" });
  #plot = h("canvas", { role: "img" });
  /** @type {HTMLButtonElement[]} */
  #buttons = [];
  /** What is drawn: nothing is drawn again that has not changed. @type {View | null} */
  #view = null;
  /** @type {string[]} */
  #names = [];
  #isDark = false;
  /** The number of the example that is pointed at; −1: none. */
  #pointed = -1;

  /**
   * @param {View} view of the kind `mistakes`
   * @param {string[]} names of the classes
   * @param {boolean} dark
   */
  draw(view, names, dark) {
    if (this.#view === view && this.#isDark === dark && this.element.childElementCount) return;
    this.#view = view;
    this.#names = names;
    this.#isDark = dark;
    const examples = examplesOf(view);
    const { images, points, rows } = view.arrays;
    const mixed = view.facts.truth === null || view.facts.predicted === null;
    while (this.#buttons.length < examples.length) this.#addButton(this.#buttons.length);
    const buttons = this.#buttons.slice(0, examples.length);
    buttons.forEach((button, i) => {
      const [canvas, text] = /** @type {[HTMLCanvasElement, HTMLElement]} */ (
        /** @type {unknown} */ (button.children)
      );
      const { truth, predicted, probabilities } = examples[i];
      const share = percent(probabilities[predicted], 0);
      const caption = mixed ? `${names[truth]}→${names[predicted]} ${share}` : share;
      setText(text, rows ? `${caption}: ${valuesOf(rows, i).slice(0, VALUES.button).join(" · ")}` : caption);
      button.setAttribute("aria-label", this.#sentence(examples[i]));
      canvas.hidden = !images;
      if (images) paintOne(canvas, images, i);
    });
    this.element.classList.toggle("mixed", mixed);
    this.element.classList.toggle("rows", Boolean(rows));
    setChildren(this.#list, buttons);
    setChildren(this.element, points ? [this.#plot, this.#list] : [this.#list]);
    if (points) this.#drawPoints();
    this.#showLarge();
  }

  /** Nothing is pointed at any more. */
  clear() {
    this.#pointed = -1;
    this.large.hidden = true;
  }

  /** @param {number} place */
  #addButton(place) {
    const button = h(
      "button",
      { type: "button", className: "example" },
      h("canvas", { "aria-hidden": "true" }),
      h("span"),
    );
    const point = (/** @type {number} */ pointed) => () => {
      this.#pointed = pointed;
      this.#showLarge();
      if (this.#view?.arrays.points) this.#drawPoints();
    };
    for (const event of ["mouseenter", "focus", "click"]) button.addEventListener(event, point(place));
    for (const event of ["mouseleave", "blur"]) button.addEventListener(event, point(-1));
    this.#buttons.push(button);
  }

  /** @param {Example} example */
  #sentence({ truth, predicted, probabilities, index }) {
    return t("views.example", {
      n: number(index),
      truth: this.#names[truth],
      predicted: this.#names[predicted],
      share: percent(probabilities[predicted], 1),
    });
  }

  #showLarge() {
    const view = this.#view;
    const example = view ? examplesOf(view)[this.#pointed] : undefined;
    this.large.hidden = !example;
    if (!view || !example) return;
    const { images, rows: table } = view.arrays;
    const canvas = h("canvas", { "aria-hidden": "true" });
    if (images) {
      paintOne(canvas, images, this.#pointed);
      canvas.style.width = `${LARGE}px`;
    }
    const rows = likeliest(example.probabilities).map(({ label, probability }) =>
      barRow(this.#names[label], probability, percent(probability), label === example.truth),
    );
    this.large.replaceChildren(
      ...(images ? [canvas] : []),
      h("p", {}, this.#sentence(example)),
      ...(table ? [valueList(view.facts.columns, valuesOf(table, this.#pointed))] : []),
      h("div", { className: "bars" }, ...rows),
    );
  }

  #drawPoints() {
    const points = this.#view?.arrays.points;
    if (!this.#view || !points) return;
    const { values } = points;
    const examples = examplesOf(this.#view);
    const reach = 1.1 * Math.max(1, ...Array.from(values, Math.abs));
    const pen = prepared(this.#plot, PLOT, PLOT);
    const { line, quiet, ink, font } = inks(this.#plot);
    const place = (/** @type {number} */ value) => ((value + reach) / (2 * reach)) * PLOT;
    Object.assign(pen, { strokeStyle: line, fillStyle: quiet, font: `10px ${font}`, lineWidth: 1 });
    for (const tick of [-1, 0, 1]) {
      pen.strokeRect(place(tick), 0, 0, PLOT);
      pen.strokeRect(0, place(tick), PLOT, 0);
      pen.fillText(withMinus(String(tick)), place(tick) + 2, PLOT - 2);
    }
    examples.forEach(({ truth, predicted }, i) => {
      const isPointed = i === this.#pointed;
      pen.beginPath();
      pen.arc(place(values[2 * i]), PLOT - place(values[2 * i + 1]), isPointed ? 6 : 3.5, 0, 2 * Math.PI);
      pen.fillStyle = color(truth, this.#isDark);
      pen.strokeStyle = isPointed ? ink : color(predicted, this.#isDark);
      pen.lineWidth = 2;
      pen.fill();
      pen.stroke();
    });
    this.#plot.setAttribute("aria-label", t("views.points_say", { n: number(examples.length) }));
  }
}

/**
 * The values of a table's row, as texts.
 * @param {import("./view.js").ViewArray} rows (rows, columns)
 * @param {number} place
 */
function valuesOf({ shape: [, columns], values }, place) {
  const row = Array.from(values.subarray(place * columns, (place + 1) * columns));
  return row.map((value) => number(value, { maximumSignificantDigits: 4 }));
}

/**
 * The first values of a row with the names of their columns.
 * @param {string[]} columns
 * @param {string[]} values
 */
function valueList(columns, values) {
  const pairs = columns
    .slice(0, VALUES.large)
    .flatMap((name, i) => [h("dt", {}, name), h("dd", {}, values[i])]);
  const rest = columns.length > VALUES.large ? [h("dt", {}, "…")] : [];
  return h("dl", { className: "example-values" }, ...pairs, ...rest);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {import("./view.js").ViewArray} images
 * @param {number} place
 */
function paintOne(canvas, { shape: [, ...shape], values }, place) {
  const [, height, width] = shape;
  canvas.width = width;
  canvas.height = height;
  const size = shape.reduce((all, length) => all * length, 1);
  paint(canvas, /** @type {Uint8Array} */ (values.subarray(place * size, (place + 1) * size)), shape);
}

/**
 * A row of bars: a name, a bar for a share, and the share as a text.
 * @param {string} name
 * @param {number | null} share
 * @param {string} text
 */
export function barRow(name, share, text, strong = false) {
  const bar = h("i", { className: "bar" });
  bar.style.setProperty("--share", String(share ?? 0));
  return h(
    "div",
    { className: strong ? "bar-row strong" : "bar-row" },
    h("span", {}, name),
    bar,
    h("b", {}, text),
  );
}
