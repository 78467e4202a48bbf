/** What a lesson does on the charts: sketches, clicks that answer a question, and the moments that its texts are about. */

import { urlState } from "../state/address.js";
import { classesOf } from "../words/labels.js";
import { onChartClick } from "./chart-click.js";
import { Sketches } from "./sketches.js";
import { cardName } from "./stage.js";

/**
 * @import { ChartBoard } from "../charts/chart-board.js"
 * @import { Playhead } from "../moment/playhead.js"
 * @import { Store } from "../state/store.js"
 * @import { Run } from "../types.js"
 * @import { Evidence } from "./server-html.js"
 * @import { Session } from "./session.js"
 * @import { NamedRun } from "./sketch/sketch.js"
 * @import { Sketched } from "./types.js"
 */

export class OnCharts {
  #charts;
  #playhead;
  #sketches;
  /** For which lesson and attempt the sketches were begun, as text to compare. */
  #sketched = "";
  /** Stops listening to clicks in a chart. */
  #stopClicks = () => {};
  /** The chart in which clicks are listened to, as text to compare. */
  #clicksFor = "";
  /** The runs of the attempt, which may come after the question. @type {Run[]} */
  #runs = [];

  /**
   * @param {ChartBoard} charts
   * @param {Store} store
   * @param {() => Promise<Playhead>} playhead
   * @param {(id: string, curves: Sketched | undefined) => void} onSketch called after each stroke; see sketches.js
   */
  constructor(charts, store, playhead, onSketch) {
    this.#charts = charts;
    this.#playhead = playhead;
    this.#sketches = new Sketches(charts, store, onSketch);
  }

  /** The pens of a question; null: there are none, or not yet. @param {string} id */
  pens(id) {
    return this.#sketches.pens(id);
  }

  /** The launched runs get the colours of their sketches. @param {NamedRun[]} runs */
  seal(runs) {
    this.#sketches.seal(runs);
  }

  /**
   * Put the sketches of a lesson on their charts, if that has not been done.
   * @param {Session} session
   * @param {Run[]} runs of the attempt
   * @param {() => void} onPens called when there are pens
   */
  sketch(session, runs, onPens) {
    const { attempt, questions, play, slug, isAgain } = session;
    if (!play) return;
    const state = JSON.stringify([slug, attempt?.id, isAgain, runs.length]);
    if (state === this.#sketched) return;
    this.#sketched = state;
    const values = attempt?.prediction ?? session.draft.values;
    const sealed = attempt ? runs.map(({ id, name }) => ({ id, name })) : null;
    void this.#sketches.begin(questions, values, { sealed, classes: classesOf(play.dataset) }).then(onPens);
  }

  /**
   * Let clicks on the chart of an open question pin their iteration.
   * @param {Session} session
   * @param {Run[]} runs of the attempt
   */
  listen({ attempt }, runs) {
    this.#runs = runs;
    const asked = [attempt?.see, attempt?.transfer].find(
      (part) => part?.question?.kind === "click" && !part.answer,
    );
    const { chart: name = "", iterations = 0 } = asked?.question ?? {};
    const chart = asked && this.#charts.charts.find(({ card }) => card.spec.quantity === cardName(name));
    const clicksFor = chart ? JSON.stringify([attempt?.id, name, iterations]) : "";
    // a chart is another one after a change of the language
    if (clicksFor === this.#clicksFor && chart?.card.plotElement.dataset.asked === clicksFor) return;
    this.#stopListening();
    if (!chart) return;
    this.#clicksFor = clicksFor;
    chart.card.plotElement.dataset.asked = clicksFor;
    this.#stopClicks = onChartClick(chart, iterations, async (iteration) => {
      const playhead = await this.#playhead();
      const run = this.#runs.find(({ id }) => id === playhead.run?.id) ?? this.#runs[0];
      if (run) playhead.show(run, iteration);
    });
  }

  #stopListening() {
    this.#stopClicks();
    this.#stopClicks = () => {};
    this.#clicksFor = "";
  }

  /** Open the card of a question. @param {string} name */
  open(name) {
    this.#charts.open(cardName(name));
  }

  /**
   * Open the card that a text is about, and pin its moment.
   * @param {Evidence} evidence
   * @param {Run[]} runs of the attempt
   */
  async show({ card, run: which, moment, selects = false }, runs) {
    this.open(card);
    const named = runs.find(({ id, name }) => id === which || name === which);
    if (named && selects) urlState.set({ selected: [String(named.number)] });
    const run = named ?? runs[0];
    if (run && moment !== null) (await this.#playhead()).show(run, moment);
  }

  clear() {
    this.#sketched = "";
    this.#sketches.remove();
    this.#stopListening();
  }
}
