/** The marks of the moment in the charts: a line with the iteration, and the values of the curves there. Curves are not drawn again. */

import { h, setText } from "../page/dom.js";
import { nearest } from "../state/series.js";
import { language, notFinite, number, percent, t } from "../words/i18n.js";

/**
 * @import { Run } from "../types.js"
 * @import { Chart } from "../charts/chart.js"
 * @import { ChartBoard } from "../charts/chart-board.js"
 * @import { HoverLine } from "../charts/hover.js"
 * @import { Playhead } from "./playhead.js"
 */

/** The head of a chart has the values of at most this many curves; more have no room. */
const MAX_VALUES = 12;

/**
 * Sizes of a card, in pixels: where its plot begins, the width of the card, and half the width of a badge whose text has
 * `letters` letters.
 * @typedef {{left: number, top: number, width: number, letters: number, half: number}} Place
 */
/**
 * `drawn`: what the elements show, as text to compare.
 * @typedef {object} Mark
 * @property {HTMLElement} line
 * @property {HTMLElement} badge
 * @property {HTMLElement} dots
 * @property {HTMLElement} values
 * @property {string} drawn
 * @property {Place | null} place
 */
/** A line of a chart with its value at the moment. @typedef {{line: HoverLine, row: number, value: number}} Valued */

export class MomentMarks {
  #playhead;
  /** @type {WeakMap<Chart, Mark>} */
  #marks = new WeakMap();

  /**
   * @param {Playhead} playhead
   * @param {ChartBoard} board
   */
  constructor(playhead, board) {
    this.#playhead = playhead;
    playhead.on("change", () => {
      for (const chart of board.charts) this.#show(chart);
    });
    board.on("drawn", (chart) => {
      const mark = this.#marks.get(chart);
      if (mark) mark.place = null;
      this.#show(chart);
    });
  }

  /** @param {Chart} chart */
  #show(chart) {
    const { run, iteration } = this.#playhead;
    const existing = this.#marks.get(chart);
    if (!run && !existing) return;
    const mark = existing ?? this.#make(chart);
    const { axes, lines, axis, percent: isShare } = chart.drawing;
    const x = run && axes ? xOf(run, iteration, axis) : NaN;
    const left = axes && Number.isFinite(x) ? axes.place(x, 1).left : NaN;
    const inside = axes && left >= axes.area.left - 1 && left <= axes.area.left + axes.area.width + 1;
    const valued = run ? valuesAt(lines, iteration) : [];
    const values = run ? shownValues(valued, isShare, run) : [];
    const dots = run && inside ? dotsOf(valued, run, axes) : [];
    // reading its place makes the browser lay out the page, so it is kept until the chart is drawn again
    mark.place ??= placeOf(chart);
    const { left: beside, top: above, width } = mark.place;
    const drawn = JSON.stringify([left, axes?.area, beside, above, iteration, language(), values, dots]);
    if (drawn === mark.drawn) return;
    mark.drawn = drawn;
    mark.values.replaceChildren(...values.map(valueElement));
    mark.line.hidden = !inside;
    if (!inside || !axes) return;
    const { top, height } = axes.area;
    mark.line.style.transform = `translate(${Math.round(beside + left)}px, ${above + top}px)`;
    mark.line.style.height = `${height}px`;
    mark.dots.replaceChildren(...dots.map(dotElement));
    const text = t("moment.at", { n: number(iteration) });
    setText(mark.badge, text);
    // all digits are as wide as each other
    if (mark.place.letters !== text.length)
      Object.assign(mark.place, { letters: text.length, half: mark.badge.offsetWidth / 2 });
    const { half } = mark.place;
    const place = Math.max(half, Math.min(beside + left, width - half));
    mark.badge.style.left = `${place - beside - left}px`;
  }

  /** @param {Chart} chart */
  #make(chart) {
    const { card } = chart;
    const badge = h("span", { className: "moment-badge" });
    const dots = h("span");
    const line = h("div", { className: "moment-mark", hidden: true, "aria-hidden": "true" }, dots, badge);
    const values = h("span", { className: "moment-values" });
    card.plotElement.after(line);
    card.element.querySelector(".controls")?.prepend(values);
    /** @type {Mark} */
    const mark = { line, badge, dots, values, drawn: "", place: null };
    this.#marks.set(chart, mark);
    return mark;
  }
}

