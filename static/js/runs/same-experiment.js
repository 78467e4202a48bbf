/**
 * Same experiment: a run with the same settings as an earlier one gives exactly the same curve. When such a run is launched, a
 * message says so, and offers to launch the experiment with another seed, so with other random numbers.
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

/** The properties by which runs are compared. @typedef {Pick<Run, "id" | "number"> & {summary: Pick<RunSummary, "seed">}} Seeded */

/** The message is shown for this many milliseconds; later, the run's card has the same button. */
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

  /** If a run that was launched alone repeats an earlier one, show a message. @param {RunView[]} launched */
  async reportRepeat(launched) {
    if (launched.length !== 1) return;
    const [run] = launched;
    const alike = runsAlike(run, this.#store.list()).filter(
      ({ number, summary }) => number < run.number && summary.seed === run.summary.seed,
    );
    if (!alike.length) return;
    try {
      await this.#configs.fetch([run, ...alike].map(({ id }) => id));
    } catch (error) {
      if (error instanceof ApiError) return; // offline, or a run was deleted: no message
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

  /** Launch the experiment of a run with a seed that no run of it has yet. @param {Pick<Run, "id" | "name">} run */
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
 * The runs whose summary is the same as that of a run, except for the seed.
 * @template {Seeded} Other
 * @param {Seeded} run
 * @param {Other[]} runs
 */
function runsAlike(run, runs) {
  const withoutSeed = (/** @type {Seeded} */ { summary }) => JSON.stringify({ ...summary, seed: null });
  const own = withoutSeed(run);
  return runs.filter((other) => other.id !== run.id && withoutSeed(other) === own);
}

/**
 * The smallest seed that neither a run nor the runs like it have.
 * @param {Seeded} run
 * @param {Seeded[]} runs
 */
export function unusedSeed(run, runs) {
  const used = new Set([run, ...runsAlike(run, runs)].map(({ summary }) => summary.seed));
  let seed = 0;
  while (used.has(seed)) seed++;
  return seed;
}
