/**
 * The charts of the page: drawn at most once per animation frame, only when something in them changed, and never
 * for more than half of the time: on a slow machine the page stays ready for the mouse, and rows still come in.
 */

import { onLanguage, t } from "../i18n.js";
import { accuracyCurves, lossCurves } from "./figures.js";
import { Plot } from "./plot.js";

/** Milliseconds without drawing at most, however long drawing took. */
const LONGEST_REST = 250;

export class Charts {
  #store;
  #isDark;
  #charts;
  #dirty = new Set();
  #scheduled = false;
  #resting = 0;
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
      loss: { plot: plot("loss", false), curves: lossCurves, log: () => store.view.logLoss },
      accuracy: { plot: plot("accuracy", true), curves: accuracyCurves, log: () => false },
    };
    const all = () => this.#mark("loss", "accuracy");
    for (const topic of ["rows", "runs", "view"]) store.on(topic, all);
    onLanguage(all);
    all();
  }

  redraw() {
    this.#mark("loss", "accuracy");
  }

  #mark(...names) {
    for (const name of names) this.#dirty.add(name);
    if (this.#scheduled) return;
    this.#scheduled = true;
    const rest = this.#resting - performance.now();
    if (rest > 0) setTimeout(() => requestAnimationFrame(() => this.#frame()), rest);
    else requestAnimationFrame(() => this.#frame());
  }

  async #frame() {
    const began = performance.now();
    this.#onFrame();
    const dark = this.#isDark();
    const runs = this.#store.shown();
    const iterations = Math.max(0, ...runs.map((run) => run.iterations));
    const names = [...this.#dirty];
    this.#dirty.clear();
    const partNames = { train: t("chart.train"), test: t("chart.test") };
    for (const name of names) {
      const { plot, curves, log } = this.#charts[name];
      const look = { log: log(), gap: name === "accuracy" && this.#store.view.gap, iterations, partNames };
      await plot.draw(curves(runs, this.#store.view, plot.range, dark), look);
    }
    const ended = performance.now();
    this.#resting = ended + Math.min(ended - began, LONGEST_REST);
    this.#scheduled = false;
    if (this.#dirty.size) this.#mark();
  }
}
