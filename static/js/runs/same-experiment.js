/**
 * Same experiment: a run whose experiment was trained before, or trains, shows that training. That is said when it is
 * launched and on its card, and another seed is offered: the same experiment with other random numbers.
 */

import { ApiError, api } from "../server/api.js";
import { duration } from "../words/duration.js";
import { number, t } from "../words/i18n.js";
import { explain } from "../words/reasons.js";

/**
 * @import { Form } from "../form/form.js"
 * @import { Store } from "../state/store.js"
 * @import { Toast } from "../page/toast.js"
 * @import { Comparison, Run, RunSummary, RunView } from "../types.js"
 */

/** The properties by which runs are compared. @typedef {Pick<Run, "id" | "number"> & {summary: Pick<RunSummary, "seed">}} Seeded */

/** The message is shown for this many milliseconds; later, the run's card has the same button. */
const TIME = 12_000;

export class SameExperiment {
  #store;
  #form;
  #toast;

  /**
   * @param {Store} store
   * @param {Form} form
   * @param {Toast} toast
   */
  constructor(store, form, toast) {
    this.#store = store;
    this.#form = form;
    this.#toast = toast;
  }

  /** If runs that were launched show a training that was there before, show a message. @param {RunView[]} launched */
  reportRepeat(launched) {
    const ids = new Set(launched.map(({ id }) => id));
    const others = this.#store.list().filter(({ id }) => !ids.has(id));
    const repeated = launched.filter((run) => sharing(run, others).length);
    if (!repeated.length) return;
    if (launched.length > 1) {
      this.#toast.show(t("same.launched_some", { n: repeated.length, all: launched.length }));
      return;
    }
    const [run] = launched;
    // another seed would train a fork from the start
    const again = run.origin ? {} : { label: t("same.other_seed"), action: () => this.launchOther(run) };
    this.#toast.show(sameSentence(run, sharing(run, others)[0]), { ...again, time: TIME });
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
 * The runs that show the same training as a run, without it, oldest first.
 * @template {Pick<Run, "id" | "number" | "training">} One
 * @param {Pick<Run, "id" | "training">} run
 * @param {One[]} runs
 */
export function sharing({ id, training }, runs) {
  return runs
    .filter((other) => other.training === training && other.id !== id)
    .sort((a, b) => a.number - b.number);
}

/**
 * Whose curve a run has, and since when that is there: seen from its launch, so that it stays true.
 * @param {Pick<Run, "created_at">} run
 * @param {Pick<Run, "number" | "finished_at">} earlier shows the same training
 */
export function sameSentence({ created_at }, { number: n, finished_at }) {
  if (finished_at === null || finished_at > created_at) return t("same.trains", { n });
  return t("same.trained", { n, time: duration(Math.max(1, Math.round(created_at - finished_at))) });
}

/**
 * What a run's card says of its training: whose curve it has, or how many runs show it.
 * @param {Run} run
 * @param {Run[]} runs
 * @returns {{text: string, repeats: boolean}} `repeats`: an earlier run has the curve
 */
export function sharedText(run, runs) {
  const others = sharing(run, runs);
  const [first] = others;
  if (!first) return { text: "", repeats: false };
  const repeats = first.number < run.number;
  const shared = () => t("same.shared", { n: number(others.length + 1) });
  return { text: repeats ? sameSentence(run, first) : shared(), repeats };
}

/**
 * The run of the same experiment that was trained apart and ended as well: the two can be compared.
 * @param {Run} run
 * @param {Run[]} runs
 */
export function trainedApart(run, runs) {
  const isComparable = (/** @type {Run} */ { status }) => status === "completed" || status === "diverged";
  if (!run.fingerprint || !isComparable(run)) return undefined;
  return runs
    .filter(
      (other) =>
        other.fingerprint === run.fingerprint && other.training !== run.training && isComparable(other),
    )
    .sort((a, b) => a.number - b.number)[0];
}

/**
 * What the comparison of two runs says.
 * @param {Pick<Run, "number">} other
 * @param {Comparison} comparison
 */
export function comparedSentence({ number: n }, { rows, difference }) {
  return difference
    ? t("same.differs", { n, iteration: number(difference.iteration) })
    : t("same.identical", { n, rows: number(rows.train) });
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
