/**
 * The chart of all students' curves: each as a thin line, and of each group the median and the band in which eight of ten
 * lie. It is an SVG of its own: a thin line is changed only when its curve is.
 */

import { h, setText, svg } from "../page/dom.js";
import { roundAbove, Scale } from "../scale.js";
import { number, t } from "../words/i18n.js";
import { extentOf, nearest } from "./cloud.js";
import { lineOf } from "./cloud-paths.js";
import { curveOf, describe, labelsOf, marksOf, summaryOf } from "./cloud-summary.js";
import { colorOf } from "./groups.js";

/**
 * @import { Place } from "./cloud-paths.js"
 * @import { Summary } from "./cloud-summary.js"
 * @import { CurveGroup } from "./groups.js"
 * @import { CurveView } from "./tile.js"
 */

/** How many thin lines are drawn in one step. */
const LINES_IN_STEP = 40;

/** A thin line with its curve and colour. `view` is null if the line must be drawn again. @typedef {{path: SVGElement, view: CurveView | null, color: string}} Line */

/** The pointer selects the nearest curve, if it is at most this many pixels above or below. */
const POINTING = 10;

export class CloudView {
  #onPoint;
  #onResize;
  #title = h("h2");
  #key = h("div", { className: "cloud-key" });
  #plot = h("div", { className: "cloud-plot" });
  #axes = svg("g", { class: "cloud-axes" });
  #thin = svg("g", { class: "cloud-thin" });
  #summary = svg("g", { class: "cloud-summary" });
  #chosen = svg("g", { class: "cloud-chosen" });
  #svg = svg("svg", { "aria-hidden": "true" }, this.#axes, this.#thin, this.#summary, this.#chosen);
  #labels = h("div", { className: "cloud-labels" });
  #empty = h("p", { className: "empty" });
  #chosenText = h("span", { className: "cloud-name" });
  /** By training. @type {Map<string, Line>} */
  #lines = new Map();
  /** @type {CurveGroup[]} */
  #groups = [];
  /** @type {CurveView[]} */
  #picked = [];
  #room = { width: 0, height: 0, letter: 11 };
  #axis = "";

