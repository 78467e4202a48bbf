/**
 * Commands for runs. If the server refuses a command, the error is shown at the run. Deleting and archiving can be undone.
 *
 * A deleted run leaves the page immediately, but the request is sent only when the time for undoing is over, or when the page
 * is closed. So undoing a deletion brings back the whole run, with its rows and its place in the list.
 */

import { ApiError, api } from "../server/api.js";
import { Emitter } from "../state/emitter.js";
import { t } from "../words/i18n.js";

/**
 * @import { Run, RunView, Status } from "../types.js"
 * @import { Store } from "../state/store.js"
 * @import { Toast } from "../page/toast.js"
 */

/** An action can be undone for this many milliseconds. */
export const UNDO_TIME = 8000;

/** Commands for several runs: the command → the statuses of runs for which it is possible. @type {Record<string, Status[]>} */
export const COMMANDS = {
  pause: ["running"],
  resume: ["paused"],
  cancel: ["queued", "running", "paused"],
};

/** Emits "problem" with a run's id and an `ApiError` if the server refuses a command, or null to remove the last error. */
export class RunActions extends Emitter {
  #store;
  #toast;
  #onClone;
  /** Ids of the runs whose deletion can still be undone. @type {string[]} */
  #pending = [];
  /** Run id → the last request for this run that is not answered yet. @type {Map<string, Promise<unknown>>} */
  #turns = new Map();
  #timer = 0;
  /** How many actions have begun that can be undone. */
  #begun = 0;
  /**
   * Undoes the last action, while this is possible.
   * @type {(() => void) | null}
   */
  #undoLast = null;

