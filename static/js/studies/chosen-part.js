/** The chosen configuration of a study: what it is, and its trainings, which open as runs. */

import { attempt } from "../page/attempt.js";
import { h, setText } from "../page/dom.js";
import { studyApi } from "../server/study-api.js";
import { newestOnly } from "../state/newest.js";
import { t } from "../words/i18n.js";
import { configurationText, withValues } from "./configuration-values.js";
import { keepFocus } from "./keep-focus.js";
import { scoreText } from "./study-words.js";

/**
 * @import { Shown } from "./study-view.js"
 * @import { StudyPlace } from "./studies.js"
 * @import { Configuration, StudyDocument, Trial } from "./types.js"
 */

/** At most this many trainings open at once, so that each curve can still be recognized. */
const MAX_RUNS = 10;
/** Trials that have something to show. */
const STARTED = ["running", "completed", "diverged"];

export class ChosenPart {
  element;
  #place;
  #study;
  #document;
  #words = h("p", { className: "study-chosen-words" });
  #buttons = h("div", { className: "study-seeds" });
  #problem = h("p", { className: "study-problem", role: "alert" });
  /** @type {Configuration | null} */
  #configuration = null;
  /** Its trials that have something to show. @type {Trial[]} */
  #trials = [];
  #drawn = "";
  #dropOlder = newestOnly();

  /**
   * @param {StudyPlace} place
   * @param {string} study its id
   * @param {StudyDocument} document
   */
  constructor(place, study, document) {
    this.#place = place;
    this.#study = study;
    this.#document = document;
    this.element = h(
      "section",
      { className: "study-chosen", "aria-live": "polite" },
      this.#words,
      this.#buttons,
      this.#problem,
    );
    this.#words.textContent = t("study.choose");
  }

  /** @param {Shown} shown */
  update({ results, fields, chosen }) {
    const configuration = results.configurations.find(({ number }) => number === chosen) ?? null;
    this.#configuration = configuration;
    setText(
      this.#words,
      configuration
        ? t("study.chosen", {
            values: configurationText(configuration.values, fields),
          })
        : t("study.choose"),
    );
    const drawn = JSON.stringify([chosen, configuration?.scores, configuration?.rung]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    if (!configuration) return this.#buttons.replaceChildren();
    this.#draw(configuration, results.metric, results.pairs);
  }

  /**
   * @param {Configuration} configuration
   * @param {StudyDocument["metric"]} metric
   * @param {{seed: number, fold: number | null}[]} pairs
   */
  async #draw(configuration, metric, pairs) {
    const isNewest = this.#dropOlder();
    const seeds = pairs.map(({ seed, fold }, i) => {
      const name = fold === null ? t("study.seed", { seed }) : t("study.seed_fold", { seed, fold });
      return this.#button(
        `seed ${i}`,
        `${name} ${scoreText(metric, configuration.scores[i])}`,
        (trial) => trial.seed === seed && trial.fold === fold,
      );
    });
    const all = this.#button("all", t("study.open_all"), () => true);
    const intoForm = h(
      "button",
      { type: "button", className: "toggle", "data-key": "form" },
      t("study.to_form"),
    );
    intoForm.addEventListener("click", () => this.#toForm());
    const buttons = [...(seeds.length > 1 ? [all] : []), intoForm, ...seeds];
    keepFocus(this.#buttons, () => this.#buttons.replaceChildren(...buttons));
    await attempt(this.#problem, async () => {
      const trials = await studyApi.trials(this.#study);
      if (!isNewest()) return;
      const own = trials.filter(
        ({ configuration: number, rung, status }) =>
          number === configuration.number && rung === configuration.rung && STARTED.includes(status),
      );
      this.#trials = own;
      for (const [i, { seed, fold }] of pairs.entries())
        seeds[i].disabled = !own.some((trial) => trial.seed === seed && trial.fold === fold);
      all.disabled = !own.length;
    });
  }

  /**
   * A button that opens trials as runs.
   * @param {string} key
   * @param {string} text
   * @param {(trial: Trial) => boolean} which
   */
  #button(key, text, which) {
    const button = h(
      "button",
      { type: "button", className: "toggle", "data-key": key, disabled: true },
      text,
    );
    button.addEventListener("click", () =>
      attempt(this.#problem, async () => {
        const runs = [];
        for (const { number } of this.#trials.filter(which).slice(0, MAX_RUNS))
          runs.push(await studyApi.openRun(this.#study, number));
        // the dialog may show something else by now
        if (runs.length && button.isConnected) this.#place.showRuns(runs);
      }),
    );
    return button;
  }

  #toForm() {
    const { values } = /** @type {Configuration} */ (this.#configuration);
    const [seed] = [this.#document.seeds].flat();
    const experiment = { ...withValues(this.#document.experiment, values, this.#document.version), seed };
    return attempt(this.#problem, async () => {
      await this.#place.form.load(experiment);
      this.#place.close();
    });
  }
}
