/**
 * A sketch: the curves that a student expects, drawn on a chart before the runs that make them are launched. Sealed, they stay
 * there dashed, and the real curves grow through them.
 */

import { color } from "../../page/palette.js";
import { loadStyle } from "../../page/style.js";
import { isDark } from "../../page/theme.js";
import { urlState } from "../../state/address.js";
import { onLanguage, t } from "../../words/i18n.js";
import { Drawing } from "./drawing.js";
import { SketchLayer } from "./layer.js";
import { Pens } from "./pens.js";
import { SketchHead } from "./sketch-head.js";
import { sketchScaleOf } from "./sketch-scale.js";

/**
 * @import { Chart } from "../../charts/chart.js"
 * @import { ChartBoard } from "../../charts/chart-board.js"
 * @import { Store } from "../../state/store.js"
 * @import { Points } from "./points.js"
 */

/** What is to be sketched: `runs` are names of runs, `iterations` their length. @typedef {{runs: string[], iterations: number}} Task */
/** A sketch by the names of the runs. @typedef {Record<string, Points>} Prediction */
/** A launched run with its name in the lesson. @typedef {{id: string, name: string}} NamedRun */

/** One step of a handle, as a share of the axis. */
const STEP = 0.01;
/** Where a curve of losses begins with the keyboard, as a share of the axis. */
const LEVEL = 0.5;

export class Sketch {
  #chart;
  #runs;
  #iterations;
  #board;
  #store;
  #onChange;
  #chance;
  #hues;
  #drawing;
  /** The run whose pen is in use. @type {string | null} */
  #pen;
  /** Name in the lesson → id of the launched run, after the launch. @type {Map<string, string>} */
  #ids = new Map();
  #sealed = false;
  #layer;
  #head;
  /** All rows of pens on the page. @type {Pens[]} */
  #pens = [];
  /** What ends with the sketch. @type {(() => void)[]} */
  #listening;
  /** What was drawn last, as text to compare. */
  #drawn = "";

