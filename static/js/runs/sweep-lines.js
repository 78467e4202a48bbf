/**
 * Parallel coordinates: each run a line across the settings that vary, ending at its result. Geometry, and which lines lie in
 * the parts of the axes that are chosen. Pure functions.
 */

import { brief, marksOf, scaleOf, shown } from "./sweep-scale.js";

/**
 * @import { Metric, SweepField, SweepPoint } from "./sweep-figures.js"
 */

/**
 * An axis; places on it are from 0, at the bottom, to 1. `words`: a run's value on it, whole.
 * @typedef {{title: string, x: number, marks: {place: number, text: string}[], words: (point: SweepPoint) => string,
 *   place: (point: SweepPoint) => number}} Axis
 */

/** A run's line: its places on the axes, and how good its result is, from 0 to 1. @typedef {{point: SweepPoint, places: number[], good: number}} Line */

/** The chosen part of each axis, by its number. @typedef {Map<number, [low: number, high: number]>} Brushes */

/** Around the axes, in pixels: their titles above, the marks of the last one beside it. */
export const MARGIN = { left: 40, right: 96, top: 34, bottom: 14 };
/** Pixels that an axis with its marks needs at least: where that is more than there is room for, the drawing is wider. */
const APART = 84;
/** Places beside a mark that still count as it. */
const NEAR = 0.004;

/**
 * @param {SweepPoint[]} points one at least
 * @param {SweepField[]} fields
 * @param {Metric} metric
 * @param {number} room its width
 * @returns {{axes: Axis[], lines: Line[], width: number}} the best lines last, to be drawn above the others
 */
export function parallel(points, fields, metric, room) {
  /** @type {{title: string, of: (point: SweepPoint) => any, word: (value: any) => string}[]} */
  const wanted = [
    ...fields.map(({ path, label: title, word }) => ({
      title,
      of: (/** @type {SweepPoint} */ { fields: values }) => values[path],
      word,
    })),
    { title: metric.title, of: ({ value }) => value, word: (value) => shown(value, metric) },
  ];
  const around = MARGIN.left + MARGIN.right;
  const width = Math.max(room, around + APART * (wanted.length - 1));
  const apart = (width - around) / (wanted.length - 1);
  const axes = wanted.map(({ title, of, word }, i) => {
    const scale = scaleOf(points.map(of));
    return {
      title,
      x: MARGIN.left + i * apart,
      marks: marksOf(scale).map(({ place, value }) => ({ place, text: brief(word(value)) })),
      words: (/** @type {SweepPoint} */ point) => word(of(point)),
      place: (/** @type {SweepPoint} */ point) => scale.place(of(point)),
    };
  });
  const lines = points.map((point) => {
    const places = axes.map((axis) => axis.place(point));
    const result = places[places.length - 1];
    return { point, places, good: metric.smallerIsBetter ? 1 - result : result };
  });
  return { axes, lines: lines.toSorted((a, b) => a.good - b.good), width };
}

/** The height of a place. @param {number} place @param {number} height of the drawing */
export function heightAt(place, height) {
  return MARGIN.top + (1 - place) * (height - MARGIN.top - MARGIN.bottom);
}

/** The place at a height; beyond the ends, the end. @param {number} y @param {number} height of the drawing */
export function placeAt(y, height) {
  return Math.min(1, Math.max(0, 1 - (y - MARGIN.top) / (height - MARGIN.top - MARGIN.bottom)));
}

/**
 * The part of an axis that two heights choose, whichever is the higher.
 * @param {number} from
 * @param {number} to
 * @param {number} height of the drawing
 * @returns {[low: number, high: number]}
 */
export function partBetween(from, to, height) {
  const [low, high] = [placeAt(from, height), placeAt(to, height)].sort((a, b) => a - b);
  return [low, high];
}

/** The part of an axis that is one mark. @param {number} place @returns {[low: number, high: number]} */
export function partAt(place) {
  return [place - NEAR, place + NEAR];
}

/**
 * Does a line lie in the chosen part of every axis?
 * @param {Line} line
 * @param {Brushes} brushes
 */
export function isChosen({ places }, brushes) {
  return [...brushes].every(([axis, [low, high]]) => places[axis] >= low && places[axis] <= high);
}
