/** Scales for the axes of a sweep: the places of values on an axis, and its ticks. Pure functions. */

import { LINEAR, LOG, roundAbove, Scale } from "../scale.js";
import { valueText } from "../state/flat-configs.js";
import { compareTexts } from "../words/natural-order.js";

/** @import { Metric } from "./sweep-figures.js" */

/**
 * The scale of an axis; `place` gives the place of a value, from 0 to 1.
 * @typedef {{kind: "category", categories: string[], values: any[], place: (value: any) => number}} CategoryScale
 * @typedef {{kind: "linear" | "log", low: number, high: number, values: number[], place: (value: any) => number}} NumberScale
 * @typedef {CategoryScale | NumberScale} FieldScale
 */

/** A tick of an axis, with its place on it. @typedef {{place: number, value: any}} Tick */

/** A tick of an axis has at most this many letters. */
const MAX_LETTERS = 16;
/** An axis of numbers has at most this many ticks. */
const MAX_TICKS = 10;
/** An axis of categories has at most this many. */
const MAX_CATEGORIES = 12;
/** Two values get a logarithmic scale if the higher one is at least this many times the lower one. */
const TIMES = 8;
/** Three or more values get one from this ratio on, if they are also more evenly spaced on it. */
const TIMES_OF_MORE = 4;
/** Results get a logarithmic scale if the highest is at least this many times the lowest. */
const GREATLY = 20;

/**
 * The scale for values: a linear or a logarithmic one for numbers, and sorted categories for other values. Values that would
 * need a logarithmic scale but include 0 are categories too, because 0 has no place on a logarithmic scale.
 * @param {any[]} values
 * @returns {FieldScale}
 */
export function scaleOf(values) {
  const numbers = values.every((value) => typeof value === "number") ? distinct(values) : [];
  const [low, high] = [numbers[0], numbers[numbers.length - 1]];
  const isLog = varyByPowers(numbers.filter((value) => value !== 0));
  if (!numbers.length || (isLog && low === 0)) {
    const ordered = numbers.length ? numbers : sorted(values);
    const categories = ordered.map(valueText);
    const last = Math.max(1, categories.length - 1);
    return {
      kind: "category",
      categories,
      values: ordered,
      place: (value) => categories.indexOf(valueText(value)) / last,
    };
  }
  const scale = new Scale([low, high], [0, 1], isLog ? LOG : LINEAR);
  return { kind: isLog ? "log" : "linear", low, high, values: numbers, place: (value) => scale.place(value) };
}

/**
 * The scale between two numbers that are known before the values are: it does not change while values come.
 * @param {number} low
 * @param {number} high above `low`
 * @param {boolean} isLog
 * @returns {NumberScale} its values are its ticks
 */
export function scaleBetween(low, high, isLog) {
  const scale = new Scale([low, high], [0, 1], isLog ? LOG : LINEAR);
  const round = isLog ? powers(low, high) : rounds(low, high);
  const values = round.length > 1 ? round : [low, high];
  return { kind: isLog ? "log" : "linear", low, high, values, place: (value) => scale.place(value) };
}

/**
 * Round numbers below and above all values, for the scale of a result.
 * @param {number[]} values
 * @param {[low: number, high: number] | null} [before] the ends until now: they stay where all values lie between them
 * @returns {[low: number, high: number]}
 */
export function roundEnds(values, before = null) {
  if (before && values.every((value) => value >= before[0] && value <= before[1])) return before;
  const [low, high] = [Math.min(...values, ...(before ?? [])), Math.max(...values, ...(before ?? []))];
  const step = roundAbove((high - low || Math.abs(high) || 1) / 5);
  const end = (/** @type {number} */ steps) => Number((steps * step).toPrecision(12));
  const [first, last] = [Math.floor(low / step + 1e-9), Math.ceil(high / step - 1e-9)];
  return [end(first), end(first === last ? last + 1 : last)];
}

