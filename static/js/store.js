/**
 * The store: all that the page knows of the lab, and what the viewer has chosen to see.
 *
 * Nothing here touches the page. A change is told by topic ("runs", "rows", "overview", "lab",
 * "connection", "datasets"); views listen and draw when the browser is ready to.
 */

import { Series } from "./series.js";

/** Without a choice of the viewer's, that many of the newest runs are shown. */
const SHOWN = 8;

export class Store {
  /** id → {…the server's run object, train: Series, evaluation: Series} */
  runs = new Map();
  lab = null;
  /** "connecting", "live", "offline", "restarting" or "full" */
  connection = "connecting";
  #choices = new Map();
  /** Runs that are about to be deleted: gone from the page, until somebody takes it back. */
  #withheld = new Set();
  #listeners = new Map();

  /** @param {Record<string, boolean>} choices run id → shown, as chosen before */
  constructor(choices = {}) {
    this.#choices = new Map(Object.entries(choices));
  }

  on(topic, listener) {
    if (!this.#listeners.has(topic)) this.#listeners.set(topic, []);
    this.#listeners.get(topic).push(listener);
  }

  #tell(topic, detail) {
    for (const listener of this.#listeners.get(topic) ?? []) listener(detail);
  }

  /** Runs as the server tells them: new ones and changed ones. */
  putRuns(views) {
    for (const view of views) {
      const known = this.runs.get(view.id);
      if (known) Object.assign(known, view);
      else this.runs.set(view.id, { ...view, train: new Series(), evaluation: new Series() });
    }
    this.#tell("runs");
  }

  /**
   * Runs from the answer to a command. The socket may have told more of them already, and newer things: an answer
   * only makes a run known, it never overwrites one.
   */
  addRuns(views) {
    this.putRuns(views.filter((view) => !this.runs.has(view.id)));
  }

  removeRuns(ids) {
    const gone = ids.filter((id) => this.runs.delete(id));
    for (const id of gone) {
      this.#choices.delete(id);
      this.#withheld.delete(id);
    }
    if (gone.length) this.#tell("runs");
  }

  /** The whole list after a connection: what is not in it is gone. */
  replaceRuns(views) {
    const there = new Set(views.map((view) => view.id));
    this.removeRuns([...this.runs.keys()].filter((id) => !there.has(id)));
    this.putRuns(views);
  }

  /**
   * A frame's rows, or the overview of rows that follow.
   * @returns {boolean} false if rows before them are missing, and the run must be subscribed anew.
   */
  putRows(frame) {
    const run = this.runs.get(frame.run);
    if (!run) return true;
    if (frame.overview) {
      run[frame.stream].takeOverview(frame);
      this.#tell("overview", frame.stream);
      return true;
    }
    const fitted = run[frame.stream].append(frame);
    this.#tell("rows", frame.stream);
    return fitted;
  }

  putLab(lab) {
    this.lab = lab;
    this.#tell("lab");
  }

  putDataset(dataset) {
    this.#tell("datasets", dataset);
  }

  setConnection(connection) {
    if (connection === this.connection) return;
    this.connection = connection;
    this.#tell("connection");
  }

  // -- what is shown ---------------------------------------------------------------------------

  /** Newest first. */
  list() {
    return [...this.runs.values()].filter((run) => !this.#withheld.has(run.id)).sort((a, b) => b.number - a.number);
  }

  /** Let runs be as good as deleted, or bring them back. */
  withhold(ids, withheld) {
    for (const id of ids) {
      if (withheld) this.#withheld.add(id);
      else this.#withheld.delete(id);
    }
    this.#tell("runs");
  }

  #newest() {
    return new Set(
      this.list()
        .filter((run) => !run.archived)
        .slice(0, SHOWN)
        .map((run) => run.id),
    );
  }

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

  show(ids, shown) {
    for (const id of ids) this.#choices.set(id, shown);
    this.#tell("runs");
  }

  /** Show these and no others. */
  showOnly(ids) {
    for (const id of this.runs.keys()) this.#choices.set(id, false);
    this.show(ids, true);
  }

  /** Run id → shown, for the next visit. */
  choices() {
    return Object.fromEntries(this.#choices);
  }

  /** Rows that are here of a run: what a subscription goes on from. */
  cursors(id) {
    const run = this.runs.get(id);
    return { train: run.train.length, evaluation: run.evaluation.length };
  }
}
