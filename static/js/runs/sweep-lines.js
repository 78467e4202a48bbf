/**
 * The geometry of parallel coordinates: each run is a line across axes for the settings that vary, and ends at its result. A
 * user can choose parts of the axes; `isChosen` says whether a line is within them. Pure functions.
 */

import { brief, scaleOf, shown, ticksOf } from "./sweep-scale.js";

/**
 * @import { Metric, SweepField, SweepPoint } from "./sweep-figures.js"
 * @import { FieldScale } from "./sweep-scale.js"
 */

/**
 * An axis at `x` pixels; places on it go from 0, at the bottom, to 1. `place` and `words`: where a run's value is, and its full
 * text.
 * @typedef {{title: string, x: number, ticks: {place: number, text: string}[], words: (point: SweepPoint) => string,
 *   place: (point: SweepPoint) => number}} Axis
 */

/** The line of a run: its places on the axes, and how good its result is, from 0 to 1. @typedef {{point: SweepPoint, places: number[], good: number}} Line */

/** The chosen part of each axis that has one, as places on it, by the index of the axis. @typedef {Map<number, [low: number, high: number]>} ChosenParts */

/** Pixels around the axes: above them for titles, and on the right for the ticks of the last axis. */
export const MARGIN = { left: 40, right: 96, top: 34, bottom: 14 };
/** The smallest distance between two axes, in pixels. If there is not enough room, the drawing is wider than the dialog. */
const MIN_DISTANCE = 84;
/** A tick is chosen as a part of the axis that extends this far on both sides. */
const NEAR = 0.004;

/**
 * The axes and lines of parallel coordinates: an axis for each field, and one for the result.
 * @param {SweepPoint[]} points at least one
 * @param {SweepField[]} fields
 * @param {Metric} metric
 * @param {number} room the available width, in pixels
 * @returns {{axes: Axis[], lines: Line[], width: number}} `width` in pixels; the best lines are last, so that they are drawn above the others
 */
export function parallelCoordinates(points, fields, metric, room) {
  /** @type {{title: string, of: (point: SweepPoint) => any, word: (value: any) => string, given?: FieldScale}[]} */
  const quantities = [
    ...fields.map(({ path, label: title, word, scale: given }) => ({
      title,
      of: (/** @type {SweepPoint} */ { fields: values }) => values[path],
      word,
      given,
    })),
    {
      title: metric.title,
      of: ({ value }) => value,
      word: (value) => shown(value, metric),
      given: metric.scale,
    },
  ];
  const around = MARGIN.left + MARGIN.right;
  const width = Math.max(room, around + MIN_DISTANCE * (quantities.length - 1));
  const distance = (width - around) / (quantities.length - 1);
  const axes = quantities.map(({ title, of, word, given }, i) => {
    const scale = given ?? scaleOf(points.map(of));
    return {
      title,
      x: MARGIN.left + i * distance,
      ticks: ticksOf(scale).map(({ place, value }) => ({ place, text: brief(word(value)) })),
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

/** The place at a height, limited to the ends of the axis. @param {number} y @param {number} height of the drawing */
export function placeAt(y, height) {
  return Math.min(1, Math.max(0, 1 - (y - MARGIN.top) / (height - MARGIN.top - MARGIN.bottom)));
}

/**
 * The part of an axis between two heights, in any order.
 * @param {number} from
 * @param {number} to
 * @param {number} height of the drawing
 * @returns {[low: number, high: number]}
 */
export function partBetween(from, to, height) {
  const [low, high] = [placeAt(from, height), placeAt(to, height)].sort((a, b) => a - b);
  return [low, high];
}

/** The part of an axis for one tick. @param {number} place @returns {[low: number, high: number]} */
export function partAt(place) {
  return [place - NEAR, place + NEAR];
}

/**
 * Whether a line is within the chosen parts of all axes.
 * @param {Line} line
 * @param {ChosenParts} chosenParts
 */
export function isChosen({ places }, chosenParts) {
  return [...chosenParts].every(([axis, [low, high]]) => places[axis] >= low && places[axis] <= high);
}
