/**
 * The charts of the page: drawn at most once per animation frame, only when something in them changed, and never
 * all of the time: on a slow machine the page stays ready for the mouse, and rows still come in.
 */

import { onLanguage, t } from "../i18n.js";
import { accuracyCurves, lossCurves } from "./figures.js";
import { Plot } from "./plot.js";

/** The page rests for this share of the time that drawing took. */
const REST = 0.25;
/** Milliseconds without drawing at most, however long drawing took. */
const LONGEST_REST = 250;

export class Charts {
  #store;
  #isDark;
  #charts;
  #dirty = new Set();
  #scheduled = false;
  #resting = 0;
  #shown = "";
  #onFrame;

  /**
   * @param {{loss: HTMLElement, accuracy: HTMLElement}} elements
   * @param {() => void} onFrame called before drawing, for whatever else follows the rows
   */
  constructor(elements, store, isDark, onFrame) {
    this.#store = store;
    this.#isDark = isDark;
    this.#onFrame = onFrame;
    const plot = (name, percent) =>
      new Plot(elements[name], { percent, xTitle: () => t("chart.iteration"), onRange: () => this.#mark(name) });
    this.#charts = {
      loss: { plot: plot("loss", false), curves: lossCurves, log: () => store.view.logLoss, every: 0, drawn: 0 },
      // A point of this one stands for many iterations: it may wait a moment for the loss, which is drawn first.
      accuracy: { plot: plot("accuracy", true), curves: accuracyCurves, log: () => false, every: 100, drawn: 0 },
    };
    const all = () => this.#mark("loss", "accuracy");
    store.on("view", all);
    store.on("runs", () => {
      // Progress and statuses are the list's; the charts change only with what is shown, and by which name.
      const shown = store.shown().map((run) => `${run.id} ${run.name}`);
      if (shown.join() !== this.#shown) all();
      this.#shown = shown.join();
    });
    store.on("rows", (stream) => this.#mark(stream === "train" ? "loss" : "accuracy"));
    onLanguage(all);
    all();
  }

  redraw() {
    this.#mark("loss", "accuracy");
  }

  #mark(...names) {
    for (const name of names) this.#dirty.add(name);
    if (this.#scheduled || !this.#dirty.size) return;
    this.#scheduled = true;
    const due = Math.min(...[...this.#dirty].map((name) => this.#due(name)));
    const wait = Math.max(this.#resting, due) - performance.now();
    if (wait > 0) setTimeout(() => requestAnimationFrame(() => this.#frame()), wait);
    else requestAnimationFrame(() => this.#frame());
  }

  async #frame() {
    const began = performance.now();
    try {
      await this.#draw(began);
    } finally {
      const ended = performance.now();
      this.#resting = ended + Math.min(REST * (ended - began), LONGEST_REST);
      this.#scheduled = false;
      this.#mark();
    }
  }

  /** Draw the one chart that has waited longest: two in one frame would make the first point wait for both. */
  async #draw(began) {
    this.#onFrame();
    const due = [...this.#dirty].sort((a, b) => this.#due(a) - this.#due(b));
    const [name] = due;
    if (name === undefined || this.#due(name) > began) return;
    this.#dirty.delete(name);
    const chart = this.#charts[name];
    chart.drawn = began;
    const runs = this.#store.shown();
    const look = {
      log: chart.log(),
      gap: name === "accuracy" && this.#store.view.gap,
      iterations: Math.max(0, ...runs.map((run) => run.iterations)),
      partNames: { train: t("chart.train"), test: t("chart.test") },
    };
    await chart.plot.draw(chart.curves(runs, this.#store.view, chart.plot.range, this.#isDark()), look);
  }

  #due(name) {
    return this.#charts[name].drawn + this.#charts[name].every;
  }
}
