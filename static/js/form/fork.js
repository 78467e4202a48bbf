/**
 * The form as a fork: it describes how a run goes on from an iteration with other settings. What went into the weights already
 * cannot change, and there is one value in each field. This file is loaded when a run is first forked.
 */

import { h, iconButton } from "../page/dom.js";
import { loadStyle } from "../page/style.js";
import { ApiError, api } from "../server/api.js";
import { momentApi } from "../server/moment-api.js";
import { urlState } from "../state/address.js";
import { t } from "../words/i18n.js";
import { originText } from "../words/labels.js";
import { disableControls, markFixed } from "./fixed.js";
import { forkChanges, forkSeed, hasDropout, isFixed } from "./fork-changes.js";

/**
 * @import { CostsTogether, Experiment, ExperimentSummary, Fork, Origin, Run, RunView } from "../types.js"
 * @import { Draft, ForkedFrom } from "./draft.js"
 */

await loadStyle("moment");

/** What a fork can change in a list of layers. */
const DROPOUT_RATES = '[data-type="dropout"] [name$=".rate"]';

/**
 * What the form needs to describe a fork: the run and the iteration, the experiment with which it goes on if nothing changes,
 * and that with which the form begins. At the end of a run these differ: the form proposes twice its length.
 * @param {Run} run
 * @param {number} iteration
 * @returns {Promise<{origin: ForkedFrom, before: Experiment, experiment: Experiment}>}
 * @throws ApiError if the run cannot be forked there
 */
export async function beginFork(run, iteration) {
  const { id, number: runNumber, name } = run;
  /** @param {Record<string, any>} changes */
  const ask = async (changes) => (await momentApi.checkFork(id, { iteration, changes })).config;
  /** @param {Experiment} config */
  const makeOrigin = ({ seed, network }) => ({
    ...{ run: id, number: runNumber, name, iteration, seed },
    dropout: hasDropout(network.layers),
  });
  if (iteration < run.iterations && !(run.status === "completed" && iteration === run.iteration)) {
    const config = await ask({});
    return { origin: makeOrigin(config), before: config, experiment: config };
  }
  const { training } = (await api.run(id)).config ?? {};
  const unit = training.epochs ? "epochs" : "iterations";
  const experiment = await ask({ training: { [unit]: 2 * training[unit] } });
  const before = { ...experiment, training: { ...experiment.training, [unit]: training[unit] } };
  return { origin: makeOrigin(experiment), before, experiment };
}

/**
 * A copy of a fork: the same origin and iteration, with the settings of the fork.
 * @param {Run} run
 * @param {Origin} from its origin
 * @throws ApiError if that is deleted
 */
export async function copyFork({ id }, { seed, ...from }) {
  const [{ config: before }, { config }] = await Promise.all([
    momentApi.checkFork(from.run, { iteration: from.iteration, changes: {} }),
    api.run(id),
  ]);
  const origin = { ...from, seed: before.seed, dropout: hasDropout(before.network.layers) };
  return { origin, before, experiment: /** @type {Experiment} */ ({ ...config, seed: seed ?? before.seed }) };
}

/**
 * What the server says of the fork that a draft describes.
 * @param {Draft} draft
 * @param {CostsTogether} costs of its experiment, if it was trained from the start
 * @returns {Promise<{costs: CostsTogether, summary: ExperimentSummary}>}
 * @throws ApiError if it is no fork
 */
export async function describeFork(draft, costs) {
  const { first } = costs;
  if (draft.count() > 1)
    throw new ApiError({ code: "fork_one", message: "", field: draft.varied()[0] ?? "seed" }, 422);
  const fork = await checked(momentApi.checkFork(originOf(draft).run, forkOf(draft, first.config)));
  const [cost] = costs.experiments;
  const experiment = { ...cost, seconds: fork.seconds };
  return {
    costs: { ...costs, experiments: [experiment], seconds: fork.seconds },
    summary: { ...experiment, first },
  };
}

/**
 * @param {Draft} draft
 * @param {Experiment} config its experiment, complete
 * @param {string} name
 * @returns {Promise<{runs: RunView[]}>}
 */
export async function launchFork(draft, config, name) {
  const run = await checked(momentApi.fork(originOf(draft).run, { ...forkOf(draft, config), name }));
  return { runs: [run] };
}

/** @param {Draft} draft @param {Experiment} config @returns {Fork} */
function forkOf({ origin }, config) {
  return {
    iteration: Number(origin?.iteration),
    changes: forkChanges(config, Boolean(origin?.dropout)),
    seed: forkSeed(config, Number(origin?.seed)),
  };
}

/** @param {Draft} draft @returns {ForkedFrom} */
function originOf({ origin }) {
  if (!origin) throw new Error("the draft is no fork");
  return origin;
}

/**
 * An error of the iteration belongs to the form's line that names it.
 * @template Answer
 * @param {Promise<Answer>} answer
 */
async function checked(answer) {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError)
      error.field = error.field.replace(/^iteration$/, "origin").replace(/^changes\./, "");
    throw error;
  }
}

/**
 * The line on top of the form that says what it is a fork of.
 * @param {ForkedFrom} origin
 * @param {() => void} onLeave
 */
export function forkHead(origin, onLeave) {
  return h(
    "div",
    { className: "card field fork-head", "data-field": "origin", title: origin.name },
    h(
      "div",
      { className: "pair" },
      h("b", {}, originText(origin)),
      iconButton("delete", t("fork.leave"), onLeave),
    ),
    h("span", { className: "error", role: "alert", id: "error-origin" }),
  );
}

/**
 * Disable what a fork cannot change, with the reason, and take away what makes several experiments.
 * @param {HTMLElement} form
 * @param {Draft} draft
 */
export function fixFields(form, draft) {
  for (const block of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-field].field"))) {
    const { field = "" } = block.dataset;
    if (!isFixed(field) || (draft.origin?.dropout && field === "network.dropout")) continue;
    markFixed(block, t("fork.fixed"));
    disableControls(block, t("fork.fixed"), DROPOUT_RATES);
  }
  for (const name of ["seeds", "folds"]) {
    const list = form.querySelector(`[name="${name}"]`);
    if (list instanceof HTMLSelectElement) list.disabled = true;
  }
  // “with and without” would make two experiments
  for (const both of form.querySelectorAll('option[value="both"]')) both.remove();
  const seed = /** @type {HTMLElement | null} */ (form.querySelector('[data-field="seed"]'));
  if (seed) seed.dataset.help = seed.title = t("fork.seed");
}

/** Show the form where a view hides it: a full-screen chart, the projector's view, the wide list. */
export function revealForm() {
  const full = document.querySelector('.chart.full .card-head [aria-pressed="true"].icon-button');
  const projector = document.querySelector('#projector[aria-pressed="true"]');
  for (const button of [full, projector]) if (button instanceof HTMLElement) button.click();
  urlState.set({ wide: false });
}
