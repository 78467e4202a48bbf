/** The penalties of an experiment: none, L1, L2 or both, each with its strength λ. */

import { alternatives, oneOrSeveral } from "./values.js";

/** @import { OneOrSeveral } from "./values.js" */

/** A regularization: penalty → λ. @typedef {Record<string, any>} Regularization */

/** Kind → its penalties. @type {Record<string, string[]>} */
export const PENALTIES = { none: [], l1: ["l1"], l2: ["l2"], both: ["l1", "l2"] };

/** The kind of a regularization, a key of `PENALTIES`. @param {Regularization} regularization */
export function penaltyOf(regularization) {
  const chosen = Object.keys(regularization).sort().join();
  return Object.keys(PENALTIES).find((kind) => PENALTIES[kind].join() === chosen) ?? "none";
}

export class Penalties {
  /** The last λ of each penalty, for when it is chosen again. @type {Regularization} */
  #strengths = { l1: 0.1, l2: 0.1 };

  /**
   * Choose one kind, or several to compare.
   * @param {OneOrSeveral<Regularization>} regularization the present choice
   * @param {string[]} kinds
   */
  choose(regularization, kinds) {
    Object.assign(this.#strengths, ...alternatives(regularization));
    const alternative = (/** @type {string} */ kind) =>
      Object.fromEntries(PENALTIES[kind].map((name) => [name, this.#strengths[name]]));
    return oneOrSeveral(kinds.map(alternative), kinds);
  }
}
