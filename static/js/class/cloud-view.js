/**
 * The chart of all students' curves: each as a thin line, and of each group the median and the band in which eight of ten
 * lie. It is an SVG of its own: a thin line is changed only when its curve is.
 */

import { h, setText, svg } from "../page/dom.js";
import { roundAbove, Scale } from "../scale.js";
import { number, percent, t } from "../words/i18n.js";
import { columnsOf, extentOf, halfTakenOff, MIN_FOR_BAND, nearest } from "./cloud.js";
import { bandOf, lineOf, medianOf, spread } from "./cloud-paths.js";
import { colorOf } from "./groups.js";
import { isOver } from "./tile.js";

/**
 * @import { Column, Curve } from "./cloud.js"
 * @import { Place } from "./cloud-paths.js"
 * @import { CurveGroup } from "./groups.js"
 * @import { CurveView } from "./tile.js"
 */

/** How many thin lines are drawn in one step. */
const LINES_IN_STEP = 40;

/** A thin line, the curve that it shows, and its color. @typedef {{path: SVGElement, view: CurveView | null, color: string}} Line */

/** What is drawn of a group. @typedef {{group: CurveGroup, columns: Column[], off: number | null}} Drawn */

/** @param {CurveView} view @returns {Curve} */
const curveOf = (view) => ({ points: view.points, over: isOver(view), iterations: view.iterations });

/** A curve is pointed at from this many pixels. */
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
    /** @type {Drawn[]} */
    const drawn = [];
    for (const group of groups) {
      drawn.push(summaryOf(group, end));
      yield;
    }
    this.#drawSummary(drawn, place);
    this.#drawLabels(drawn, place, beyond, end);
    this.#drawKey(views);
    this.#place = place;
    this.#drawChosen(place);
    this.#plot.setAttribute("aria-label", this.#describe(drawn));
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
    const { width, height, letter } = this.#room;
    const axis = JSON.stringify([width, height, letter, end]);
    if (axis === this.#axis) return;
    this.#axis = axis;
    for (const line of this.#lines.values()) line.view = null; // drawn again
    const [left, right] = [x.place(0), x.place(end || 1)];
    const [bottom, top] = [y.place(0), y.place(1)];
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

  /**
   * @param {Drawn[]} drawn
   * @param {Place} place
   */
  #drawSummary(drawn, place) {
    this.#summary.replaceChildren(
      ...drawn.flatMap(({ group, columns, off }) => {
        if (group.isRest || !columns.length) return [];
        const color = colorOf(group);
        const parts = [
          ...(bandCount(group) >= MIN_FOR_BAND
            ? [svg("path", { class: "band", d: bandOf(columns, place) })]
            : []),
          svg("path", { class: "halo", d: medianOf(columns, place, true) + medianOf(columns, place, false) }),
          svg("path", { class: "median", d: medianOf(columns, place, true) }),
          svg("path", { class: "median open", d: medianOf(columns, place, false) }),
          ...(off === null
            ? []
            : [
                svg("line", {
                  class: "off",
                  x1: place.x.place(off),
                  x2: place.x.place(off),
                  y1: place.y.place(1),
                  y2: place.y.place(0),
                }),
              ]),
        ];
        for (const part of parts) part.style.color = color;
        return parts;
      }),
    );
  }

  /**
   * Names at the ends of the medians, when half have taken off, and how many runs go on beyond the chart.
   * @param {Drawn[]} drawn
   * @param {Place} place
   * @param {number} beyond
   * @param {number} end
   */
  #drawLabels(drawn, { x, y }, beyond, end) {
    const { width, letter } = this.#room;
    const height = 2.5 * letter;
    const named = drawn.filter(({ group, columns }) => !group.isRest && columns.length);
    const ends = named.map(({ group, columns }) => ({ group, value: columns[columns.length - 1].median }));
    const tops = spread(
      ends.map(({ value }) => y.place(value) - height / 2),
      height,
      y.place(0) - height / 2 + letter,
    );
    const labels = ends.map(({ group, value }, i) => {
      const name = h("b", {}, group.name || t("class.wall.cloud.median"));
      name.style.color = colorOf(group);
      const label = h("p", { className: "cloud-end", title: group.name }, name, percent(value));
      label.style.top = `${tops[i]}px`;
      label.style.left = `${x.place(end) + 0.7 * letter}px`;
      return label;
    });
    const offs = named.filter(({ off }) => off !== null);
    const [first] = offs;
    if (first?.off) {
      const at = x.place(first.off);
      const isRight = at < 17 * letter;
      const key = ends.length > 1 ? "class.wall.cloud.off_of" : "class.wall.cloud.off";
      const label = h(
        "p",
        { className: "cloud-off" },
        t(key, { name: first.group.name, n: number(first.off) }),
      );
      label.style.top = `${y.place(isRight ? 0.55 : 0.97)}px`; // right of the line, the curves are above
      if (isRight) label.style.left = `${at + 0.6 * letter}px`;
      else label.style.right = `${width - at + 0.6 * letter}px`;
      label.classList.toggle("right", isRight);
      labels.push(label);
    }
    if (beyond) {
      const label = h(
        "p",
        { className: "cloud-beyond" },
        t("class.wall.cloud.beyond", { n: number(beyond) }),
      );
      label.style.right = `${width - x.place(end) + 4}px`;
      label.style.bottom = `${2.2 * letter}px`;
      labels.push(label);
    }
    this.#labels.replaceChildren(...labels);
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

  /** @param {Drawn[]} drawn */
  #describe(drawn) {
    const named = drawn.filter(({ group, columns }) => !group.isRest && columns.length);
    const ends = named.map(({ group, columns }) => {
      const { median, low, high } = columns[columns.length - 1];
      const name = group.name || t("class.wall.cloud.median");
      return t("class.wall.cloud.describe", {
        name,
        median: percent(median),
        low: percent(low),
        high: percent(high),
      });
    });
    return [this.#title.textContent, ...ends].join(". ");
  }
}

/** How many letters the longest name beside the chart is wide, within limits. @param {CurveGroup[]} groups */
function roomForNames(groups) {
  const longest = Math.max(8, ...groups.map(({ name }) => name.length));
  return Math.min(12, 0.7 * longest + 1);
}

/**
 * @param {CurveGroup} group
 * @param {number} end
 * @returns {Drawn}
 */
function summaryOf(group, end) {
  if (group.isRest) return { group, columns: [], off: null };
  const curves = group.curves.map(curveOf);
  const off = halfTakenOff(curves, group.curves[0]?.chance ?? 0);
  return { group, columns: columnsOf(curves, end), off: off !== null && off <= end ? off : null };
}

/** How many of a group's runs have begun. @param {CurveGroup} group */
const bandCount = ({ curves }) => curves.filter(({ points }) => points.length).length;

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
