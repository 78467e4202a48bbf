/** The second step of a lesson: its runs train. */

import { h } from "../page/dom.js";
import { cssColor } from "../page/palette.js";
import { hasEnded } from "../state/run-status.js";
import { number, percent, t } from "../words/i18n.js";
import { sameForAll } from "./predict-step.js";
import { serverHtml } from "./server-html.js";
import { shareOf } from "./steps.js";

/**
 * @import { Run } from "../types.js"
 * @import { Evidence } from "./server-html.js"
 * @import { Attempt, Play } from "./types.js"
 */

/**
 * The heading and the text of this step.
 * @param {Play} play
 * @param {(evidence: Evidence) => void} show show the part of the page to which a link in the text leads
 */
export function runPart(play, show) {
  return h(
    "article",
    { className: "card run-step" },
    h("h3", { tabIndex: -1, "data-focus": "heading" }, t("lesson.step.run")),
    serverHtml(play.run.html, show),
    ...sameForAll(play),
  );
}

/**
 * The runs of the attempt with their progress, and what the reader waits for.
 * @param {Run[]} runs the runs of the attempt that exist
 * @param {object} options
 * @param {boolean} options.isMissing whether some of its runs will give no result
 * @param {boolean} options.isVoted whether the class votes on a question of the prediction
 * @param {boolean} options.hasOutcome whether the outcome of the prediction is known
 * @param {boolean} options.ended whether the list of runs is there, and all of the attempt have ended
 */
export function progressPart(runs, { isMissing, isVoted, hasOutcome, ended }) {
  const bar = h("progress", { value: shareOf(runs), max: 1, "aria-label": t("lesson.progress") });
  const isOver = ended && runs.every(hasEnded);
  const waitsFor = isVoted ? "lesson.voting" : isOver ? "lesson.measuring" : "lesson.opens_see";
  return h(
    "article",
    { className: "card run-step" },
    ...(runs.length ? [bar] : []),
    h("ul", { className: "lesson-runs" }, ...runs.map(runItem)),
    ...(hasOutcome || isMissing ? [] : [h("p", { className: "waits-for" }, t(waitsFor))]),
  );
}

/**
 * Why some runs of the attempt will give no result, and the button to predict again.
 * @param {Attempt["missing"]} missing
 * @param {() => void} again
 */
export function missingPart(missing, again) {
  const trouble = missing.map(({ name, why }) => t(`lesson.missing.${why}`, { run: name })).join(" ");
  return h(
    "article",
    { className: "card" },
    h("p", { className: "error", role: "alert" }, trouble),
    againButton(again),
  );
}

/** @param {() => void} again */
function againButton(again) {
  const button = { type: "button", className: "toggle", "data-focus": "again", onclick: again };
  return h("button", button, t("lesson.menu.again"));
}

/** The line of a run: colour, name, status or progress, seed and newest accuracy. @param {Run} run */
function runItem(run) {
  const { name, hue, status, iteration, iterations, latest, summary } = run;
  const swatch = h("span", { className: "view-swatch" });
  swatch.style.background = cssColor(hue);
  const accuracy = latest.test_accuracy;
  const description =
    status === "running"
      ? t("lesson.iterations", { n: number(iteration), of: number(iterations) })
      : t(`status.${status}`);
  return h(
    "li",
    {},
    swatch,
    h("b", {}, name),
    h(
      "span",
      { className: "quiet" },
      `${description} · ${t("lesson.seed", { n: number(summary.seed, { useGrouping: false }) })}`,
    ),
    h("span", { className: "figure-now" }, typeof accuracy === "number" ? percent(accuracy) : ""),
  );
}
