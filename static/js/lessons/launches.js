/** What a lesson launches or puts into the form: its own runs, and what one can try afterwards. */

import { showCurves } from "../page/parts.js";
import { ApiError, api } from "../server/api.js";
import { newestOnly } from "../state/newest.js";
import { explainAll } from "../words/reasons.js";

/**
 * @import { Run, RunView } from "../types.js"
 * @import { Page } from "./player.js"
 * @import { Stage } from "./stage.js"
 * @import { Try } from "./types.js"
 */

export class Launches {
  #page;
  #stage;
  /** Why something to try was not launched. @type {ApiError | null} */
  tryRefusal = null;
  #isLaunchingTry = false;
  #dropOlderTries = newestOnly();
  /** Of what is loaded for the form. `form.load` has a guard of its own, but only from its call on. */
  #dropOlder = newestOnly();

  /**
   * @param {Page} page
   * @param {Stage} stage
   */
  constructor(page, stage) {
    this.#page = page;
    this.#stage = stage;
  }

  /** Show runs of the lesson that were launched. @param {RunView[]} runs */
  show(runs) {
    this.#page.store.putRuns(runs);
    this.#stage.show(runs.map(({ id }) => id));
    if (runs.length) void this.#showInForm(runs[0]);
  }

  /** The lesson is left: what is still being loaded for it does not come into the form. */
  leave() {
    this.forgetTries();
    this.#dropOlder();
  }

  /** Load the experiment of a run into the form. If the server does not give it, the form stays as it is. @param {RunView} run */
  async #showInForm(run) {
    const isNewest = this.#dropOlder();
    try {
      const { config } = await api.run(run.id);
      if (config && isNewest())
        await this.#page.form.load(config, { from: run, reveal: false, isWanted: isNewest });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  /**
   * Launch the runs of a lesson without a prediction.
   * @param {string} slug
   * @param {() => void} leave leaves the lesson; called when they are launched
   * @param {() => boolean} isWanted whether no other lesson was opened meanwhile
   */
  async unpredicted(slug, leave, isWanted) {
    await this.#orToast(async () => {
      const { runs } = await api.launchLesson(slug);
      if (!isWanted()) return;
      leave();
      this.show(runs);
      showCurves();
    });
  }

  /**
  /**
   * Put the first experiment of a lesson into the form. The form forgets its undo steps, so that undo cannot change a locked
   * field.
   * @param {string} slug
   * @returns whether it is in the form: the server gave it, and nothing else was asked for meanwhile
   */
  async loadLesson(slug) {
    const isNewest = this.#dropOlder();
    let isLoaded = false;
    await this.#orToast(async () => {
      const { experiment } = await api.lesson(slug);
      const options = { reveal: false, forgets: true, isWanted: isNewest };
      if (isNewest()) isLoaded = !experiment || (await this.#page.form.load(experiment, options));
    });
    return isLoaded;
  }

  /**
   * Launch something to try. If it is refused, `tryRefusal` says why.
   * @param {Try} one
   */
  async launchTry({ config }) {
    if (this.#isLaunchingTry) return; // a held key or a double click must not launch twice
    this.#isLaunchingTry = true;
    const isNewest = this.forgetTries();
    try {
      this.#page.launched((await api.launchTogether([config])).runs);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (isNewest()) this.tryRefusal = error;
    } finally {
      this.#isLaunchingTry = false;
    }
  }

  /** Forget why something was refused, also if the answer has not come yet. @returns whether nothing was tried since then */
  forgetTries() {
    this.tryRefusal = null;
    return this.#dropOlderTries();
  }

  /**
   * Put something to try into the form.
   * @param {Try} one
   * @param {Run[]} runs of the attempt; the form shows what differs from the run that the experiment comes from
   */
  async loadTry({ config, run }, runs) {
    const from = runs.find(({ name }) => name === run) ?? null;
    this.#dropOlder();
    await this.#orToast(() => this.#page.form.load(config, { from }));
  }

  /** Do something; if the server refuses it, show the reason as a toast. @param {() => Promise<unknown>} act */
  async #orToast(act) {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#page.toast.show(explainAll(error), { wrong: true });
    }
  }
}
