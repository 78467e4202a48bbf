/**
 * The store: the page's copy of the lab's state, and what the viewer has chosen to see.
 *
 * Nothing here touches the page. A change is emitted by its topic: "runs", "rows" and "overview" (of a stream), "lab",
 * "connection", "datasets". Views of the runs listen to "draw": it comes once per frame, whatever has changed since the
 * last one, and immediately after an action of the viewer.
 */

import { Emitter } from "./emitter.js";
import { assignHues, ownHue } from "./hues.js";
import { Series } from "./series.js";

/**
 * @import { ApiError } from "../server/api.js"
 * @import { Dataset, Frame, LabState, Run, RunView } from "../types.js"
 */

/** How many deleted runs are remembered: a late answer may still be about one. */
const MAX_DELETED = 1000;
/** How many of the newest runs are shown as long as the viewer has chosen none. */
const DEFAULT_SHOWN = 8;

export class Store extends Emitter {
  /** By id. @type {Map<string, Run>} */
  runs = new Map();
  /** @type {LabState | null} */
  lab = null;
  /** name → what the socket said last of a data set's download @type {Map<string, Dataset>} */
  datasets = new Map();
  /** "connecting", "live", "polling", "offline", "restarting", "full" or "refused" */
  connection = "connecting";
  /** Why the lab refuses this page. @type {ApiError | null} */
  refusal = null;
  /** Whether the list of runs has been here, all of it. */
  complete = false;
  /** @type {(() => void)[]} */
  #afterList = [];
  /** Ids of the runs of the list that is on its way. @type {Set<string>} */
  #listed = new Set();
  /** @type {Map<string, boolean>} */
  #choices = new Map();
  /** Ids of deleted runs, the newest last: an older message or answer does not bring them back. @type {Set<string>} */
  #deleted = new Set();
  /** Runs that are about to be deleted: they are not on the page, unless the deletion is undone. @type {Set<string>} */
  #withheld = new Set();
  #drawingDue = false;

  /** Id → hue, of the runs that are shown. @type {Map<string, number>} */
  #hues;

  /**
   * @param {Record<string, boolean>} choices run id → shown, as chosen before
   * @param {Record<string, number>} hues run id → hue, of the runs that were shown before
   */
  constructor(choices = {}, hues = {}) {
    super();
    this.#choices = new Map(Object.entries(choices));
    this.#hues = new Map(Object.entries(hues));
  }

  /** Runs are not as they were, or not those that are shown. "runs" is emitted at once, "draw" in the next frame. */
  #runsChanged({ byViewer = false } = {}) {
    this.#paint();
    this.emit("runs");
    if (byViewer) this.#draw();
    else if (!this.#drawingDue) {
      this.#drawingDue = true;
      requestAnimationFrame(() => this.#drawingDue && this.#draw());
    }
  }

  /** Give the shown runs their hues. Until the list is whole, what is shown may not be so for long, and is not remembered. */
  #paint() {
    const shown = this.shown();
    const hues = assignHues(shown, this.#hues);
    if (this.complete) this.#hues = hues;
    for (const run of this.runs.values()) run.hue = hues.get(run.id) ?? ownHue(run);
  }

