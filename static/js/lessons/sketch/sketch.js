/**
 * A sketch: the curves that a student expects, drawn on a chart before the runs that make them are launched. Sealed, they stay
 * there dashed, and the real curves grow through them.
 */

import { find, h, icon, setText } from "../../page/dom.js";
import { onKey, undoOrRedo } from "../../page/keys.js";
import { color } from "../../page/palette.js";
import { loadStyle } from "../../page/style.js";
import { isDark } from "../../page/theme.js";
import { urlState } from "../../state/address.js";
import { onLanguage, t } from "../../words/i18n.js";
import { frameOf } from "./frame.js";
import { withHandleMoved } from "./handles.js";
import { SketchLayer } from "./layer.js";
import { Pens } from "./pens.js";
import { isComplete, thinned, valueAt, withEnds, withLine } from "./points.js";

/**
 * @import { Chart } from "../../charts/chart.js"
 * @import { ChartBoard } from "../../charts/chart-board.js"
 * @import { Store } from "../../state/store.js"
 * @import { Points } from "./points.js"
 */

/** What is to be sketched: `runs` are names of runs, `iterations` their length. @typedef {{runs: string[], iterations: number}} Task */
/** A sealed sketch by the names of the runs. @typedef {Record<string, Points>} Prediction */
/** A run by its name in the lesson. @typedef {{id: string, name: string}} NamedRun */

/** So many strokes can be undone. */
const MAX_UNDO = 50;
/** One step of a handle, as a share of the axis. */
const STEP = 0.01;
/** Where a curve of losses begins with the keyboard, as a share of the axis. */
const LEVEL = 0.5;