/** @param {Chart} chart @returns {Place} */
function placeOf({ card: { element, plotElement } }) {
  const { offsetLeft: left, offsetTop: top } = plotElement;
  return { left, top, width: element.clientWidth, letters: -1, half: 0 };
}

/**
 * The x of an iteration of a run; on an axis of time, that of the nearest row.
 * @param {Run} run
 * @param {number} iteration
 * @param {Chart["drawing"]["axis"]} axis
 */
function xOf(run, iteration, { x }) {
  if (!x) return iteration;
  const { train } = run;
  return train.length ? x(run)(train)(nearest(train.column("iteration") ?? [], iteration)) : NaN;
}

/**
 * The lines that have a value at an iteration, or near it if they do not have one for each iteration.
 * @param {HoverLine[]} lines
 * @param {number} iteration
 * @returns {Valued[]}
 */
export function valuesAt(lines, iteration) {
  return lines.flatMap((line) => {
    const { iterations, ys } = line.curve;
    const row = nearest(iterations, iteration);
    if (row < 0 || ("first" in line.curve && row < line.curve.first)) return []; // or drawn there as another run's
    const beside = row > 0 ? iterations[row] - iterations[row - 1] : (iterations[1] ?? 1) - iterations[0];
    return Math.abs(iterations[row] - iteration) <= Math.max(1, beside)
      ? [{ line, row, value: ys[row] }]
      : [];
  });
}

/**
 * The values for the head of a chart: the last line of each run, and first that of the moment's run.
 * @param {Valued[]} valued
 * @param {boolean} isShare
 * @param {Run} run
 */
function shownValues(valued, isShare, { id }) {
  /** @type {Map<string, Valued>} */
  const last = new Map();
  for (const one of valued) last.set(one.line.layer?.name ?? one.line.runs.join(), one);
  const isOwn = (/** @type {Valued} */ { line }) => Number(line.runs.includes(id));
  return [...last.values()]
    .sort((a, b) => isOwn(b) - isOwn(a))
    .slice(0, MAX_VALUES)
    .map(({ line: { color = "", label }, value }) => ({
      color,
      label,
      text: isShare ? percent(value) : short(value),
    }));
}

/**
 * Where the curves of the moment's run are at the moment, in pixels from the top of the axes.
 * @param {Valued[]} valued
 * @param {Run} run
 * @param {NonNullable<Chart["drawing"]["axes"]>} axes
 */
function dotsOf(valued, { id }, axes) {
  const { top, height } = axes.area;
  return valued.flatMap(({ line: { curve, color = "", runs }, row }) => {
    const y = axes.place(curve.xs[row], (curve.smoothedYs ?? curve.ys)[row]).top - top;
    return runs.length === 1 && runs[0] === id && y >= 0 && y <= height ? [{ y, color }] : [];
  });
}

/** @param {{color: string, label: string, text: string}} value */
function valueElement({ color, label, text }) {
  const swatch = h("span", { className: "moment-swatch" });
  swatch.style.background = color;
  return h("span", { title: `${label}: ${text}` }, swatch, text);
}

/** @param {{y: number, color: string}} dot */
function dotElement({ y, color }) {
  const dot = h("span", { className: "moment-dot" });
  dot.style.top = `${y}px`;
  dot.style.background = color;
  return dot;
}

/** A value with three digits. @param {number} value */
export function short(value) {
  if (!Number.isFinite(value)) return notFinite(value);
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e5)
    ? value.toExponential(1)
    : String(Number(value.toPrecision(3)));
}