  /**
   * @param {Chart} chart
   * @param {Task} task
   * @param {object} of
   * @param {ChartBoard} of.charts
   * @param {Store} of.store
   * @param {() => void} of.onChange called after each stroke
   * @param {number} [of.classes] how many classes the data set has, for the line "by chance"
   * @param {Record<string, number>} [of.hues] colours of the runs by name, as indices in the palette; usually one after the other
   */
  constructor(chart, { runs, iterations }, { charts, store, onChange, classes = 0, hues = {} }) {
    this.#chart = chart;
    this.#runs = runs;
    this.#iterations = iterations;
    this.#board = charts;
    this.#store = store;
    this.#onChange = onChange;
    this.#chance = classes > 1 ? 100 / classes : null;
    this.#hues = Object.fromEntries(runs.map((run, i) => [run, hues[run] ?? i]));
    this.#drawing = new Drawing(runs, iterations);
    this.#pen = runs[0];
    this.#layer = new SketchLayer({
      begin: () => this.#drawing.begin(),
      line: (from, to) => this.#line(from, to),
      end: () => this.#end(),
      move: (handle, by) => this.#moveHandle(handle, by),
      undo: () => this.undo(),
    });
    this.#head = new SketchHead(this.#makePens(), { undo: () => this.undo(), clear: () => this.clear() });
    this.#listening = [
      charts.on("drawn", (drawn) => this.#follow(drawn)),
      charts.on("range", (changed) => changed === this.#chart && this.#draw()),
      store.on("draw", () => this.#draw()),
      onLanguage(() => this.#draw()),
    ];
    this.#attach();
    void loadStyle("sketch").then(() => this.#draw());
    charts.expect(iterations);
    if (urlState.get("axis") !== "iteration") urlState.set({ axis: "iteration" });
  }

  // -- what the lesson does with it ------------------------------------------------------------------

  /** The curves: [iteration, value] of each run that has one; accuracies in per cent. @returns {Prediction} */
  values() {
    return this.#drawing.curves;
  }

  /** The runs whose curve is not complete. */
  get missing() {
    return this.#drawing.missing;
  }

  get complete() {
    return !this.missing.length;
  }

  /** A further row of pens, for the text of the lesson; it says the same as the one in the head of the chart. */
  chooser() {
    const element = this.#makePens();
    this.#draw();
    return element;
  }

  /**
   * Nothing can be drawn any more: the lesson is launched.
   * @param {NamedRun[]} runs the launched runs, before the store has them: they get the colours of their sketches
   */
  seal(runs = []) {
    const named = runs.filter(({ name }) => this.#runs.includes(name));
    this.#store.wishHues(Object.fromEntries(named.map(({ id, name }) => [id, this.#hues[name]])));
    this.#close(named);
  }

  /**
   * Show a sketch that was sealed.
   * @param {Prediction} prediction
   * @param {NamedRun[]} runs the runs of the attempt
   */
  show(prediction, runs = []) {
    this.#drawing.curves = prediction;
    this.#close(runs);
  }

  /** Take over a sketch that was begun before, and may be drawn on. @param {Prediction} prediction */
  restore(prediction) {
    this.#drawing.curves = prediction;
    this.#draw();
  }

  /** Take the sketch off the chart. */
  remove() {
    for (const stop of this.#listening) stop();
    this.#detach();
    this.#board.expect(0);
  }

  // -- drawing ---------------------------------------------------------------------------------------

  /** Take a pen, or put it down. @param {string} run */
  choose(run) {
    if (this.#sealed) return;
    this.#pen = run === this.#pen ? null : run;
    this.#draw();
  }

  /** Take away the last stroke. */
  undo() {
    if (this.#sealed || !this.#drawing.canUndo) return;
    this.#drawing.undo();
    this.#changed();
  }

  /** Take away the curve of the pen, or all curves without a pen. */
  clear() {
    if (this.#sealed || this.#drawing.isEmpty) return;
    this.#drawing.clear(this.#pen);
    this.#changed();
  }

  /**
   * @param {[number, number]} from
   * @param {[number, number]} to
   */
  #line(from, to) {
    if (this.#pen === null) return;
    this.#drawing.line(this.#pen, from, to);
    this.#draw();
  }

  #end() {
    if (this.#pen !== null) this.#drawing.end(this.#pen);
    this.#changed();
  }

  /**
   * @param {number} handle
   * @param {number} by steps
   */
  #moveHandle(handle, by) {
    if (this.#pen === null) return;
    const high = this.#highest;
    this.#drawing.moveHandle(this.#pen, handle, by * STEP * high, { level: this.#level, high });
    this.#changed();
  }

  #changed() {
    this.#draw();
    this.#onChange();
  }

  // -- on the chart ----------------------------------------------------------------------------------

  #makePens() {
    const pens = new Pens((run) => this.choose(run));
    this.#pens.push(pens);
    return pens.element;
  }

  get #isPercent() {
    return this.#chart.drawing.percent;
  }

  /** The highest value: 100 per cent, or the end of the axis. */
  get #highest() {
    return this.#isPercent ? 100 : (this.#scale()?.highest ?? 1);
  }

  /** The value at which a curve begins with the keyboard. */
  get #level() {
    return this.#isPercent ? (this.#chance ?? 0) : LEVEL * this.#highest;
  }

  #scale() {
    const [id] = this.#ids.values();
    return sketchScaleOf(this.#chart, this.#store.runs.get(id)?.summary.iterations_per_epoch);
  }

  /** @param {NamedRun[]} runs */
  #close(runs) {
    this.#sealed = true;
    this.#pen = null;
    this.#ids = new Map(runs.map(({ name, id }) => [name, id]));
    this.#draw();
  }

  /** A chart was drawn; it may be another one in the place of ours, as after a change of the language. @param {Chart} drawn */
  #follow(drawn) {
    const isOther = drawn !== this.#chart && !this.#board.charts.includes(this.#chart);
    if (isOther && drawn.card.spec.quantity === this.#chart.card.spec.quantity) {
      this.#detach();
      this.#chart = drawn;
      this.#attach();
    }
    if (drawn === this.#chart) this.#draw();
  }

  #attach() {
    this.#drawn = "";
    this.#layer.attach(this.#chart);
    this.#head.attach(this.#chart.card.element);
    this.#chart.beside = () => this.#traces();
    this.#draw();
  }

  #detach() {
    this.#layer.remove();
    this.#head.remove();
    this.#chart.card.element.classList.remove("sketching");
    this.#chart.beside = () => [];
  }

  /** The colour of a run: as it is drawn, if it was launched. @param {string} run */
  #hue(run) {
    return this.#store.runs.get(this.#ids.get(run) ?? "")?.hue ?? this.#hues[run];
  }

  get #hint() {
    if (this.#pen === null || this.#drawing.isComplete(this.#pen)) return "";
    const begun = this.#drawing.of(this.#pen).length > 0;
    return t(begun ? "lesson.sketch.whole" : "lesson.sketch.draw", { run: this.#pen });
  }

  #draw() {
    const { element, plotElement } = this.#chart.card;
    const { isEmpty, canUndo } = this.#drawing;
    element.classList.toggle("sketching", !this.#sealed);
    this.#head.draw({ sealed: this.#sealed, isEmpty, canUndo });
    const curves = this.#runs.map((run) => ({ run, hue: this.#hue(run), points: this.#drawing.of(run) }));
    const pens = curves.map(({ run, hue }) => {
      return { run, hue, chosen: run === this.#pen, complete: this.#drawing.isComplete(run) };
    });
    for (const row of this.#pens) row.draw(pens);
    const scale = this.#scale();
    const corner = { left: plotElement.offsetLeft, top: plotElement.offsetTop };
    const hint = this.#hint;
    const state = [
      scale?.key,
      corner,
      curves,
      this.#pen,
      hint,
      t("lesson.sketch.key"),
      this.#layer.isDrawing,
    ];
    const drawn = JSON.stringify(state);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const isPercent = this.#isPercent;
    const shown = {
      curves,
      chance: isPercent ? this.#chance : null,
      pen: this.#pen,
      iterations: this.#iterations,
      highest: this.#highest,
      hint,
      value: (/** @type {number} */ at) => this.#drawing.value(this.#pen ?? "", at, this.#level),
      isPercent,
    };
    this.#layer.draw(scale, shown, corner);
  }

  /** The curves for a saved picture, as Plotly's data. */
  #traces() {
    if (!this.#scale()) return [];
    const unit = this.#isPercent ? 100 : 1;
    return Object.entries(this.#drawing.curves).map(([run, points]) => ({
      type: "scatter",
      mode: "lines",
      x: points.map(([x]) => x),
      y: points.map(([, y]) => y / unit),
      name: t("lesson.sketch.name", { run }),
      line: { color: color(this.#hue(run), isDark()), dash: "dash", width: 2 },
      meta: { named: true },
    }));
  }
}
