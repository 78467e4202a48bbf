/** What a lesson launches or puts into the form: its own runs, and what one can try afterwards. */

import { showCurves } from "../page/parts.js";
import { ApiError, api } from "../server/api.js";
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

  /** Load the experiment of a run into the form. If the server does not give it, the form stays as it is. @param {RunView} run */
  async #showInForm(run) {
    try {
      const { config } = await api.run(run.id);
      if (config) await this.#page.form.load(config, { from: run, reveal: false });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  /**
   * Launch the runs of a lesson without a prediction.
   * @param {string} slug
   * @param {() => void} leave leaves the lesson; called when they are launched
   */
  async unpredicted(slug, leave) {
    await this.#orToast(async () => {
      const { runs } = await api.launchLesson(slug);
      leave();
      this.show(runs);
      showCurves();
    });
  }

  /** Put the first experiment of a lesson into the form. No undo brings other values into the fields that it locks. @param {string} slug */
  async loadLesson(slug) {
    await this.#orToast(async () => {
      const { experiment } = await api.lesson(slug);
      if (experiment) await this.#page.form.load(experiment, { reveal: false, forgets: true });
    });
  }

  /**
   * Launch something to try.
   * @param {Try} one
   * @throws {ApiError} it is refused
   */
  async launchTry({ config }) {
    this.#page.launched((await api.launchTogether([config])).runs);
  }

  /**
   * Put something to try into the form.
   * @param {Try} one
   * @param {Run[]} runs of the attempt; the form shows what differs from the run that the experiment comes from
   */
  async loadTry({ config, run }, runs) {
    const from = runs.find(({ name }) => name === run) ?? null;
    await this.#orToast(() => this.#page.form.load(config, { from }));
  }

  /** Do something; if the server refuses it, show the reason as a toast. @param {() => Promise<void>} act */
  async #orToast(act) {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#page.toast.show(explainAll(error), { wrong: true });
    }
  }
}
