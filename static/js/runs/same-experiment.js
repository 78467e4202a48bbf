/**
 * Same experiment: a run whose settings are all those of an earlier one gives the same curve, point for point. That is said
 * when it is launched, and another seed is offered: the same experiment with other random numbers.
 */

import { ApiError, api } from "../server/api.js";
import { t } from "../words/i18n.js";
import { explain } from "../words/reasons.js";
import { changesBetween } from "./run-difference.js";

/**
 * @import { Form } from "../form/form.js"
 * @import { FlatConfigs } from "../state/flat-configs.js"
 * @import { Store } from "../state/store.js"
 * @import { Toast } from "../page/toast.js"
 * @import { Run, RunSummary, RunView } from "../types.js"
 */

/** What of a run decides whether it is like another. @typedef {Pick<Run, "id" | "number"> & {summary: Pick<RunSummary, "seed">}} Seeded */

/** Milliseconds in which another seed can be launched by a click; later, from the run's card. */
const TIME = 12_000;

export class SameExperiment {
  #store;
  #configs;
  #form;
  #toast;

  /**
   * @param {Store} store
   * @param {FlatConfigs} configs
   * @param {Form} form
   * @param {Toast} toast
   */
  constructor(store, configs, form, toast) {
    this.#store = store;
    this.#configs = configs;
    this.#form = form;
    this.#toast = toast;
  }

  /** Say of a run that was launched alone which earlier one it repeats. @param {RunView[]} launched */
  async say(launched) {
    if (launched.length !== 1) return;
    const [run] = launched;
    const alike = runsAlike(run, this.#store.list()).filter(
      ({ number, summary }) => number < run.number && summary.seed === run.summary.seed,
    );
    if (!alike.length) return;
    try {
      await this.#configs.fetch([run, ...alike].map(({ id }) => id));
    } catch (error) {
      if (error instanceof ApiError) return; // offline, or one is deleted: what is not known is not said
      throw error;
    }
    const own = this.#configs.get(run.id);
    const earlier = alike.findLast(({ id }) => {
      const fields = this.#configs.get(id);
      return own && fields && !changesBetween(fields, own).length;
    });
    if (!earlier) return;
    this.#toast.show(t("same.launched", { n: earlier.number }), {
      label: t("same.other_seed"),
      action: () => this.launchOther(run),
      time: TIME,
    });
  }

  /** Launch a run's experiment with a seed that it has not been launched with. @param {Pick<Run, "id" | "name">} of */
  async launchOther({ id }) {
    try {
      const run = await api.run(id);
      if (!run.config) return;
      const seed = unusedSeed(run, this.#store.list());
      await this.#form.load({ ...run.config, seed }, { from: run, before: run.config });
      await this.#form.launch();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#toast.show(explain(error), { wrong: true });
    }
  }
}

/**
 * The runs that look like a run in all but the seed.
 * @template {Seeded} One
 * @param {Seeded} run
 * @param {One[]} runs
 */
function runsAlike(run, runs) {
  const withoutSeed = (/** @type {Seeded} */ { summary }) => JSON.stringify({ ...summary, seed: null });
  const wanted = withoutSeed(run);
  return runs.filter((other) => other.id !== run.id && withoutSeed(other) === wanted);
}

/**
 * The smallest seed that neither a run nor those like it have.
 * @param {Seeded} run
 * @param {Seeded[]} runs
 */
export function unusedSeed(run, runs) {
  const used = new Set([run, ...runsAlike(run, runs)].map(({ summary }) => summary.seed));
  let seed = 0;
  while (used.has(seed)) seed++;
  return seed;
}
