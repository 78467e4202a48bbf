/** The run that the draft is compared with: the one that it was taken from, or the last that was launched. */

import { difference } from "./names.js";

/**
 * @import { Fields, FirstExperiment, Options } from "../types.js"
 * @import { Draft } from "./draft.js"
 */

export class ComparedRun {
  #options;
  /** @type {{name: string, fields: Fields} | null} */
  #run = null;

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
  }

  get name() {
    return this.#run?.name ?? "";
  }

  /** From now on this one, or none. @param {{name: string, fields: Fields} | null} run */
  set(run) {
    this.#run = run;
  }

  /**
   * What a draft, of which the server says what its first experiment is, changes of it; undefined where there is none.
   * @param {Draft} draft
   * @param {FirstExperiment} first
   */
  difference(draft, first) {
    return this.#run
      ? difference(this.#run.fields, first.fields, this.#options.activations, draft.varied())
      : undefined;
  }
}
