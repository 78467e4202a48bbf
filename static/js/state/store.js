/**
 * The store: the page's copy of the lab's state, and what the viewer has chosen to see.
 *
 * The store does not use the document. It emits "runs", "rows" and "overview" (with the stream), "lab", "connection" and
 * "datasets" when these change, and "class", "person", "cloud", "views" and "cloud_curve" with such a message. Views of the runs listen to "draw": it is emitted at most once per animation frame, and
 * immediately after an action of the viewer.
 */

import { Emitter } from "./emitter.js";
import { assignHues, ownHue } from "./hues.js";
import { Series } from "./series.js";

/**
 * @import { ApiError } from "../server/api.js"
 * @import { PersonOfPage } from "../class/types.js"
 * @import { Dataset, Frame, LabState, Run, RunView } from "../types.js"
 */

/** This many deleted runs are remembered, because a late answer may still contain one of them. */
const MAX_DELETED = 1000;
/** This many of the newest own runs are shown until the viewer chooses runs. */
const DEFAULT_SHOWN = 8;

export class Store extends Emitter {
  /** By id. @type {Map<string, Run>} */
  runs = new Map();
  /** @type {LabState | null} */
  lab = null;
  /** By name: data sets as the server sent them last, with the progress of their download. @type {Map<string, Dataset>} */
  datasets = new Map();
  /** "connecting", "live", "polling", "offline", "restarting", "full" or "refused" */
  connection = "connecting";
  /** Why the lab refuses this page. @type {ApiError | null} */
  refusal = null;
  /** Whether the whole list of runs has come at least once. */
  complete = false;
  /** @type {PersonOfPage | null} */
  #person = null;
  /** By type: the newest message of the class, of this person, of the class's cloud and of its challenge. @type {Record<"class" | "person" | "cloud" | "challenge" | "standing", any>} */
  messages = { class: null, person: null, cloud: null, challenge: null, standing: null };
  /** By type, and by person or id: the newest of the messages that are about several. @type {Record<"views" | "cloud_curve", Map<string, any>>} */
  several = { views: new Map(), cloud_curve: new Map() };
  /** The views of networks that the page watches live, each as JSON; see views/watching.js. @type {string[]} */
  watched = [];
  /** @type {(() => void)[]} */
  #afterList = [];
  /** Ids of the runs in the list of which parts are still to come. @type {Set<string>} */
  #listed = new Set();
  /** Id → whether the viewer chose to show the run, or to hide it. @type {Map<string, boolean>} */
  #choices = new Map();
  /** Ids of deleted runs, the newest last. Older messages must not bring them back. @type {Set<string>} */
  #deleted = new Set();
  /** Ids of runs that will be deleted soon. The page does not show them unless the deletion is undone. @type {Set<string>} */
  #withheld = new Set();
  #drawingDue = false;
  /**
   * Grows when runs come or go, or when another training, name, tag, note, star or archive belongs to one; and `results` with
   * every other change, but not with the progress of a training or the place of one that waits.
   */
  versions = { runs: 0, results: 0 };
  /** Grows when the viewer chooses which runs are shown. */
  choiceVersion = 0;
  /** All runs on the page, newest first, and those that are shown, until one of these changes. @type {Run[] | null} */
  #list = null;
  /** @type {Run[] | null} */
  #shown = null;

  /** The hues of the shown runs, by id. @type {Map<string, number>} */
  #hues;

  /**
   * @param {Record<string, boolean>} choices run id → shown, from the last visit
   * @param {Record<string, number>} hues run id → hue, from the last visit
   */
  constructor(choices = {}, hues = {}) {
    super();
    this.#choices = new Map(Object.entries(choices));
    this.#hues = new Map(Object.entries(hues));
    for (const type of /** @type {const} */ (["class", "person", "cloud", "challenge", "standing"]))
      this.on(type, (message) => {
        this.messages[type] = message;
      });
    for (const type of /** @type {const} */ (["views", "cloud_curve"]))
      this.on(type, (message) => this.several[type].set(message.id ?? message.person.id, message));
  }

  /** Who has opened the page; null in a lab without a class, where anyone may do everything. */
  get person() {
    return this.#person;
  }

  set person(person) {
    this.#person = person;
    this.#shown = null; // the newest ones of this person are
  }

  /** Call this when runs change, or which of them are shown. It emits "runs" now and "draw" in the next frame. */
  #runsChanged({ byViewer = false } = {}) {
    this.#shown = null;
    this.#paint();
    this.emit("runs");
    if (byViewer) this.#draw(true);
    else if (!this.#drawingDue) {
      this.#drawingDue = true;
      requestAnimationFrame(() => this.#drawingDue && this.#draw());
    }
  }

  /** Give hues to the shown runs. They are remembered only if the list is complete: before, other runs may be shown. */
  #paint() {
    const shown = this.shown();
    const hues = assignHues(shown, this.#hues);
    if (this.complete) this.#hues = hues;
    for (const run of this.runs.values()) run.hue = hues.get(run.id) ?? ownHue(run);
  }

