/**
 * Drawn axes: convert between values and pixels in a drawn figure, until its axes change. Pixels are counted from the corner of
 * the figure's element.
 */

import { LINEAR, LOG, Scale } from "../scale.js";

/** The scales from values to pixels from the corner of the axes. @typedef {{x: Scale, y: Scale}} AxesScale */

/**
 * An axis as Plotly has drawn it.
 * @typedef {{range: [number | string, number | string], type: string}} PlotlyAxis
 */

/** This many pixels beside the axes still belong to them, so that a mark at the last iteration can be hovered over. */
const MARGIN = 9;

export class DrawnAxes {
  /** @type {AxesScale} */
  scale;
  /** The area of the plot, in pixels from the edges of the element. */
  area;
  /** @param {{xaxis: PlotlyAxis, yaxis: PlotlyAxis, _size: {l: number, r: number, t: number, w: number, h: number}}} layout as drawn */
  constructor({ xaxis, yaxis, _size: { l, r, t, w, h } }) {
    this.area = { left: l, right: r, top: t, width: w, height: h };
    this.scale = { x: scaleOf(xaxis, [0, w]), y: scaleOf(yaxis, [h, 0]) };
  }

  /**
   * The position of a point.
   * @param {number} x
   * @param {number} y
   */
  place(x, y) {
    const { left, top } = this.area;
    return { left: left + this.scale.x.place(x), top: top + this.scale.y.place(y) };
  }

  /**
   * The values at a position; null outside of the axes.
   * @param {number} left
   * @param {number} top
   */
  values(left, top) {
    const [across, down] = [left - this.area.left, top - this.area.top];
    if (across < -MARGIN || across > this.area.width + MARGIN || down < 0 || down > this.area.height)
      return null;
    return { x: this.scale.x.value(across), y: this.scale.y.value(down) };
  }

  /**
   * Whether x is on the axis. A value that is not finite counts as on it: it is a gap in the curve and needs no other axis.
   * @param {number} x
   */
  hasX(x) {
    return fits(this.scale.x.place(x), this.area.width);
  }

  /** The same for y. @param {number} y */
  hasY(y) {
    return fits(this.scale.y.place(y), this.area.height);
  }
}

/**
 * The values at the ends of an axis that Plotly has drawn.
 * @param {PlotlyAxis} axis
 * @returns {[number, number]}
 */
export function endsOf({ range: [low, high], type }) {
  const { value } = type === "log" ? LOG : LINEAR;
  return [value(Number(low)), value(Number(high))];
}

/**
 * @param {number} place in pixels from an end of the axis; the value at an end may lie beyond it by an error of rounding
 * @param {number} length
 */
function fits(place, length) {
  return !Number.isFinite(place) || (place > -0.5 && place < length + 0.5);
}

/**
 * @param {PlotlyAxis} axis
 * @param {[number, number]} pixels
 */
function scaleOf(axis, pixels) {
  return new Scale(endsOf(axis), pixels, axis.type === "log" ? LOG : LINEAR);
}
