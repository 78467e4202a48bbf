/**
 * Draw a digit: what each shown network says of it, while one draws and while the networks learn. A test image can be taken
 * in place of a drawing, and be erased or moved.
 */

import { h, label, setText } from "../page/dom.js";
import { onKey, undoOrRedo } from "../page/keys.js";
import { color } from "../page/palette.js";
import { className } from "../words/class-name.js";
import { number, percent, t } from "../words/i18n.js";
import { greys, inks, prepared } from "./canvas.js";
import { erased, fromBase64, shifted, toBase64, trimmed } from "./digit-pixels.js";
import { drawing } from "./drawing.js";
import { drawStrokes, onPen } from "./pen.js";
import { sampleOf } from "./samples.js";
import { swatchOf } from "./view-card.js";

/**
 * @import { DataSample, Run } from "../types.js"
 * @import { Place } from "./digit-pixels.js"
 * @import { CardContext, Content, Seen } from "./view-card.js"
 */

/** The smallest side of the square in which one draws, and its largest shares of the window's height and the card's width. */
const SIDE = { least: 110, tall: 0.5, wide: 0.4 };
/** The side of the small square, as a share of the large one. */
const SMALL = 0.28;
/** How far the eraser reaches, as a share of a test image. */
const ERASER = 0.07;
/** Where an arrow key moves a test image, and from which side it erases with Shift. */
const ARROWS =
  /** @type {Record<string, {by: [number, number], side: "left" | "right" | "top" | "bottom"}>} */ ({
    ArrowLeft: { by: [-1, 0], side: "right" },
    ArrowRight: { by: [1, 0], side: "left" },
    ArrowUp: { by: [0, -1], side: "bottom" },
    ArrowDown: { by: [0, 1], side: "top" },
  });

/** @implements {Content} */
export class Digit {
  runs = 4;
  view = "digit";
  #card;
  #pad = h("canvas", { className: "pad", role: "img", tabIndex: 0 });
  #small = h("canvas", { className: "pad-small pixels", role: "img" });
  #bars = h("canvas", { role: "img" });
  #clear = h("button", { type: "button" }, t("views.clear"));
  #undo = h("button", { type: "button" }, t("views.undo"));
  #number = h("input", { type: "number", min: "0", step: "1", inputMode: "numeric" });
  #description = h("span", { className: "digit-says" });
  #help = h("p", { className: "digit-help" });
  #main = h("div", { className: "digit" });
  /** The data set of the runs, with an image of it: whose shape and classes are needed. @type {DataSample | null} */
  #sample = null;
  /** The number of a test image that is on its way. @type {number | null} */
  #wanted = null;
  #side = SIDE.least;
  #stop;