/** Whether positive numbers differ so much that the small ones look alike on a linear scale, as losses do beside one that diverges. @param {number[]} values */
export function differGreatly(values) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low > 0 && high / low >= GREATLY;
}

/**
 * The scale of results: linear with round ends, or, if they differ greatly, logarithmic between powers of ten.
 * @param {number[]} values at least one
 * @param {NumberScale | null} before the scale until now; it stays where it holds all values
 * @param {boolean} mayBeLog
 * @returns {NumberScale}
 */
export function resultScaleOf(values, before, mayBeLog) {
  const isLog = mayBeLog && differGreatly(values);
  /** @type {[low: number, high: number] | null} */
  const ends = before && (before.kind === "log") === isLog ? [before.low, before.high] : null;
  if (!isLog) return scaleBetween(...roundEnds(values, ends), false);
  const powers = values.map(Math.log10).concat(ends ? ends.map(Math.log10) : []);
  return scaleBetween(10 ** Math.floor(Math.min(...powers)), 10 ** Math.ceil(Math.max(...powers)), true);
}

/** @param {any[]} values */
const sorted = (values) =>
  [...new Map(values.map((value) => [valueText(value), value]))]
    .toSorted(([a], [b]) => compareTexts(a, b))
    .map(([, value]) => value);

/** @param {number[]} values */
const distinct = (values) => [...new Set(values)].toSorted((a, b) => a - b);

/**
 * Whether numbers need a logarithmic scale, such as 0.001, 0.01, 0.1 or 16, 32, 64.
 * @param {number[]} values in order, each once
 */
function varyByPowers(values) {
  const [low, high] = [values[0], values[values.length - 1]];
  if (values.length < 2 || low <= 0 || high / low < TIMES_OF_MORE) return false;
  if (values.length === 2) return high / low >= TIMES;
  return unevenness(values.map(Math.log)) < unevenness(values);
}

/** The longest step between neighbours, divided by the shortest one. @param {number[]} values */
function unevenness(values) {
  const steps = values.slice(1).map((value, i) => value - values[i]);
  return Math.max(...steps) / Math.min(...steps);
}

/**
 * The ticks of an axis: all values if there are few, otherwise round numbers.
 * @param {FieldScale} scale
 * @returns {Tick[]}
 */
export function ticksOf(scale) {
  const tickOf = (/** @type {any} */ value) => ({ place: scale.place(value), value });
  if (scale.kind === "category") {
    const every = Math.ceil(scale.categories.length / MAX_CATEGORIES);
    return scale.values.filter((_, i) => i % every === 0).map(tickOf);
  }
  const { values, low, high, kind } = scale;
  if (values.length <= MAX_TICKS) return values.map(tickOf);
  return (kind === "log" ? powers(low, high) : rounds(low, high)).map(tickOf);
}

/**
 * Powers of ten between two numbers, as many as an axis may have; if there are few, also 2 and 5 times each.
 * @param {number} low
 * @param {number} high
 */
function powers(low, high) {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const all = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const digits = all.length <= 3 ? [1, 2, 5] : [1];
  const every = Math.ceil(all.length / MAX_TICKS);
  return all
    .filter((_, i) => i % every === 0)
    .flatMap((power) => digits.map((digit) => Number(`${digit}e${power}`)))
    .filter((value) => value >= low && value <= high);
}

/**
 * @param {number} low
 * @param {number} high
 */
function rounds(low, high) {
  const step = roundAbove((high - low) / 6);
  // 0.7 / 0.1 is a little less than 7
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** A text cut so that it fits on an axis; hovering shows all of it. @param {string} text @param {number} [most] letters */
export function brief(text, most = MAX_LETTERS) {
  const letters = [...text];
  return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : text;
}

/**
 * The text for a number.
 * @param {number} value
 * @param {Metric} [metric]
 */
export function shown(value, metric) {
  if (metric?.percent) return `${(100 * value).toFixed(1)}%`;
  return String(Number(value.toPrecision(4)));
}
