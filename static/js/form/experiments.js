/** The experiments of a draft: every combination, with each fold and each seed. */

import { ApiError } from "../server/api.js";
import { t } from "../words/i18n.js";
import { combinations } from "./grid.js";
import { nameOfRun } from "./names.js";

/**
 * @import { Experiment } from "../types.js"
 * @import { Draft } from "./draft.js"
 */

/** The possible numbers of seeds; several seeds are consecutive numbers from the seed of the experiment on. */
export const SEEDS = [1, 2, 3, 5, 10];
/** The possible numbers of folds; 1: no cross-validation. */
export const FOLDS = [1, 2, 3, 5, 10];
const MAX_NAME = 200;

/**
 * All experiments, each with its name.
 * @param {Draft} draft
 * @param {number} most how many may be launched together
 * @param {{special: string[], changed: string[]}} difference for the names: see names.js
 * @returns {Experiment[]}
 * @throws ApiError if there are too many
 */
export function experimentsOf(draft, most, difference = { special: [], changed: [] }) {
  const count = draft.count();
  if (count > most) throw new ApiError({ code: "too_many", message: "", bounds: { count, most } }, 422);
  return combinations(draft.document).flatMap(({ document, chosen }) =>
    repetitions(document, draft).map(({ repetition, ...experiment }) => ({
      ...experiment,
      name: [...nameOfRun(document, chosen, difference, repetition)].slice(0, MAX_NAME).join(""),
    })),
  );
}

/**
 * The experiment with each fold and each seed; `repetition` has the fold and the seed in words.
 * @param {Experiment} document
 * @param {Pick<Draft, "seeds" | "folds">} draft
 * @returns {(Experiment & {repetition: string[]})[]}
 */
function repetitions(document, { seeds, folds }) {
  const all = [];
  for (let index = 0; index < folds; index++)
    for (let more = 0; more < seeds; more++) {
      const seed = seeds > 1 ? (document.seed ?? 0) + more : document.seed;
      const fold = folds > 1 ? { dataset: { ...document.dataset, fold: { folds, index } } } : {};
      const repetition = [
        ...(folds > 1 ? [t("form.fold", { number: index + 1, folds })] : []),
        ...(seeds > 1 ? [t("form.seed", { seed })] : []),
      ];
      all.push({ ...document, ...fold, seed, repetition });
    }
  return all;
}
