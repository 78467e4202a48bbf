/** Watches the runs of an open lesson: when they have ended, the server is asked for the result. */

import { runsOf } from "./steps.js";

/**
 * @import { Store } from "../state/store.js"
 * @import { Session } from "./session.js"
 */

/** While runs have ended and there is no result yet, it is asked for this often, in milliseconds. */
const ASK_AGAIN = 1500;

export class RunWatch {
  #store;
  #session;
  /** For which attempt, and which state of its runs, the result was asked for. */
  #asked = "";
  /** The ids of the person's own runs that have ended, as one text to compare. Null: not known yet. @type {string | null} */
  #endedOwn = null;
  #timer = 0;
  #isStopped = false;
  /** Stops listening. @type {(() => void)[]} */
  #stops;

  /**
   * @param {Store} store
   * @param {Session} session
   */
  constructor(store, session) {
    this.#store = store;
    this.#session = session;
    this.#stops = [
      store.on("draw", () => this.#follow()),
      store.on("class", () => this.#classChanged()),
      store.on("connection", () => this.#reconnected()),
      session.on("change", () => this.#follow()),
    ];
  }

  stop() {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    for (const stop of this.#stops) stop();
  }

  #follow() {
    const { attempt, step } = this.#session;
    if (!attempt) return;
    const { ended, runs } = runsOf(attempt, this.#store);
    const state = JSON.stringify([attempt.id, attempt.voting, runs.map(({ id, status }) => id + status)]);
    if (step === "run" && ended && !attempt.voting && state !== this.#asked) {
      this.#asked = state;
      this.#askAfter(0);
    }
    this.#followTries();
  }

  /** Something to try may have been reached by a run that has ended since. */
  #followTries() {
    const { runs } = this.#store;
    const own = [...runs.values()].filter((run) => run.finished_at && this.#store.isOwn(run));
    const ended = own.map(({ id }) => id).join();
    const hasChanged = this.#endedOwn !== null && ended !== this.#endedOwn;
    this.#endedOwn = ended;
    if (hasChanged && this.#session.attempt?.transfer?.tries.some(({ reached }) => !reached))
      void this.#session.renew();
  }

  /** Ask for the result, and again until it is there or cannot come any more. @param {number} wait milliseconds */
  #askAfter(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(async () => {
      await this.#session.renew();
      if (this.#isStopped) return;
      const { attempt, step } = this.#session;
      if (!attempt || step !== "run" || attempt.missing.length || attempt.voting) return;
      if (runsOf(attempt, this.#store).ended) this.#askAfter(ASK_AGAIN);
    }, wait);
  }

  /** What the teacher does has changed: the class may have voted. */
  #classChanged() {
    const { attempt } = this.#session;
    if (attempt?.voting || attempt?.transfer?.voting) void this.#session.renew();
  }

  #reconnected() {
    const { connection } = this.#store;
    if ((connection === "live" || connection === "polling") && this.#session.problem?.status === 0)
      void this.#session.load();
  }
}
