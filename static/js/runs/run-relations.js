/**
 * What the card of a run says of other runs: what it was forked from, which ones show the same training or have the same rows,
 * and how it differs from the most similar one.
 */

import { h, setText } from "../page/dom.js";
import { ApiError, api } from "../server/api.js";
import { t } from "../words/i18n.js";
import { candidatesFor, differenceSentence, nearestRun } from "./run-difference.js";
import { originContent } from "./run-origin.js";
import { comparedSentence, sharedText, trainedApart } from "./same-experiment.js";

/**
 * @import { Run } from "../types.js"
 * @import { CardEvents } from "./run-card.js"
 * @import { RunsLab } from "./run-table.js"
 */

export class RunRelations {
  origin = h("p", { className: "run-origin" });
  shared = h("p", { className: "run-shared" });
  apart = h("p", { className: "run-apart" });
  difference = h("p", { className: "run-difference" });
  #lab;
  #onConfigs;
  /** What the sentence about the difference was made from, as JSON. */
  #compared = "";
  /** The sentence that is shown about its training. */
  #shared = "";
  /** Id of the run whose rows are compared with its own; "" if there is none. */
  #apart = "";
  /** The state for which the sentence about its origin was written, as JSON. */
  #origin = "";

  /**
   * @param {Pick<RunsLab, "store" | "actions" | "selection" | "configs" | "same"> & CardEvents} lab
   * @param {(run: Run) => void} onConfigs called when configs of other runs have come, with the run as it is then
   */
  constructor(lab, onConfigs) {
    this.#lab = lab;
    this.#onConfigs = onConfigs;
  }

  /** @param {Run} run */
  update(run) {
    this.#sayOrigin(run);
    this.#sayShared(run);
    void this.#compareApart(run);
    this.#compare(run);
  }

  /** Say what a fork was forked from, and what it changed. @param {Run} run */
  #sayOrigin(run) {
    if (!run.origin) return;
    const { store, configs } = this.#lab;
    const state = JSON.stringify([run.origin, store.runs.get(run.origin.run)?.name, configs.size]);
    if (state === this.#origin) return;
    this.#origin = state;
    this.origin.replaceChildren(...originContent(run, this.#lab));
    this.#fetch(run, [run.id, ...(store.runs.has(run.origin.run) ? [run.origin.run] : [])]);
  }

  /**
   * Fetch the configs of runs, and then update the card of a run.
   * @param {Run} run
   * @param {string[]} ids
   */
  #fetch(run, ids) {
    const { actions, configs } = this.#lab;
    if (configs.hasAll(ids)) return;
    configs.fetch(ids).then(
      () => this.#onConfigs(actions.run(run.id) ?? run),
      () => {
        this.#compared = this.#origin = ""; // offline: the card shows no difference, and asks another time
      },
    );
  }

  /** Say which runs show the same training, and offer to train it again, or with another seed. @param {Run} run */
  #sayShared(run) {
    const { store, actions, same } = this.#lab;
    const { text, repeats } = sharedText(run, store.list());
    if (text === this.#shared) return;
    this.#shared = text;
    const button = (/** @type {string} */ label, /** @type {() => unknown} */ onclick) => [
      " ",
      h("button", { type: "button", className: "toggle", "data-launches": "", onclick }, label),
    ];
    this.shared.replaceChildren(
      text,
      ...(repeats
        ? [
            ...button(t("same.again"), () => actions.command(run.id, "clone", { fresh: true })),
            // another seed would train a fork from the start
            ...(run.origin ? [] : button(t("same.other_seed"), () => same.launchOther(run))),
          ]
        : []),
    );
  }

  /**
   * Say whether a run has, bit for bit, the rows of another one whose experiment is the same and which was trained apart.
   * @param {Run} run
   */
  async #compareApart(run) {
    const other = trainedApart(run, this.#lab.store.list());
    const compared = other ? other.id : "";
    if (compared === this.#apart) return;
    this.#apart = compared;
    this.apart.replaceChildren();
    if (!other) return;
    try {
      const comparison = await api.compare(run.id, other.id);
      if (this.#apart === compared) setText(this.apart, comparedSentence(other, comparison));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (this.#apart === compared) this.#apart = ""; // offline: another time
    }
  }

  /** Show how the run differs from the most similar run, as soon as their configs are fetched. @param {Run} run */
  #compare(run) {
    const { store, configs } = this.#lab;
    if (run.origin) return; // compared with its origin
    const candidates = candidatesFor(run, store.list().toReversed());
    const ids = [run.id, ...candidates.map(({ id }) => id)];
    const compared = JSON.stringify([ids, candidates.map(({ name }) => name), configs.size]);
    if (compared === this.#compared) return;
    this.#compared = compared;
    const nearest = nearestRun(run, candidates, configs);
    setText(this.difference, nearest ? differenceSentence(nearest) : "");
    this.#fetch(run, ids);
  }
}