  /**
   * @param {HTMLElement} card
   * @param {(training: string | null) => void} onPoint called with the curve that is pointed at
   * @param {() => void} onResize called when the chart has another size, and is to be drawn again
   */
  constructor(card, onPoint, onResize) {
    this.#onPoint = onPoint;
    this.#onResize = onResize;
    this.#plot.append(this.#svg, this.#labels, this.#empty);
    this.#plot.setAttribute("role", "img");
    card.replaceChildren(
      h("header", { className: "card-head" }, this.#title, this.#chosenText, this.#key),
      this.#plot,
    );
    this.#plot.addEventListener("pointermove", ({ offsetX, offsetY }) => this.#point(offsetX, offsetY));
    this.#plot.addEventListener("pointerleave", () => onPoint(null));
    new ResizeObserver(() => this.#measure()).observe(this.#plot);
  }

  /**
   * @param {number} left
   * @param {number} top
   */
  #point(left, top) {
    const place = this.#place;
    if (!place) return;
    const curves = this.#groups.flatMap(({ curves }) => curves);
    const reach = Math.abs(place.y.value(POINTING) - place.y.value(0));
    this.#onPoint(nearest(curves, place.x.value(left), place.y.value(top), reach)?.training ?? null);
  }

  #measure() {
    const { clientWidth: width, clientHeight: height } = this.#plot;
    const letter = Number.parseFloat(getComputedStyle(this.#plot).fontSize);
    if (width === this.#room.width && height === this.#room.height && letter === this.#room.letter) return;
    this.#room = { width, height, letter };
    this.#onResize();
  }

  /**
   * Draw the curves step by step: the page can do other things in between.
   * @param {CurveGroup[]} groups
   */
  *draw(groups) {
    this.#groups = groups;
    const { width, height, letter } = this.#room;
    const views = groups.flatMap(({ curves }) => curves);
    const metric = metricOf(views);
    setText(this.#title, t(`class.wall.cloud.${metric}`));
    this.#title.title = metric === "accuracy" ? t("class.wall.cloud.accuracy.help") : "";
    this.#empty.hidden = views.some(({ points }) => points.length);
    setText(this.#empty, t("class.wall.cloud.empty"));
    if (!width || !height) return;
    const { end, beyond } = extentOf(views.map(curveOf));
    const margin = {
      left: 3.6 * letter,
      right: Math.min(letter * roomForNames(groups), 0.24 * width),
      top: 0.8 * letter,
      bottom: 2 * letter,
    };
    const x = new Scale([0, end || 1], [margin.left, width - margin.right]);
    const y = new Scale([0, 1], [height - margin.bottom, margin.top]);
    const place = { x, y, end: end || 1 };
    this.#drawAxes(place, end);
    yield* this.#drawThin(groups, place);
    /** @type {Summary[]} */
    const summaries = [];
    for (const group of groups) {
      summaries.push(summaryOf(group, end));
      yield;
    }
    this.#summary.replaceChildren(...marksOf(summaries, place));
    this.#labels.replaceChildren(...labelsOf(summaries, place, { beyond, end, width, letter }));
    this.#drawKey(views);
    this.#place = place;
    this.#drawChosen(place);
    this.#plot.setAttribute("aria-label", [this.#title.textContent, ...describe(summaries)].join(". "));
  }

  /** @type {Place | null} */
  #place = null;

  /**
   * Draw a student's curves over all others, or none.
   * @param {CurveView[]} curves
   * @param {string} name
   */
  pick(curves, name) {
    this.#picked = curves;
    setText(this.#chosenText, name);
    if (this.#place) this.#drawChosen(this.#place);
  }

  /** @param {Place} place */
  #drawChosen(place) {
    this.#chosen.replaceChildren(
      ...this.#picked.map((view) => svg("path", { d: lineOf(view, place, true) })),
    );
    this.#svg.classList.toggle("has-chosen", this.#picked.length > 0);
  }

  /**
   * @param {Place} place
   * @param {number} end
   */
  #drawAxes({ x, y }, end) {
    const { height, letter } = this.#room;
    const [left, right] = [x.place(0), x.place(end || 1)];
    const [bottom, top] = [y.place(0), y.place(1)];
    const axis = JSON.stringify([left, right, bottom, top, letter, end]);
    if (axis === this.#axis) return;
    this.#axis = axis;
    for (const line of this.#lines.values()) line.view = null; // drawn again
    const rows = [0, 0.2, 0.4, 0.6, 0.8, 1].filter((_, i) => height > 11 * letter || i % 5 === 0 || i === 2);
    const step = end ? roundAbove(end / Math.max(1, Math.floor((right - left) / (7 * letter)))) : 0;
    const ticks = step ? Array.from({ length: Math.floor(end / step) + 1 }, (_, i) => i * step) : [];
    this.#axes.replaceChildren(
      ...rows.flatMap((value) => [
        svg("line", { x1: left, x2: right, y1: y.place(value), y2: y.place(value) }),
        text(`${Math.round(100 * value)}%`, left - 0.5 * letter, y.place(value) + 0.35 * letter, "end"),
      ]),
      ...ticks.flatMap((value) => [
        svg("line", { x1: x.place(value), x2: x.place(value), y1: top, y2: bottom }),
        text(number(value), x.place(value), bottom + 1.4 * letter, "middle"),
      ]),
    );
  }

  /**
   * @param {CurveGroup[]} groups
   * @param {Place} place
   */
  *#drawThin(groups, place) {
    const gone = new Set(this.#lines.keys());
    let changed = 0;
    for (const group of groups) {
      const color = colorOf(group);
      for (const view of group.curves) {
        gone.delete(view.training);
        const line = this.#lines.get(view.training) ?? this.#addLine(view.training);
        if (line.color !== color) line.path.style.stroke = line.color = color;
        if (line.view === view) continue;
        line.view = view;
        line.path.setAttribute("d", lineOf(view, place, false));
        if (++changed % LINES_IN_STEP === 0) yield;
      }
    }
    for (const training of gone) {
      this.#lines.get(training)?.path.remove();
      this.#lines.delete(training);
    }
    this.#svg.classList.toggle("crowded", this.#lines.size > 100);
  }

  /** @param {string} training */
  #addLine(training) {
    /** @type {Line} */
    const line = { path: svg("path"), view: null, color: "" };
    this.#lines.set(training, line);
    this.#thin.append(line.path);
    return line;
  }

  /** @param {CurveView[]} views */
  #drawKey(views) {
    const begun = views.filter(({ points }) => points.length).length;
    this.#key.title = t("class.wall.cloud.band.help");
    this.#key.replaceChildren(
      h("span", {}, t("class.wall.cloud.runs", { n: number(begun) })),
      h("span", { className: "key" }, h("span", { className: "line" }), t("class.wall.cloud.median")),
      h("span", { className: "key" }, h("span", { className: "area" }), t("class.wall.cloud.band")),
    );
  }
}

/** How many letters the longest name beside the chart is wide, within limits. @param {CurveGroup[]} groups */
function roomForNames(groups) {
  const longest = Math.max(8, ...groups.map(({ name }) => name.length));
  return Math.min(12, 0.7 * longest + 1);
}

/** "validation", "test", or "accuracy" if there are both. @param {CurveView[]} views */
export function metricOf(views) {
  const metrics = new Set(views.map(({ metric }) => metric));
  if (metrics.size > 1) return "accuracy";
  return metrics.has("validation_accuracy") ? "validation" : "test";
}

/**
 * @param {string} words
 * @param {number} left
 * @param {number} top
 * @param {string} anchor
 */
function text(words, left, top, anchor) {
  return svg("text", { x: left, y: top, "text-anchor": anchor }, words);
}