  /** @param {CardContext} card */
  constructor(card) {
    this.#card = card;
    label(this.#number, t("views.test_image"));
    this.#number.placeholder = t("views.number");
    this.#number.addEventListener("change", () => this.#showTyped());
    this.#clear.addEventListener("click", () => drawing.clear());
    this.#undo.addEventListener("click", () => drawing.undo());
    this.#small.setAttribute("aria-label", t("views.seen_as"));
    const chosen = h("label", {}, `${t("views.test_image")} `, this.#number);
    const tools = h("div", { className: "digit-tools" }, this.#clear, this.#undo, chosen);
    const square = h("div", { className: "pad-frame" }, this.#pad, this.#small);
    this.#main.append(square, h("div", { className: "digit-bars" }, this.#bars), tools);
    card.controls.append(this.#description);
    card.body.append(this.#main, this.#help);
    onPen(this.#pad, (at, isFirst) => this.#touch(at, isFirst));
    onKey(this.#pad, (event) => this.#key(event));
    this.#stop = drawing.on("change", card.redraw);
  }

  remove() {
    this.#stop();
  }

  /** @param {Run} run */
  options(run) {
    const sample = sampleOf(run.summary.dataset, { part: "test", first: 0, count: 1 }, this.#card.redraw);
    if (!sample?.pixels) return null;
    const pixels = drawing.pixelsFor(sample.name, sample.shape);
    return pixels && sample.shape[0] === 1 ? { pixels: toBase64(pixels) } : null;
  }

  /** @param {Seen[]} seen */
  draw(seen) {
    const samples = seen.map(({ run }) =>
      sampleOf(run.summary.dataset, { part: "test", first: 0, count: 1 }, this.#card.redraw),
    );
    this.#sample = samples.find((sample) => sample?.pixels && sample.shape[0] === 1) ?? null;
    const { body } = this.#card;
    // not by the card's height, which may follow from this
    this.#side = Math.round(
      Math.max(SIDE.least, Math.min(innerHeight * SIDE.tall, body.clientWidth * SIDE.wide)),
    );
    this.#drawPad();
    this.#clear.disabled = drawing.isEmpty;
    this.#undo.disabled = !drawing.canUndo;
    if (document.activeElement !== this.#number)
      this.#number.value = String(this.#wanted ?? drawing.image?.number ?? "");
    const fit = seen.filter((_, i) => samples[i]?.pixels && samples[i]?.shape[0] === 1);
    const isKnown = samples.every(Boolean);
    this.#main.hidden = isKnown && !fit.length;
    setText(this.#help, this.#helpText(fit, seen, isKnown));
    this.#help.hidden = !this.#help.textContent;
    const shown = fit.filter(({ run, view }) => view?.arrays.probabilities && this.options(run) !== null);
    return this.#drawBars(shown, this.#sample?.class_names ?? []);
  }

  /**
   * @param {Seen[]} fit the runs on grey images
   * @param {Seen[]} seen
   * @param {boolean} isKnown
   */
  #helpText(fit, seen, isKnown) {
    if (isKnown && !fit.length) return t("views.digit_needs_grey");
    const { image } = drawing;
    if (image && fit.some(({ run }) => run.summary.dataset !== image.dataset))
      return t("views.image_of_other_set");
    if (seen.length > fit.length && isKnown) return t("views.digit_some_grey");
    return drawing.isEmpty ? t("views.digit_help") : "";
  }

  /** The square in which one draws, and the small one with what the network gets. */
  #drawPad() {
    const side = this.#side;
    const context = prepared(this.#pad, side, side);
    const { ink } = inks(this.#card.body);
    const sample = this.#sample;
    const { image, strokes } = drawing;
    const pixels = sample ? drawing.pixelsFor(sample.name, sample.shape) : null;
    if (image) {
      const picture = greys(image.pixels, Math.sqrt(image.pixels.length), this.#card.isDark());
      context.imageSmoothingEnabled = false;
      context.drawImage(picture, 0, 0, side, side);
    }
    drawStrokes(context, strokes, side, ink);
    this.#pad.setAttribute(
      "aria-label",
      image ? t("views.pad_image", { n: number(image.number) }) : t("views.pad", { n: strokes.length }),
    );
    const small = prepared(this.#small, Math.round(side * SMALL), Math.round(side * SMALL));
    this.#small.hidden = !pixels;
    this.#small.title = t("views.seen_as");
    if (!pixels || !sample) return;
    small.imageSmoothingEnabled = false;
    const picture = greys(pixels, sample.shape[2], this.#card.isDark());
    small.drawImage(picture, 0, 0, Math.round(side * SMALL), Math.round(side * SMALL));
  }

  /**
   * For each class a bar of each run.
   * @param {Seen[]} seen
   * @param {string[]} classes
   */
  #drawBars(seen, classes) {
    const frame = this.#bars.parentElement;
    const width = Math.max(90, frame?.clientWidth ?? 120);
    const high = Math.max(this.#side, 13 * classes.length);
    const context = prepared(this.#bars, width, high);
    const { ink, quiet, line, font, size } = inks(this.#card.body);
    const letter = Math.max(10, size - 2);
    const row = high / Math.max(1, classes.length);
    const thick = Math.max(1.5, Math.min(7, (row - 4) / Math.max(1, seen.length)));
    const names = classes.map(className);
    context.font = `${letter}px ${font}`;
    const left = 8 + Math.min(70, Math.max(0, ...names.map((name) => context.measureText(name).width)));
    const room = width - left - 40;
    const outputs = seen.map(({ run, view }) => ({
      run,
      values: /** @type {Float32Array} */ (view?.arrays.probabilities.values),
      predicted: /** @type {number | null} */ (view?.facts.predicted ?? null),
    }));
    const said = new Set(outputs.map(({ predicted }) => predicted));
    context.textBaseline = "middle";
    names.forEach((name, i) => {
      const middle = row * (i + 0.5);
      context.font = `${said.has(i) ? "700 " : ""}${letter}px ${font}`;
      context.fillStyle = said.has(i) ? ink : quiet;
      context.textAlign = "right";
      context.fillText(name, left - 6, middle, left - 6);
      context.fillStyle = line;
      context.fillRect(left, row * i + 2, 1, row - 4);
      context.textAlign = "left";
      outputs.forEach(({ run, values, predicted }, j) => {
        const top = middle + (j - outputs.length / 2) * thick;
        const share = Number.isFinite(values[i]) ? values[i] : 0;
        context.fillStyle = color(run.hue, this.#card.isDark());
        context.fillRect(left, top, Math.max(1, share * room), thick - 0.5);
        if (predicted !== i || outputs.some((other, k) => k < j && other.predicted === i)) return;
        const highest = Math.max(...outputs.map(({ values: all }) => all[i] || 0));
        context.fillStyle = ink;
        context.fillText(percent(highest, 0), left + highest * room + 4, middle);
      });
    });
    const sentences = outputs.map(({ run, values, predicted }) =>
      predicted === null
        ? t("views.digit_unknown", { run: run.name })
        : t("views.digit_says", {
            run: run.name,
            what: names[predicted],
            share: percent(values[predicted], 0),
          }),
    );
    this.#description.replaceChildren(
      ...outputs.map(({ run, predicted }) => {
        return h(
          "span",
          { title: run.name },
          swatchOf(run),
          h("b", {}, predicted === null ? "–" : names[predicted]),
        );
      }),
    );
    const text = sentences.join(" ") || t("views.digit_help");
    this.#bars.setAttribute("aria-label", text);
    return text;
  }

  /**
   * The pen, or on a test image the eraser, at a place.
   * @param {Place} at
   * @param {boolean} isFirst
   */
  #touch(at, isFirst) {
    const { image } = drawing;
    if (image) {
      const width = Math.sqrt(image.pixels.length);
      drawing.show({ ...image, pixels: erased(image.pixels, width, at, ERASER) }, isFirst);
    } else if (isFirst) drawing.begin(at);
    else drawing.extend(at);
    this.#drawPad(); // the pad follows the pen at once; networks get new pixels less often
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.altKey) return;
    const { image } = drawing;
    const arrow = ARROWS[event.key];
    if (arrow && image && !event.ctrlKey && !event.metaKey) {
      const width = Math.sqrt(image.pixels.length);
      const changed = event.shiftKey
        ? trimmed(image.pixels, width, arrow.side)
        : shifted(image.pixels, width, ...arrow.by);
      drawing.show({ ...image, pixels: changed });
    } else if (event.key === "Delete" || event.key === "Backspace") drawing.clear();
    else if (undoOrRedo(event) === "undo") drawing.undo();
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.#drawPad();
  }

  /** Show the test image whose number was typed. */
  #showTyped() {
    const sample = this.#sample;
    const chosen = Math.floor(Number(this.#number.value));
    if (!sample || this.#number.value === "") return;
    const first = Math.max(0, Math.min(sample.total - 1, chosen || 0));
    this.#wanted = first;
    this.#number.value = String(first);
    this.#number.max = String(sample.total - 1);
    const show = () => {
      const loaded = sampleOf(sample.name, { part: "test", first, count: 1 }, show);
      if (!loaded?.pixels || this.#wanted !== first) return;
      this.#wanted = null;
      drawing.show({ dataset: sample.name, number: first, pixels: fromBase64(loaded.pixels) });
    };
    show();
  }

  /** The pad and the bars side by side. */
  picture() {
    const { width, height } = this.#pad;
    const both = h("canvas", {
      width: width + this.#bars.width,
      height: Math.max(height, this.#bars.height),
    });
    const context = both.getContext("2d");
    context?.drawImage(this.#pad, 0, 0);
    context?.drawImage(this.#bars, width, 0);
    return both;
  }
}
