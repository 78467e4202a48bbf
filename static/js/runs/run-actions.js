/**
 * Commands for runs. A refusal by the server is shown at the run; deleting and archiving can be undone.
 *
 * A deleted run leaves the page immediately, but the server deletes it only when the time for undoing has passed, or when
 * the page is left. So an undone deletion brings back the whole run, with its rows and its place.
 */

import { ApiError, api } from "../server/api.js";
import { Emitter } from "../state/emitter.js";
import { t } from "../words/i18n.js";

/**
 * @import { Run, RunView, Status } from "../types.js"
 * @import { Store } from "../state/store.js"
 * @import { Toast } from "../page/toast.js"
 */

/** Milliseconds in which something can be taken back. */
export const UNDO_TIME = 8000;

/** Commands for several runs, with the statuses of a run that can be given one. @type {Record<string, Status[]>} */
export const COMMANDS = {
  pause: ["running"],
  resume: ["paused"],
  cancel: ["queued", "running", "paused"],
};

/** Emits "problem" with a run's id and what the server says against a command, an `ApiError`; or null: nothing any more. */
export class RunActions extends Emitter {
  #store;
  #toast;
  #onClone;
  /** @type {string[]} */
  #pending = [];
  /** Run id → the last request of its that is under way. @type {Map<string, Promise<unknown>>} */
  #turns = new Map();
  #timer = 0;
  /**
   * The way back from what was done last, while there is one.
   * @type {(() => void) | null}
   */
  #back = null;

  /**
   * @param {Store} store
   * @param {Toast} toast
   * @param {(runs: RunView[]) => void} onClone called with a run that was launched as a clone
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
   * pause, resume, step, cancel or clone
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

  /**
   * Those of the runs that a command of `COMMANDS` can be given to.
   * @param {string[]} ids
   * @param {string} command
   */
  ready(ids, command) {
    return ids.filter((id) => COMMANDS[command].includes(this.run(id)?.status ?? "failed"));
  }

  /**
   * Give a command to those runs that can take it, and say how many have taken it where not all did.
   * @param {string[]} ids
   * @param {string} command
   */
  async commandAll(ids, command) {
    const answers = await Promise.all(this.ready(ids, command).map((id) => this.command(id, command)));
    this.#sayHowMany(answers, ids, `runs.${command}_some`);
  }

  /**
   * Pause what runs, resume what is paused.
   * @param {string[]} ids
   * @returns {boolean}
   */
  pauseOrResume(ids) {
    const [running, paused] = ["pause", "resume"].map((command) => this.ready(ids, command));
    if (!running.length && !paused.length) return false;
    Promise.all([
      ...running.map((id) => this.command(id, "pause")),
      ...paused.map((id) => this.command(id, "resume")),
    ]).then((answers) => this.#sayHowMany(answers, ids, "runs.pause_or_resume_some"));
    return true;
  }

  /**
   * Star, tag, note, archive or rename runs, on every open page.
   * @param {string[]} ids
   * @param {Record<string, any>} changes
   */
  async change(ids, changes) {
    const answers = await Promise.all(
      ids.map((id) => this.attempt(id, async () => this.#store.putRuns([await api.change(id, changes)]))),
    );
    this.#sayHowMany(answers, ids, "runs.change_some");
  }

  /**
   * Say with how many of several runs something could be done, where these are not all.
   * @param {boolean[]} answers
   * @param {string[]} ids
   * @param {string} key
   */
  #sayHowMany(answers, ids, key) {
    const n = answers.filter(Boolean).length;
    if (n < ids.length && ids.length > 1) this.#toast.show(t(key, { n, all: ids.length }));
  }

  /**
   * Change a text that others may write too. What the server says against it stands at the run, and is thrown; that
   * another person was quicker, the caller shows, with both texts.
   * @param {string} id
   * @param {Record<string, any>} changes
   * @returns {Promise<RunView>} the run as it is then
   * @throws ApiError
   */
  async write(id, changes) {
    this.emit("problem", id, null);
    try {
      return await this.#inTurn(id, async () => {
        const answer = await api.change(id, changes);
        this.#store.putRuns([answer]);
        return answer;
      });
    } catch (error) {
      if (error instanceof ApiError && error.code !== "changed_meanwhile") this.emit("problem", id, error);
      throw error;
    }
  }

  /** Star a run that is not, and the other way round. @param {string} id */
  toggleStar(id) {
    return this.attempt(id, async () =>
      this.#store.putRuns([await api.change(id, { starred: !this.run(id)?.starred })]),
    );
  }

  /**
   * @param {string} id
   * @param {Record<string, any>} values
   * @throws ApiError
   */
  changeLive(id, values) {
    return this.#inTurn(id, async () => this.#store.putRuns([await api.changeLive(id, values)]));
  }

  /**
   * Archive runs, with a way back.
   * @param {string[]} ids
   * @param {boolean} archived
   */
  async archive(ids, archived = true) {
    const said = t(archived ? "runs.archived" : "runs.unarchived", { runs: this.#names(ids) }); // one may be gone by the answer
    await this.change(ids, { archived });
    this.#finish();
    this.#offer(said, () => this.change(ids, { archived: !archived }));
  }

  /** @param {string[]} ids */
  remove(ids) {
    this.#finish();
    this.#pending = ids;
    const said = t("runs.deleted", { runs: this.#names(ids) });
    this.#store.withhold(ids, true);
    this.#offer(said, () => {
      this.#pending = [];
      this.#store.withhold(ids, false);
    });
  }

  /**
   * Say what was done, and offer the way back for a while.
   * @param {string} said
   * @param {() => void} back
   */
  #offer(said, back) {
    this.#back = back;
    this.#timer = setTimeout(() => this.#finish(), UNDO_TIME);
    this.#toast.show(said, { label: t("runs.undo"), action: () => this.undo(), time: UNDO_TIME });
  }

  /** Take back what was done last. @returns {boolean} whether that still could be */
  undo() {
    const back = this.#back;
    if (!back) return false;
    clearTimeout(this.#timer);
    this.#back = null;
    this.#toast.hide();
    back();
    return true;
  }

  /** From now on, what was done last stays so. */
  #finish() {
    clearTimeout(this.#timer);
    this.#back = null;
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
  #names(ids) {
    return ids.length === 1 ? String(this.run(ids[0])?.name) : t("runs.count", { n: ids.length });
  }

  /**
   * Do something with a run.
   * @param {string} id
   * @param {() => Promise<void>} action
   * @returns {Promise<boolean>}
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
   * One after the other for each run: requests that are under way together may come to the server in any order.
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
