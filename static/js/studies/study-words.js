/** Sentences about studies: how far one is, what it found, and what that is worth. No document. */

import { duration } from "../words/duration.js";
import { number, percent, t } from "../words/i18n.js";
import { METRICS } from "./axes.js";
import { pairsOf } from "./cells.js";
import { configurationText } from "./configuration-values.js";

/**
 * @import { SweepField } from "../runs/sweep-figures.js"
 * @import { Configuration, Study, StudyMetric, StudyResults } from "./types.js"
 */

/** The studies that are not over. */
const OPEN = ["running", "paused", "measuring"];

/** Whether it may still change by itself. @param {Pick<Study, "status">} study */
export const isOpen = ({ status }) => OPEN.includes(status);

/**
 * Its status in words. While the teacher holds launching, a student's study begins no trial.
 * @param {Pick<Study, "status" | "owner" | "trials">} study
 * @param {boolean} isHeld whether launching is held
 */
export function statusText({ status, owner, trials }, isHeld) {
  const isStudents = owner !== null && owner.number !== null;
  return t(
    `study.status.${isHeld && isStudents && status === "running" && !trials.training ? "held" : status}`,
  );
}

/**
 * A result in words: "93.1%" or "0.0312".
 * @param {StudyMetric} metric
 * @param {number | null | undefined} value
 */
export function scoreText(metric, value) {
  if (value === null || value === undefined) return "–";
  return METRICS[metric].percent ? percent(value) : number(value, { maximumSignificantDigits: 3 });
}

/**
 * A difference or a spread, without its unit: percentage points of an accuracy.
 * @param {StudyMetric} metric
 * @param {number | null | undefined} value
 * @param {boolean} [isSigned]
 */
export function amountText(metric, value, isSigned = false) {
  if (value === null || value === undefined) return "–";
  const digits = METRICS[metric].percent
    ? { minimumFractionDigits: 1, maximumFractionDigits: 1 }
    : { maximumSignificantDigits: 2 };
  const shown = METRICS[metric].percent ? 100 * value : value;
  return number(shown, isSigned ? { ...digits, signDisplay: "exceptZero" } : digits).replace("-", "−");
}

/**
 * How much a configuration differs from the best one: "−1.2 points (95% interval −1.9 to −0.5)".
 * @param {StudyMetric} metric
 * @param {NonNullable<Configuration["difference"]>} difference
 */
export function differenceText(metric, { mean, low, high }) {
  const [by, from, to] = [mean, low, high].map((value) => amountText(metric, value, true));
  const amount = t(METRICS[metric].percent ? "study.points" : "study.amount", { n: by });
  return low === null ? amount : t("study.difference", { amount, low: from, high: to });
}

/** "9 configurations × 6 seeds" @param {Pick<Study, "configurations" | "seeds" | "folds">} study */
export function sizeText({ configurations, seeds, folds }) {
  return [
    t("study.n_configurations", { n: number(configurations) }),
    t("study.n_seeds", { n: number(seeds) }),
    ...(folds ? [t("study.n_folds", { n: number(folds) })] : []),
  ].join(" × ");
}

/** How far a study is, in parts. @param {Study} study @returns {string[]} */
export function progressTexts({ trials, rung, expected_seconds: expected, status }) {
  const { total, done, training, waiting, remembered, failed } = trials;
  const counted = (/** @type {string} */ key, /** @type {number} */ n) =>
    n ? [t(key, { n: number(n) })] : [];
  const isOver = status !== "running" && status !== "paused";
  return [
    t("study.done_of", { done: number(done), all: number(total) }),
    ...counted("study.training", isOver ? 0 : training),
    ...counted("study.waiting", isOver ? 0 : waiting),
    ...counted("study.remembered", remembered),
    ...counted("study.failed", failed),
    ...(rung ? [t("study.rung_of", { now: rung.now, of: rung.of })] : []),
    ...(expected === null ? [] : [t("study.left", { time: duration(Math.max(1, expected)) })]),
  ];
}

/**
 * The verdict, as sentences: who wins by how much, or why none does; then what luck alone would give.
 * @param {StudyResults} results
 * @param {SweepField[]} fields
 * @param {boolean} isRunning whether more is to come
 * @returns {{head: string, body: string[]}}
 */
export function verdictTexts({ verdict, configurations, metric, luck, pairs }, fields, isRunning) {
  const { kind, best, tied, pairs: fewest, least_pairs: least } = verdict;
  const hasFolds = pairs.some(({ fold }) => fold !== null);
  const winner = configurations.find(({ number: own }) => own === best);
  if (kind === "none" || !winner)
    return { head: t(isRunning ? "study.verdict.none" : "study.verdict.never"), body: [] };
  const name = configurationText(winner.values, fields);
  const result = t("study.mean_of", {
    mean: scoreText(metric, winner.mean),
    spread: amountText(metric, winner.spread),
    n: number(pairsOf(winner)),
  });
  const others = configurations.filter(({ difference }) => difference);
  // `configurations` come best first, so this is the best of the others
  const [nearest] = others.filter(({ number: own }) => kind !== "tie" || tied.includes(own));
  const against = nearest?.difference
    ? [
        t(kind === "tie" ? "study.verdict.nearest" : "study.verdict.second", {
          name: configurationText(nearest.values, fields),
          difference: differenceText(metric, nearest.difference),
          compared: t(hasFolds ? "study.by_pairs" : "study.by_seeds"),
          n: number(nearest.difference.pairs),
        }),
      ]
    : [];
  const isHigher = winner.rung > 1; // those of lower rungs are not compared
  const inRung =
    isHigher && kind !== "alone" ? [t("study.verdict.in_rung", { rung: number(winner.rung) })] : [];
  const head = t(`study.verdict.${isHigher && kind === "alone" ? "alone_in_rung" : kind}`, {
    name,
    rung: number(winner.rung),
    n: number(tied.length),
    pairs: number(fewest),
    least: t(hasFolds ? "study.n_pairs" : "study.n_seeds", { n: number(least) }),
  });
  const byLuck = luck ? [t("study.luck", { of: number(luck.of), line: scoreText(metric, luck.line) })] : [];
  return {
    head: isRunning ? t("study.so_far", { sentence: head }) : head,
    body: [...inRung, result, ...against, ...byLuck],
  };
}

/** What is known of the test examples. @param {StudyResults} results @param {boolean} isRunning */
export function testText({ test, configurations, metric }, isRunning) {
  const measured = configurations.find((configuration) => configuration.test);
  if (test !== "measured" || !measured?.test)
    return t(test === "closed" && !isRunning ? "study.test.left_closed" : `study.test.${test}`);
  return t("study.test.measured", {
    validation: scoreText(metric, measured.mean),
    test: percent(measured.test.mean),
    spread: amountText("validation_accuracy", measured.test.spread),
  });
}