  /**
   * @param {Store} store
   * @param {Toast} toast
   * @param {(runs: RunView[]) => void} onClone called with the new run after the command "clone"
   */
  constructor(store, toast, onClone) {
    super();
    this.#store = store;
    this.#toast = toast;
    this.#onClone = onClone;
    addEventListener("pagehide", () => {
      for (const id of this.#pending) api.removeAtLeaving(id);
      this.#pending = [];
    });
  }

  /** @param {string} id */
  run(id) {
    return this.#store.runs.get(id);
  }

  /**
   * Send a command: pause, resume, step, cancel or clone.
   * @param {string} id
   * @param {string} command
   * @param {object} [body]
   */
  command(id, command, body) {
    return this.attempt(id, async () => {
      const run = await api.command(id, command, body);
      if (command === "clone") this.#onClone([run]);
      else this.#store.putRuns([run]);
    });
  }

  /** The runs that this page's person may change. @param {string[]} ids */
  changeable(ids) {
    return ids.filter((id) => this.#store.mayChange(this.run(id)));
  }

  /**
   * The runs for which a command of `COMMANDS` is possible.
   * @param {string[]} ids
   * @param {string} command
   */
  ready(ids, command) {
    return this.changeable(ids).filter((id) => COMMANDS[command].includes(this.run(id)?.status ?? "failed"));
  }

  /**
   * Send a command to all runs for which it is possible. If it did not work for all, a message says for how many it did.
   * @param {string[]} ids
   * @param {string} command
   */
  async commandAll(ids, command) {
    const answers = await Promise.all(this.ready(ids, command).map((id) => this.command(id, command)));
    this.#reportPartial(answers, ids, `runs.${command}_some`);
  }

  /**
   * Pause the running ones of these runs, and resume the paused ones.
   * @param {string[]} ids
   * @returns {boolean}
   */
  pauseOrResume(ids) {
    const [running, paused] = ["pause", "resume"].map((command) => this.ready(ids, command));
    if (!running.length && !paused.length) return false;
    Promise.all([
      ...running.map((id) => this.command(id, "pause")),
      ...paused.map((id) => this.command(id, "resume")),
    ]).then((answers) => this.#reportPartial(answers, ids, "runs.pause_or_resume_some"));
    return true;
  }

  /**
   * Change properties of runs on the server: star, tags, notes, archived, name or colour.
   * @param {string[]} ids
   * @param {Record<string, any>} changes
   * @returns {Promise<string[]>} the runs for which it worked
   */
  async change(ids, changes) {
    const tried = this.changeable(ids);
    const answers = await Promise.all(
      tried.map((id) => this.attempt(id, async () => this.#store.putRuns([await api.change(id, changes)]))),
    );
    this.#reportPartial(answers, ids, "runs.change_some");
    return tried.filter((_, i) => answers[i]);
  }

  /**
   * If an action worked for some of several runs but not for all, show a message with their number.
   * @param {boolean[]} answers
   * @param {string[]} ids
   * @param {string} key
   */
  #reportPartial(answers, ids, key) {
    const n = answers.filter(Boolean).length;
    if (n < ids.length && ids.length > 1) this.#toast.show(t(key, { n, all: ids.length }));
  }

  /**
   * Change a text that other people may change too. If the server refuses it, this throws, and the error is shown at the run.
   * If another person has changed the text meanwhile, the caller shows both texts instead.
   * @param {string} id
   * @param {() => Record<string, any>} changes called when earlier requests for the run are answered
   * @returns {Promise<RunView>} the changed run
   * @throws ApiError
   */
  async write(id, changes) {
    this.emit("problem", id, null);
    try {
      return await this.#inTurn(id, async () => {
        const answer = await api.change(id, changes());
        this.#store.putRuns([answer]);
        return answer;
      });
    } catch (error) {
      if (error instanceof ApiError && error.code !== "changed_meanwhile") this.emit("problem", id, error);
      throw error;
    }
  }

  /** Star a run, or remove its star. @param {string} id */
  toggleStar(id) {
    return this.attempt(id, async () =>
      this.#store.putRuns([await api.change(id, { starred: !this.run(id)?.starred })]),
    );
  }

  /**
   * Change settings of a run while it trains. If the server refuses it, the caller shows the error.
   * @param {string} id
   * @param {Record<string, any>} values
   * @throws ApiError
   */
  changeLive(id, values) {
    return this.#inTurn(id, async () => this.#store.putRuns([await api.changeLive(id, values)]));
  }

  /**
   * Archive runs, or bring them back from the archive, with a button to undo it. If another action begins before the answer
   * comes, only that one can be undone.
   * @param {string[]} ids
   * @param {boolean} archived
   */
  async archive(ids, archived = true) {
    const others = this.changeable(ids).filter((id) => this.run(id)?.archived !== archived);
    if (!others.length) return;
    const number = this.#begin();
    const worked = await this.change(others, { archived });
    const changed = worked.filter((id) => this.run(id)); // one may be deleted before the answer comes
    if (!changed.length || number !== this.#begun) return;
    const message = t(archived ? "runs.archived" : "runs.unarchived", { runs: this.#nameOrCount(changed) });
    this.#offerUndo(message, () => this.change(changed, { archived: !archived }));
  }

  /** Delete runs, with a button to undo it. @param {string[]} ids */
  remove(ids) {
    const gone = this.changeable(ids);
    if (!gone.length) return;
    this.#begin();
    this.#pending = gone;
    const message = t("runs.deleted", { runs: this.#nameOrCount(gone) });
    this.#store.withhold(gone, true);
    this.#offerUndo(message, () => {
      this.#pending = [];
      this.#store.withhold(gone, false);
    });
  }

  /** Begin an action that can be undone; the one before it becomes final. @returns {number} its number */
  #begin() {
    this.#finish();
    return ++this.#begun;
  }

  /**
   * Show a message about an action, with a button that undoes it, for some seconds.
   * @param {string} message
   * @param {() => void} undoAction
   */
  #offerUndo(message, undoAction) {
    this.#undoLast = undoAction;
    this.#timer = setTimeout(() => this.#finish(), UNDO_TIME);
    this.#toast.show(message, { label: t("runs.undo"), action: () => this.undo(), time: UNDO_TIME });
  }

  /** Undo the last action. @returns {boolean} whether there was an action to undo */
  undo() {
    const undoAction = this.#undoLast;
    if (!undoAction) return false;
    clearTimeout(this.#timer);
    this.#undoLast = null;
    this.#toast.hide();
    undoAction();
    return true;
  }

  /** Make the last action final: it cannot be undone any more, and deletions are sent to the server. */
  #finish() {
    clearTimeout(this.#timer);
    this.#undoLast = null;
    const ids = this.#pending;
    this.#pending = [];
    for (const id of ids) {
      api.remove(id).then(
        () => this.#store.removeRuns([id]),
        (error) => {
          if (error.status === 404) return; // another page has deleted it before
          this.#store.withhold([id], false);
          this.emit("problem", id, error);
        },
      );
    }
  }

  /** @param {string[]} ids */
  #nameOrCount(ids) {
    return ids.length === 1 ? String(this.run(ids[0])?.name) : t("runs.count", { n: ids.length });
  }

  /**
   * Run an action for a run; if it fails, show the error at the run.
   * @param {string} id
   * @param {() => Promise<void>} action
   * @returns {Promise<boolean>} whether it worked
   */
  async attempt(id, action) {
    this.emit("problem", id, null);
    try {
      await this.#inTurn(id, action);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.emit("problem", id, error);
      return false;
    }
  }

  /**
   * Run the actions of each run one after the other, because requests that are sent together may reach the server in any order.
   * @template Answer
   * @param {string} id
   * @param {() => Promise<Answer>} action
   * @returns {Promise<Answer>}
   */
  #inTurn(id, action) {
    const before = this.#turns.get(id) ?? Promise.resolve();
    const turn = before.catch(() => {}).then(action);
    this.#turns.set(id, turn);
    const done = () => this.#turns.get(id) === turn && this.#turns.delete(id);
    turn.then(done, done);
    return turn;
  }
}