  #draw() {
    this.#drawingDue = false;
    this.emit("draw");
  }

  /**
   * Runs as the server gives them, through the socket or in the answer to a command, in whichever order these come: a
   * revision that is older than what is known changes nothing, and a deleted run stays deleted.
   * @param {RunView[]} views
   */
  putRuns(views) {
    for (const view of views) this.#put(view, (known) => view.revision > known.revision);
    this.#runsChanged();
  }

  /**
   * @param {RunView} view
   * @param {(known: Run) => boolean} isNewer
   */
  #put(view, isNewer) {
    if (this.#deleted.has(view.id)) return;
    const known = this.runs.get(view.id);
    if (!known) {
      this.runs.set(view.id, { ...view, train: new Series(), evaluation: new Series(), hue: ownHue(view) });
      this.#listed?.add(view.id); // launched since the list began
    } else if (isNewer(known)) Object.assign(known, view);
  }

  /**
   * Runs that are deleted, and do not come back.
   * @param {string[]} ids
   */
  removeRuns(ids) {
    for (const id of ids) this.#deleted.add(id);
    for (const id of [...this.#deleted].slice(0, -MAX_DELETED)) this.#deleted.delete(id);
    if (this.#drop(ids)) this.#runsChanged();
  }

  /** @param {string[]} ids */
  #drop(ids) {
    const gone = ids.filter((id) => this.runs.delete(id));
    for (const id of gone) {
      this.#choices.delete(id);
      this.#withheld.delete(id);
    }
    return gone.length > 0;
  }

  /**
   * The list of all runs begins, as after each connection. It comes in parts, and what is known stays until it is whole:
   * nothing leaves the page that a later part brings back.
   */
  beginList() {
    this.#deleted.clear();
    this.#listed = new Set();
  }

  /**
   * Runs of the list, or that have changed meanwhile: whatever was known of them before.
   * @param {RunView[]} views
   */
  listRuns(views) {
    for (const view of views) {
      const isFirst = !this.#listed.has(view.id);
      this.#listed.add(view.id);
      this.#put(view, (known) => isFirst || view.revision > known.revision);
    }
    this.#runsChanged();
  }

  /** The list is whole: what is not in it is not there. */
  endList() {
    this.#drop([...this.runs.keys()].filter((id) => !this.#listed.has(id)));
    this.#listed = new Set();
    this.complete = true;
    this.#runsChanged();
    for (const action of this.#afterList.splice(0)) action();
  }

  /**
   * Do what needs the list of runs: at once, or when it is here.
   * @param {() => void} action
   */
  whenComplete(action) {
    if (this.complete) action();
    else this.#afterList.push(action);
  }

  /**
   * A frame's rows, or the overview of rows that follow.
   * @param {Frame} frame
   * @returns {boolean} false if rows before them are missing, and the run must be subscribed anew.
   */
  putRows(frame) {
    const run = this.runs.get(frame.run);
    if (!run) return true;
    if (frame.overview) {
      run[frame.stream].takeOverview(frame);
      this.emit("overview", frame.stream);
      return true;
    }
    const fitted = run[frame.stream].append(frame);
    this.emit("rows", frame.stream);
    return fitted;
  }

  /** @param {LabState} lab */
  putLab(lab) {
    this.lab = lab;
    this.emit("lab");
  }

  /** @param {Dataset} dataset */
  putDataset(dataset) {
    this.datasets.set(dataset.name, dataset);
    this.emit("datasets", dataset);
  }

  /**
   * @param {string} connection
   * @param {ApiError | null} refusal
   */
  setConnection(connection, refusal = null) {
    if (connection === this.connection) return;
    this.connection = connection;
    this.refusal = refusal;
    this.emit("connection");
  }

  // -- what is shown ---------------------------------------------------------------------------

  /** Newest first. */
  list() {
    return [...this.runs.values()]
      .filter((run) => !this.#withheld.has(run.id))
      .sort((a, b) => b.number - a.number);
  }

  /**
   * Take runs off the page as if they were deleted, or bring them back.
   * @param {string[]} ids
   * @param {boolean} withheld
   */
  withhold(ids, withheld) {
    for (const id of ids) {
      if (withheld) this.#withheld.add(id);
      else this.#withheld.delete(id);
    }
    this.#runsChanged({ byViewer: true });
  }

  #newest() {
    return new Set(
      this.list()
        .filter((run) => !run.archived)
        .slice(0, DEFAULT_SHOWN)
        .map((run) => run.id),
    );
  }

  /** @param {string} id */
  isShown(id) {
    return this.#choices.get(id) ?? this.#newest().has(id);
  }

  /** Oldest first, so that a new run is drawn over the others. */
  shown() {
    const newest = this.#newest();
    return this.list()
      .filter((run) => this.#choices.get(run.id) ?? newest.has(run.id))
      .reverse();
  }

  /**
   * @param {string[]} ids
   * @param {boolean} shown
   */
  show(ids, shown) {
    for (const id of ids) this.#choices.set(id, shown);
    this.#runsChanged({ byViewer: true });
  }

  /**
   * Show these and no others.
   * @param {string[]} ids
   */
  showOnly(ids) {
    for (const id of this.runs.keys()) this.#choices.set(id, false);
    this.show(ids, true);
  }

  /** Run id → hue of the shown runs, for the next visit. */
  hues() {
    return Object.fromEntries(this.#hues);
  }

  /** Run id → shown, for the next visit. */
  choices() {
    return Object.fromEntries(this.#choices);
  }

  /**
   * Rows that are here of a run: what a subscription goes on from.
   * @param {string} id
   */
  cursors(id) {
    const run = this.runs.get(id);
    return { train: run?.train.length ?? 0, evaluation: run?.evaluation.length ?? 0 };
  }
}