  #draw(byViewer = false) {
    this.#drawingDue = false;
    this.emit("draw", byViewer);
  }

  /**
   * Take runs from a message or from the answer to a command. These may come in any order: an older revision than the known
   * one changes nothing, and a deleted run stays deleted.
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
    const stored = this.runs.get(view.id);
    if (!stored) {
      this.runs.set(view.id, { ...view, train: new Series(), evaluation: new Series(), hue: ownHue(view) });
      this.#listed?.add(view.id); // launched after the list began
      this.#listChanged();
    } else if (isNewer(stored)) {
      if (described(stored) !== described(view)) this.versions.runs++;
      else if (stored.status !== view.status || !PROGRESSING.has(view.status)) this.versions.results++;
      Object.assign(stored, view);
    }
  }

  #listChanged() {
    this.#list = null;
    this.versions.runs++;
  }

  /**
   * Remove deleted runs for ever.
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
    if (gone.length) {
      this.choiceVersion++;
      this.#listChanged();
    }
    return gone.length > 0;
  }

  /**
   * The list of all runs begins; it comes after each connection, in parts. Known runs stay until the list is complete, so
   * that no run leaves the page and comes back with a later part.
   */
  beginList() {
    this.#deleted.clear();
    this.#listed = new Set();
  }

  /**
   * Take runs of the list, and runs that change while it comes. The first time that the list has a run, it replaces the known
   * one even if its revision is lower: the server may have restarted.
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

  /** The list is complete: remove the runs that are not in it, and what was chosen for them, also at an earlier visit. */
  endList() {
    this.#drop([...this.runs.keys()].filter((id) => !this.#listed.has(id)));
    for (const id of [...this.#choices.keys()].filter((id) => !this.runs.has(id))) {
      this.#choices.delete(id);
      this.choiceVersion++;
    }
    this.#listed = new Set();
    this.complete = true;
    this.#runsChanged();
    for (const action of this.#afterList.splice(0)) action();
  }

  /**
   * Call a function that needs the whole list of runs: now, or when the list is complete.
   * @param {() => void} action
   */
  whenComplete(action) {
    if (this.complete) action();
    else this.#afterList.push(action);
  }

  /**
   * Take a frame with rows, or with an overview of rows that will follow.
   * @param {Frame} frame
   * @returns {boolean} false if rows before it are missing; then the page must subscribe to the run again
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

  /** Whether this page's person has launched a run. @param {Pick<RunView, "owner"> | undefined} run */
  isOwn(run) {
    return !this.person || run?.owner?.id === this.person.id;
  }

  /** Whether they may change it, not only see it. @param {Pick<RunView, "owner"> | undefined} run */
  mayChange(run) {
    return this.person?.role === "teacher" || this.isOwn(run);
  }

  /** @param {Dataset} dataset */
  putDataset(dataset) {
    this.datasets.set(dataset.name, dataset);
    this.emit("datasets", dataset);
    if (dataset.own) this.#runsChanged(); // its title may be another one now
  }

  /** @param {string[]} watched */
  watch(watched) {
    this.watched = watched;
    this.emit("watched");
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

  // -- shown runs ------------------------------------------------------------------------------

  /** All runs on the page, newest first. Do not change the list: it is given again at the next call. */
  list() {
    this.#list ??= [...this.runs.values()]
      .filter((run) => this.has(run.id))
      .sort((a, b) => b.number - a.number);
    return this.#list;
  }

  /** Whether a run is on the page. @param {string} id */
  has(id) {
    return this.runs.has(id) && !this.#withheld.has(id);
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
    this.#listChanged();
    this.#runsChanged({ byViewer: true });
  }

  #newest() {
    /** @type {Set<string>} */
    const newest = new Set();
    for (const run of this.list()) {
      if (newest.size === DEFAULT_SHOWN) break;
      if (!run.archived && this.isOwn(run)) newest.add(run.id);
    }
    return newest;
  }

  /** @param {string} id */
  isShown(id) {
    return this.#choices.get(id) ?? this.#newest().has(id);
  }

  /** The shown runs, oldest first, so that a new run is drawn over the others. Do not change the list. */
  shown() {
    if (!this.#shown) {
      const newest = this.#newest();
      this.#shown = this.list()
        .filter((run) => this.#choices.get(run.id) ?? newest.has(run.id))
        .reverse();
    }
    return this.#shown;
  }

  /**
   * @param {string[]} ids
   * @param {boolean} shown
   */
  show(ids, shown) {
    for (const id of ids) this.#choices.set(id, shown);
    this.choiceVersion++;
    this.emit("choice");
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

  /** Let runs that are still to come have hues, as those of their sketches. @param {Record<string, number>} hues by run id */
  wishHues(hues) {
    for (const [id, hue] of Object.entries(hues)) this.#hues.set(id, hue);
  }

  /** Run id → hue of the shown runs, for the next visit. */
  hues() {
    return Object.fromEntries(this.#hues);
  }

  /** Whether the viewer has chosen which runs are shown. */
  get hasChoices() {
    return this.#choices.size > 0;
  }

  /** Run id → shown, for the next visit. */
  choices() {
    return Object.fromEntries(this.#choices);
  }

  /**
   * How many rows of a run the page has; a subscription continues from them.
   * @param {string} id
   */
  cursors(id) {
    const run = this.runs.get(id);
    return { train: run?.train.length ?? 0, evaluation: run?.evaluation.length ?? 0 };
  }
}

/** A run with one of these statuses changes many times a second. */
const PROGRESSING = new Set(["queued", "running"]);

/** What a person has said of a run, and which training it shows. @param {RunView} run */
function described({ name, starred, archived, shared, tags, notes, training }) {
  return JSON.stringify([name, starred, archived, shared, tags, notes, training]);
}
