/** The sketches of a lesson: one on each chart that a question asks to draw on. What draws them is loaded with the first. */

import { retried } from "../page/lazy.js";
import { cardName } from "./stage.js";

/**
 * @import { ChartBoard } from "../charts/chart-board.js"
 * @import { Store } from "../state/store.js"
 * @import { Question, Sketched } from "./types.js"
 * @import { NamedRun, Sketch } from "./sketch/sketch.js"
 */

export class Sketches {
  #charts;
  #store;
  #onChange;
  /** By the id of the question. @type {Map<string, Sketch>} */
  #sketches = new Map();
  /** By the id of the question. @type {Map<string, HTMLElement>} */
  #pens = new Map();
  /** How often `begin` or `remove` was called: if it was called again while a module loads, the module is not used. */
  #begun = 0;

  /**
   * @param {ChartBoard} charts
   * @param {Store} store
   * @param {(id: string, curves: Sketched | undefined) => void} onChange called after each stroke with a question's curves;
   *   undefined: they are not complete
   */
  constructor(charts, store, onChange) {
    this.#charts = charts;
    this.#store = store;
    this.#onChange = onChange;
  }

  /**
   * Put the sketches of questions on their charts, which are there already.
   * @param {Question[]} questions
   * @param {Record<string, any>} values what was drawn before
   * @param {{sealed: NamedRun[] | null, classes: number}} options `sealed`: the runs of the attempt; null: one may draw
   */
  async begin(questions, values, { sealed, classes }) {
    this.remove();
    const begun = this.#begun;
    const drawn = questions.filter(({ kind }) => kind === "sketch");
    if (!drawn.length) return;
    const module = await retried(() => import("./sketch/sketch.js"));
    if (begun !== this.#begun) return;
    for (const { id, chart = "", runs = [], iterations = 0 } of drawn) {
      const place = this.#charts.charts.find(({ card }) => card.spec.quantity === cardName(chart));
      if (!place) continue;
      const sketch = new module.Sketch(
        place,
        { runs, iterations },
        {
          charts: this.#charts,
          store: this.#store,
          classes,
          onChange: () => this.#onChange(id, sketch.complete ? sketch.values() : undefined),
        },
      );
      this.#sketches.set(id, sketch);
      if (sealed) sketch.show(values[id] ?? {}, sealed);
      else {
        sketch.restore(values[id] ?? {});
        this.#pens.set(id, sketch.chooser());
      }
    }
  }

  /** The pens of a question; null: there are none, or not yet. @param {string} id */
  pens(id) {
    return this.#pens.get(id) ?? null;
  }

  /** Nothing can be drawn any more; the launched runs get the colours of their sketches. @param {NamedRun[]} runs */
  seal(runs) {
    for (const sketch of this.#sketches.values()) sketch.seal(runs);
    this.#pens.clear();
  }

  remove() {
    this.#begun++;
    for (const sketch of this.#sketches.values()) sketch.remove();
    this.#sketches.clear();
    this.#pens.clear();
  }
}
