/** The quantity on the x axis: iterations, epochs or time. It is the same for all charts, so that they can be compared. */

import { roundAbove } from "../scale.js";
import { dateTime, number, t } from "../words/i18n.js";

/**
 * @import { Run } from "../types.js"
 * @import { Series } from "../state/series.js"
 */

/**
 * @typedef {object} Axis
 * @property {boolean} log whether it can be logarithmic
 * @property {"count" | "number" | "clock"} ticks how the ticks are written
 * @property {string} [title] the key of its text, if that is not the name of the axis
 * @property {(run: Run) => number} end the expected end of a run
 * @property {boolean} [timed] whether it needs the times of rows
 * @property {(run: Run) => (series: Series) => (row: number) => number} [x] x of a row; without it, x is the iteration
 */

/** @type {Record<string, Axis>} */
export const AXES = {
  iteration: { log: true, ticks: "count", end: lengthOf },
  epoch: {
    log: true,
    ticks: "number",
    x: (run) => (series) => {
      const iterations = series.column("iteration") ?? new Float32Array(0);
      return (row) => iterations[row] / run.summary.iterations_per_epoch;
    },
    end: (run) => lengthOf(run) / run.summary.iterations_per_epoch,
  },
  relative: {
    title: "seconds",
    log: true,
    ticks: "number",
    timed: true,
    x:
      () =>
      ({ trained }) =>
      (row) =>
        trained[row],
    end: (run) => room(trainedOf(run)),
  },
  wall: {
    log: false,
    ticks: "clock",
    timed: true,
    x:
      () =>
      ({ wall }) =>
      (row) =>
        wall[row],
    end: (run) => lastOf(run),
  },
};

/** @param {string} name */
export function axisOf(name) {
  return Object.hasOwn(AXES, name) ? AXES[name] : AXES.iteration;
}

/** How many iterations a run will have at its end: the planned number, unless it has ended earlier. @param {Run} run */
function lengthOf({ iteration, iterations, finished_at }) {
  return finished_at ? iteration : iterations;
}

/** When a run started, or when its first row came if that was earlier. @param {Run} run */
export function startOf(run) {
  const times = [run.started_at, run.train?.wall[0], run.evaluation?.wall[0]]
    .filter((time) => !!time)
    .map(Number);
  return times.length ? Math.min(...times) : 0;
}

/** @param {Run} run */
function lastOf(run) {
  return Math.max(run.train.wall.at(-1) ?? 0, run.evaluation.wall.at(-1) ?? 0, startOf(run));
}

/** How long a run has trained, by the rows that have come. @param {Run} run */
function trainedOf(run) {
  return Math.max(run.train.trained.at(-1) ?? 0, run.evaluation.trained.at(-1) ?? 0);
}

/** Round numbers at which an axis may end. They are so dense that a curve fills most of its chart. */
const ENDS = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8];

/**
 * The next round number above a length: an axis that is longer than its curves does not move while they grow.
 * @param {number} length
 */
export function room(length) {
  return length > 0 ? roundAbove(length, ENDS) : 1;
}

/** The parts of a point in time that are written. @type {Intl.DateTimeFormatOptions} */
const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
/** @type {Intl.DateTimeFormatOptions} */
const PRECISE_CLOCK = { ...CLOCK, second: "2-digit" };
/** @type {Intl.DateTimeFormatOptions} */
const DAY_OF_YEAR = { month: "short", day: "numeric" };

/**
 * A value of x with its unit, for the head of the hover box.
 * @param {string} name
 * @param {number} x
 */
export function xText(name, x) {
  if (name === "wall") return dateTime(x, isToday(x) ? PRECISE_CLOCK : { ...DAY_OF_YEAR, ...PRECISE_CLOCK });
  if (name === "relative") return elapsed(x);
  return `${t(`chart.${name}`)} ${number(x, { maximumFractionDigits: name === "epoch" ? 3 : 0 })}`;
}

/** A duration as text: 0.41 s, 12.3 s, 2:05, 1:02:05. @param {number} seconds */
export function elapsed(seconds) {
  if (!(seconds >= 60))
    return t("time.seconds", { n: number(seconds, { maximumFractionDigits: seconds < 10 ? 2 : 1 }) });
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, i) => (i ? String(part).padStart(2, "0") : part)).join(":");
}

/** Possible distances between ticks of the clock, in seconds. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400];
const DAY = 86_400;
const MAX_TICKS = 7;

/**
 * Ticks of the clock between two points in time, at whole seconds, minutes, hours or days of the reader's time zone. At midnight
 * the text is the day: "22:00", "Mar 3", "02:00".
 * @param {number} from
 * @param {number} to
 */
export function clockTicks(from, to) {
  const step =
    STEPS.find((length) => (to - from) / length <= MAX_TICKS) ??
    DAY * Math.ceil((to - from) / DAY / MAX_TICKS);
  const offset = 60 * new Date(1000 * from).getTimezoneOffset();
  const values = [];
  for (let value = Math.ceil((from - offset) / step) * step + offset; value <= to; value += step)
    values.push(value);
  const text = (/** @type {number} */ value) => {
    // noon of the day: where the clock changes to summer time or back, a step of whole days does not end at midnight
    if (step >= DAY) return dateTime(value + DAY / 2, DAY_OF_YEAR);
    return dateTime(value, isMidnight(value) ? DAY_OF_YEAR : step < 60 ? PRECISE_CLOCK : CLOCK);
  };
  return { values, texts: values.map(text) };
}

/** @param {number} seconds since 1970 */
function isToday(seconds) {
  return new Date(1000 * seconds).toDateString() === new Date().toDateString();
}

/** Whether a day begins then, in the reader's time zone. @param {number} seconds since 1970 */
function isMidnight(seconds) {
  return new Date(1000 * seconds).setHours(0, 0, 0, 0) === 1000 * seconds;
}
