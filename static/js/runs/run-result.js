/** The result of a run: its accuracies as texts, and as one sentence with the iterations. */

import { duration } from "../words/duration.js";
import { number, percent, t, withMinus } from "../words/i18n.js";
import { lastAccuracies } from "./last-accuracies.js";

/** @import { Run } from "../types.js" */

/** Seconds with two digits below ten. @param {number | null} seconds */
export function secondsText(seconds) {
  return seconds === null ? "–" : seconds.toFixed(seconds < 10 ? 2 : 0);
}

/** The last known iteration, from the rows or from the run object. @param {Run} run */
export function reachedIteration(run) {
  return Math.max(run.iteration, run.train.length ? run.train.last("iteration") : 0);
}

/** "place 3 · begins in about 40 s"; empty: its place is not known, or it does not wait. @param {Pick<Run, "place">} run */
export function placeText({ place }) {
  if (!place) return "";
  const { ahead, seconds } = place;
  const kind = seconds === null ? "place" : seconds > 1 ? "begins" : "next";
  return t(`waiting.${kind}`, { place: number(ahead + 1), time: duration(seconds ?? 0) });
}

/**
 * "Test accuracy 93.1% after 1,000 iterations, in 2.30 s." Where it has validation images, their accuracy follows.
 * @param {Run} run
 * @param {boolean} shown whether the run is shown, so that its rows are complete
 */
export function resultSentence(run, shown) {
  if (run.place) return t("result.waits", { place: placeText(run) });
  const { validation, test } = lastAccuracies(run, shown);
  const isKnown = test !== null && test !== undefined && Number.isFinite(test);
  const time = t("time.seconds", { n: secondsText(run.seconds) });
  const said = t(`result.${run.status}${isKnown && run.status !== "queued" ? ".test" : ""}`, {
    test: percent(test),
    iteration: number(reachedIteration(run)),
    iterations: number(run.iterations),
    time,
  });
  const isClosed = run.summary.test_size === 0 && run.status !== "queued"; // no test images are measured
  if (!(isKnown || isClosed) || !Number.isFinite(validation)) return said;
  return t("result.and_validation", { said, validation: percent(validation) });
}

/**
 * Train, validation, test and gap as they are shown; the gap in points, as a difference of percentages is.
 * @param {Run} run
 * @param {boolean} shown whether the run is shown, so that its rows are complete
 * @returns {{train: string, validation: string, test: string, gap: string}}
 */
export function resultFigures(run, shown) {
  const { train, validation, test } = lastAccuracies(run, shown);
  const gap = Number.isFinite(train) && Number.isFinite(test) ? 100 * (Number(train) - Number(test)) : null;
  return {
    train: percent(train),
    validation: percent(validation),
    test: percent(test),
    gap: gap === null ? "–" : t("result.points", { n: pointsText(gap) }),
  };
}

/** The text for a difference of two percentages. @param {unknown} points */
export function pointsText(points) {
  if (typeof points !== "number") return "–";
  const text = points.toFixed(1);
  return Number(text) === 0 ? "0.0" : withMinus(text);
}
