/** The run with which the draft is compared: the run that was loaded in the form, or the last launched run. */

import { difference } from "./names.js";

/**
 * @import { Fields, FirstExperiment } from "../types.js"
 * @import { Draft } from "./draft.js"
 */

export class ComparedRun {
  /** @type {{name: string, fields: Fields} | null} */
  #run = null;

  get name() {
    return this.#run?.name ?? "";
  }

  /** Set the run for comparison; null: none. @param {{name: string, fields: Fields} | null} run */
  set(run) {
    this.#run = run;
  }

  /**
   * The differences between the run and a draft; undefined if there is no run.
   * @param {Draft} draft
   * @param {FirstExperiment} first the draft's first experiment, from the server
   */
  difference(draft, first) {
    const varied = [...draft.varied(), ...(draft.folds > 1 ? ["dataset.fold"] : [])];
    return this.#run ? difference(this.#run.fields, first.fields, varied) : undefined;
  }
}
