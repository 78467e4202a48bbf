/** The scale of a sketch: converts between its curves and pixels of a chart, as the chart's axes are drawn now. */

import { AXES } from "../../charts/axes.js";

/**
 * @import { Chart } from "../../charts/chart.js"
 * @import { Points } from "./points.js"
 */

/** A place in pixels, from the corner of the axes. @typedef {{x: number, y: number}} Place */

/** Lines are drawn at most so far outside of the axes, where a logarithmic axis has no place for 0. */
const OUTSIDE = 2000;
/** On a logarithmic axis a straight line is bent: it is drawn through this many places. */
const BENT = 100;

export class SketchScale {
  #scale;
  #unit;
  #perEpoch;
  #isBent;
  /** Where the axes are, in pixels from the corner of the plot's element. */
  area;
  /** The drawing of the chart with other axes has another key. */
  key;

  /**
   * @param {NonNullable<Chart["drawing"]["axes"]>} axes
   * @param {{percent: boolean, perEpoch: number, logarithmic: boolean}} of `perEpoch`: iterations for 1 on the x axis
   */
  constructor(axes, { percent, perEpoch, logarithmic }) {
    this.#scale = axes.scale;
    this.#unit = percent ? 100 : 1;
    this.#perEpoch = perEpoch;
    this.#isBent = logarithmic;
    this.area = axes.area;
    const corners = [0, axes.area.width].map((x) => axes.scale.x.value(x));
    const ends = [0, axes.area.height].map((y) => axes.scale.y.value(y));
    this.key = JSON.stringify([axes.area, corners, ends, percent, perEpoch, logarithmic]);
  }

  /**
   * The place of a value.
   * @param {number} iteration
   * @param {number} value
   * @returns {Place}
   */
  place(iteration, value) {
    return {
      x: bounded(this.#scale.x.place(iteration / this.#perEpoch), -OUTSIDE),
      y: bounded(this.#scale.y.place(value / this.#unit), this.area.height + OUTSIDE),
    };
  }

  /**
   * What is at a place, or the nearest that can be drawn: the iteration, which is a whole number, and the value.
   * @param {Place} place
   * @param {{iterations: number, highest: number}} bounds the lowest are 0
   * @returns {[number, number]}
   */
  values({ x, y }, { iterations, highest }) {
    const iteration = Math.round(this.#perEpoch * this.#scale.x.value(x));
    const value = Math.round(1000 * this.#unit * this.#scale.y.value(y)) / 1000;
    return [Math.max(0, Math.min(iteration, iterations)), Math.max(0, Math.min(value, highest))];
  }

  /** The highest value on the axis. */
  get highest() {
    return this.#unit * this.#scale.y.value(0);
  }

  /** The places through which a curve is drawn. @param {Points} points @returns {Place[]} */
  places(points) {
    const all = this.#isBent ? points.flatMap((point, i) => between(points[i - 1], point)) : points;
    return all.map(([iteration, value]) => this.place(iteration, value));
  }
}

/**
 * The scale for a chart as it is drawn now; null if it shows something else than the sketch: another quantity, or an axis of time.
 * @param {Chart} chart
 * @param {number | undefined} perEpoch the iterations of an epoch, if they are known
 */
export function sketchScaleOf(chart, perEpoch) {
  const { axes, axis, percent } = chart.drawing;
  const { gap, logX, logY } = chart.card.spec;
  const each = axis === AXES.epoch ? perEpoch : axis.x ? undefined : 1;
  if (!axes || gap || !each) return null;
  return new SketchScale(axes, { percent, perEpoch: each, logarithmic: logX || logY });
}

/**
 * @param {number} place
 * @param {number} otherwise where an axis has none
 */
function bounded(place, otherwise) {
  return Number.isFinite(place) ? Math.max(-OUTSIDE, Math.min(place, 10 * OUTSIDE)) : otherwise;
}

/**
 * Points on the line to a point, with the point itself.
 * @param {[number, number] | undefined} from
 * @param {[number, number]} to
 * @returns {Points}
 */
function between(from, to) {
  if (!from) return [to];
  return Array.from({ length: BENT }, (_, i) => {
    const share = (i + 1) / BENT;
    return [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])];
  });
}
