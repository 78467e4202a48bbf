/**
 * The playhead: the moment that the viewer has pinned, in all parts of the page that show it: a mark in each chart, the bar, the
 * keys, and the address, which keeps it. It is loaded when a moment is first pinned.
 */

import { closest } from "../page/dom.js";
import { isForBrowser, onKey } from "../page/keys.js";
import { TYPED_IN } from "../page/shortcuts.js";
import { loadStyle } from "../page/style.js";
import { urlState } from "../state/address.js";
import { Emitter } from "../state/emitter.js";
import { iterationAt, moved, newestOf, readMoment, writeMoment } from "../state/moment.js";
import { hasEnded } from "../state/run-status.js";
import { MomentBar } from "./moment-bar.js";
import { MomentMarks } from "./moment-marks.js";
import { Playing } from "./playing.js";

/**
 * @import { Run } from "../types.js"
 * @import { ChartBoard } from "../charts/chart-board.js"
 * @import { HoverEvents } from "../charts/hover.js"
 * @import { Selection } from "../runs/selection.js"
 * @import { Store } from "../state/store.js"
 * @import { Moment } from "../state/moment.js"
 * @import { OnMoment } from "./moment-bar.js"
 */

await loadStyle("moment");

/** Elements in which the keys of the moment work. `body` has the focus while no element has it. */
const PLACES = "body, .plot, .view, .map, .moment-bar, .moment-bar *";

/** Emits "change" when another moment is shown, or its run has changed. */
export class Playhead extends Emitter {
  #store;
  #selection;
  /** @type {Moment | null} */
  #moment = null;
  #due = false;
  /** Whether new rows may change what is shown: at the newest iteration, and until the rows at the moment have come. */
  #awaitsRows = true;
  /** The run of the moment; undefined if there is no moment, or the run is not there (yet). @type {Run | undefined} */
  run;
  /** The iteration of the moment, if it has a run. */
  iteration = NaN;
  playing = new Playing(this);

  /**
   * @param {Store} store
   * @param {ChartBoard} board
   * @param {Selection} selection
   * @param {OnMoment} on
   */
  constructor(store, board, selection, on) {
    super();
    this.#store = store;
    this.#selection = selection;
    new MomentMarks(this, board);
    new MomentBar(this, on);
    store.on("runs", () => this.#plan());
    store.on("rows", () => this.#awaitsRows && this.#plan());
    urlState.on("moment", () => this.#read());
    selection.on("change", () => this.#takeSelectedRun());
    onKey(document, (event) => this.#move(event), { capture: true });
    // before the keys of the document: one Escape takes away the moment, the next one clears the selection
    onKey(document.body, (event) => this.#escape(event));
    this.#read();
  }

  /** Whether the moment is always the newest iteration. */
  get isLive() {
    return this.#moment?.iteration === null;
  }

  /**
   * Pin an iteration of a selected curve, or of the nearest one, and select its run.
   * @param {Parameters<HoverEvents["pin"]>[0]} rows
   */
  pin(rows) {
    const curves = rows.flatMap(({ runs, iteration }) => runs.map((id) => ({ id, iteration })));
    const chosen = curves.find(({ id }) => this.#selection.has(id)) ?? curves[0];
    const run = this.#store.runs.get(chosen?.id ?? "");
    if (!run) return;
    if (!this.#selection.has(run.id)) this.#selection.set([run.id]);
    this.#set({ run: run.number, iteration: chosen.iteration });
  }

  /** The newest iteration of the moment's run. */
  get newest() {
    return this.run ? newestOf(this.run) : 0;
  }

  /** Let the moment follow the newest iteration. */
  follow() {
    if (this.#moment) this.#set({ ...this.#moment, iteration: null });
  }

  /**
   * Pin an iteration of a run.
   * @param {Run} run
   * @param {number} iteration
   */
  show(run, iteration) {
    this.#set({ run: run.number, iteration });
  }

  /** Move the moment to an iteration of its run. @param {number} iteration */
  moveTo(iteration) {
    if (this.#moment) this.#set({ ...this.#moment, iteration });
  }

  clear() {
    this.#set(null);
  }

  /** @param {Moment | null} moment */
  #set(moment) {
    urlState.set({ moment: writeMoment(moment) });
  }

  #read() {
    this.#moment = readMoment(urlState.get("moment"));
    this.#show();
  }

  #show() {
    this.#due = false;
    const moment = this.#moment;
    this.run = moment ? this.#store.list().find(({ number }) => number === moment.run) : undefined;
    this.iteration = moment && this.run ? iterationAt(moment, newestOf(this.run)) : NaN;
    this.#awaitsRows = this.isLive || !this.run || !hasRowsAt(this.run, this.iteration);
    document.documentElement.toggleAttribute("data-moment", Boolean(this.run));
    this.emit("change");
  }

  /** Show it again in the next frame: its run, or the rows at it, may have changed. */
  #plan() {
    if (!this.#moment || this.#due) return;
    this.#due = true;
    requestAnimationFrame(() => this.#due && this.#show());
  }

  /** If one run is selected, the moment moves to that run. */
  #takeSelectedRun() {
    this.#moment = readMoment(urlState.get("moment")); // an address that was pasted has its own
    const [id] = this.#selection.list();
    const run = this.#selection.size === 1 ? this.#store.runs.get(id) : undefined;
    if (!this.#moment || !this.run || !run || run.number === this.#moment.run) return;
    this.#set({ ...this.#moment, run: run.number });
  }

  /** @param {KeyboardEvent} event */
  #move(event) {
    const { run } = this;
    if (!this.#moment || !run || !isHere(event)) return;
    const act = { " ": () => this.playing.toggle(), l: () => this.follow() }[event.key];
    // without a focus, Space pauses runs
    if (act && !closest(event, "button, input") && (event.key !== " " || event.target !== document.body)) {
      event.preventDefault();
      event.stopPropagation();
      return act();
    }
    const next = moved(this.#moment, event, {
      newest: newestOf(run),
      trains: !hasEnded(run),
      evaluated: run.evaluation.column("iteration") ?? [],
    });
    if (!next) return;
    event.preventDefault();
    event.stopPropagation();
    this.#set(next);
  }

  /** @param {KeyboardEvent} event */
  #escape(event) {
    if (event.key !== "Escape" || event.defaultPrevented || !this.run) return;
    if (closest(event, TYPED_IN) || document.querySelector("dialog[open], :popover-open")) return;
    event.preventDefault();
    this.clear();
  }
}

/**
 * Whether all rows of a run up to an iteration have come.
 * @param {Run} run
 * @param {number} iteration
 */
function hasRowsAt({ train, evaluation }, iteration) {
  return [train, evaluation].every((rows) => rows.length > 0 && rows.last("iteration") >= iteration);
}

/** Whether a key is for the moment. @param {KeyboardEvent} event */
function isHere(event) {
  return (
    !isForBrowser(event) &&
    event.target instanceof Element &&
    event.target.matches(PLACES) &&
    !document.querySelector("dialog[open], :popover-open")
  );
}