export class Sketch {
  #chart;
  #task;
  #board;
  #store;
  #onChange;
  #chance;
  #hues;
  /** @type {Map<string, Points>} */
  #curves = new Map();
  /** What was drawn before each of the newest strokes. @type {Map<string, Points>[]} */
  #before = [];
  /** The run whose pen is in use. @type {string | null} */
  #pen;
  /** The handle that was moved last: moving it again is no new step for undo. @type {string | null} */
  #moved = null;
  /** Name in the lesson → id of the launched run, after the launch. @type {Map<string, string>} */
  #ids = new Map();
  #sealed = false;
  #layer;
  #head;
  /** All rows of pens on the page. @type {Pens[]} */
  #pens = [];
  #undo = tool("undo", () => this.undo());
  #clear = tool("trash", () => this.clear());
  #tools = h("div", { className: "sketch-tools" });
  #keyText = h("span");
  #key = h("span", { className: "key sketch-key" }, h("span", { className: "sketch-line" }), this.#keyText);
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
    this.#task = { runs, iterations };
    this.#board = charts;
    this.#store = store;
    this.#onChange = onChange;
    this.#chance = classes > 1 ? 100 / classes : null;
    this.#hues = Object.fromEntries(runs.map((run, i) => [run, hues[run] ?? i]));
    this.#pen = runs[0];
    this.#layer = new SketchLayer({
      begin: () => this.#remember(),
      line: (from, to) => this.#line(from, to),
      end: () => this.#end(),
      move: (handle, by) => this.#moveHandle(handle, by),
      undo: () => this.undo(),
    });
    this.#head = new Pens((run) => this.choose(run));
    this.#pens.push(this.#head);
    this.#tools.append(this.#head.element, this.#undo, this.#clear);
    onKey(this.#tools, (event) => {
      if (undoOrRedo(event) !== "undo") return;
      event.preventDefault();
      event.stopPropagation();
      this.undo();
    });
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
    return Object.fromEntries(this.#curves);
  }

  /** The runs whose curve is not complete. */
  get missing() {
    const { runs, iterations } = this.#task;
    return runs.filter((run) => !isComplete(this.#curves.get(run) ?? [], iterations));
  }

  get complete() {
    return !this.missing.length;
  }

  /** A further row of pens, for the text of the lesson; it says the same as the one in the head of the chart. */
  chooser() {
    const pens = new Pens((run) => this.choose(run));
    this.#pens.push(pens);
    this.#draw();
    return pens.element;
  }

  /**
   * Nothing can be drawn any more: the lesson is launched.
   * @param {NamedRun[]} runs the launched runs, before the store has them: they get the colours of their sketches
   */
  seal(runs = []) {
    const named = runs.filter(({ name }) => this.#task.runs.includes(name));
    this.#store.wishHues(Object.fromEntries(named.map(({ id, name }) => [id, this.#hues[name]])));
    this.#close(named);
  }

  /**
   * Show a sketch that was sealed.
   * @param {Prediction} prediction
   * @param {NamedRun[]} runs the runs of the attempt
   */
  show(prediction, runs = []) {
    this.#curves = new Map(Object.entries(prediction));
    this.#close(runs);
  }

  /** Take over a sketch that was begun before, and may be drawn on. @param {Prediction} prediction */
  restore(prediction) {
    this.#curves = new Map(Object.entries(prediction).filter(([run]) => this.#task.runs.includes(run)));
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
    this.#moved = null;
    this.#draw();
  }

  /** Take away the last stroke. */
  undo() {
    const before = this.#sealed ? undefined : this.#before.pop();
    if (!before) return;
    this.#curves = before;
    this.#changed();
  }

  /** Take away the curve of the pen, or all curves without a pen. */
  clear() {
    if (this.#sealed || !this.#curves.size) return;
    this.#remember();
    if (this.#pen) this.#curves.delete(this.#pen);
    else this.#curves.clear();
    this.#changed();
  }

  #remember() {
    this.#moved = null;
    this.#before.push(new Map(this.#curves));
    if (this.#before.length > MAX_UNDO) this.#before.shift();
  }

  /**
   * @param {[number, number]} from
   * @param {[number, number]} to
   */
  #line(from, to) {
    if (!this.#pen) return;
    this.#curves.set(this.#pen, withLine(this.#curves.get(this.#pen) ?? [], from, to));
    this.#draw();
  }

  #end() {
    const pen = this.#pen ?? "";
    const points = thinned(withEnds(this.#curves.get(pen) ?? [], this.#task.iterations));
    if (points.length > 1) this.#curves.set(pen, points);
    else this.#curves.delete(pen);
    this.#changed();
  }

  /**
   * @param {number} handle
   * @param {number} by steps
   */
  #moveHandle(handle, by) {
    if (!this.#pen) return;
    const moved = `${this.#pen} ${handle}`;
    if (moved !== this.#moved) this.#remember();
    const high = this.#highest;
    const points = withHandleMoved(this.#curves.get(this.#pen) ?? [], handle, by * STEP * high, {
      iterations: this.#task.iterations,
      level: this.#level,
      high,
    });
    this.#curves.set(this.#pen, thinned(points));
    this.#changed();
    this.#moved = moved;
  }

  #changed() {
    this.#moved = null;
    this.#draw();
    this.#onChange();
  }

  // -- on the chart ----------------------------------------------------------------------------------

  get #isPercent() {
    return this.#chart.drawing.percent;
  }

  /** The highest value: 100 per cent, or the end of the axis. */
  get #highest() {
    return this.#isPercent ? 100 : (this.#frame()?.highest ?? 1);
  }

  /** The value at which a curve begins with the keyboard. */
  get #level() {
    return this.#isPercent ? (this.#chance ?? 0) : LEVEL * this.#highest;
  }

  #frame() {
    const [id] = this.#ids.values();
    return frameOf(this.#chart, this.#store.runs.get(id)?.summary.iterations_per_epoch);
  }

  /** @param {NamedRun[]} runs */
  #close(runs) {
    this.#sealed = true;
    this.#pen = null;
    this.#before = [];
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
    const { element } = this.#chart.card;
    this.#drawn = "";
    this.#layer.attach(this.#chart);
    element.querySelector(".card-head .controls")?.before(this.#tools);
    element.querySelector(".controls .icon-button")?.before(this.#key);
    this.#chart.beside = () => this.#traces();
    this.#draw();
  }

  #detach() {
    for (const element of [this.#layer.element, this.#tools, this.#key]) element.remove();
    this.#chart.card.element.classList.remove("sketching");
    this.#chart.beside = () => [];
  }

  /** The colour of a run: as it is drawn, if it was launched. @param {string} run */
  #hue(run) {
    return this.#store.runs.get(this.#ids.get(run) ?? "")?.hue ?? this.#hues[run];
  }

  get #hint() {
    if (!this.#pen || this.#sealed) return "";
    const points = this.#curves.get(this.#pen) ?? [];
    if (!points.length) return t("lesson.sketch.draw", { run: this.#pen });
    return isComplete(points, this.#task.iterations) ? "" : t("lesson.sketch.whole", { run: this.#pen });
  }

  #draw() {
    const { element, plotElement } = this.#chart.card;
    const { iterations, runs } = this.#task;
    element.classList.toggle("sketching", !this.#sealed);
    this.#tools.hidden = this.#sealed;
    this.#key.hidden = !this.#sealed || !this.#curves.size;
    setText(this.#keyText, t("lesson.sketch.key"));
    setText(find(this.#undo, "span", HTMLElement), t("lesson.sketch.undo"));
    setText(find(this.#clear, "span", HTMLElement), t("lesson.sketch.clear"));
    this.#undo.disabled = !this.#before.length;
    this.#clear.disabled = !this.#curves.size;
    const pens = runs.map((run) => ({
      run,
      hue: this.#hue(run),
      chosen: run === this.#pen,
      complete: isComplete(this.#curves.get(run) ?? [], iterations),
    }));
    for (const row of this.#pens) row.draw(pens);
    const frame = this.#frame();
    const corner = { left: plotElement.offsetLeft, top: plotElement.offsetTop };
    const curves = pens.map(({ run, hue }) => ({ run, hue, points: this.#curves.get(run) ?? [] }));
    const hint = this.#hint;
    const drawn = JSON.stringify([
      frame?.key,
      corner,
      curves,
      this.#pen,
      hint,
      this.#key.textContent,
      this.#layer.isDrawing,
    ]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const value = (/** @type {number} */ at) => {
      const points = this.#curves.get(this.#pen ?? "") ?? [];
      return points.length ? valueAt(points, at) : this.#level;
    };
    const { pen, isPercent, chance } = { pen: this.#pen, isPercent: this.#isPercent, chance: this.#chance };
    this.#layer.draw(
      frame,
      { curves, chance: isPercent ? chance : null, pen, iterations, hint, value, isPercent },
      corner,
    );
  }

  /** The curves for a saved picture, as Plotly's data. */
  #traces() {
    if (!this.#frame()) return [];
    const unit = this.#isPercent ? 100 : 1;
    return [...this.#curves].map(([run, points]) => ({
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

/**
 * A button of the head: a text, and on a phone an icon.
 * @param {string} picture
 * @param {() => void} onclick
 */
function tool(picture, onclick) {
  return h("button", { type: "button", className: "sketch-tool", onclick }, icon(picture), h("span"));
}
