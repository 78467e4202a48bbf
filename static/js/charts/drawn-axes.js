/**
 * Drawn axes: where the axes of a figure have been drawn, as long as they stand still. From values to pixels from the corner of
 * the figure's element, and back.
 */

import { LINEAR, LOG, Scale } from "../scale.js";

/** From values to pixels from the corner of the axes. @typedef {{x: Scale, y: Scale}} AxesScale */

/**
 * An axis as Plotly has drawn it.
 * @typedef {{range: [number | string, number | string], type: string, autorange: boolean}} PlotlyAxis
 */

/** Pixels beside the axes that still belong to them: as much as a mark at the last iteration reaches beyond. */
const SLACK = 9;

export class DrawnAxes {
  /** @type {AxesScale} */
  scale;
  /** In pixels from the element's edges. */
  area;
  #xaxis;
  #yaxis;

  /** @param {{xaxis: PlotlyAxis, yaxis: PlotlyAxis, _size: {l: number, r: number, t: number, w: number, h: number}}} layout as drawn */
  constructor({ xaxis, yaxis, _size: { l, r, t, w, h } }) {
    this.#xaxis = xaxis;
    this.#yaxis = yaxis;
    this.area = { left: l, right: r, top: t, width: w, height: h };
    this.scale = { x: scaleOf(xaxis, [0, w]), y: scaleOf(yaxis, [h, 0]) };
  }

  /**
   * Where a point is.
   * @param {number} x
   * @param {number} y
   */
  place(x, y) {
    const { left, top } = this.area;
    return { left: left + this.scale.x.place(x), top: top + this.scale.y.place(y) };
  }

  /**
   * The values under a place; null outside the axes.
   * @param {number} left
   * @param {number} top
   */
  values(left, top) {
    const [across, down] = [left - this.area.left, top - this.area.top];
    if (across < -SLACK || across > this.area.width + SLACK || down < 0 || down > this.area.height)
      return null;
    return { x: this.scale.x.value(across), y: this.scale.y.value(down) };
  }

  /** Can x be drawn? An axis that does not follow its data stays; a hole is drawn anywhere. @param {number} x */
  hasX(x) {
    return fits(this.#xaxis, this.scale.x, x);
  }

  /** Can y be drawn? @param {number} y */
  hasY(y) {
    return fits(this.#yaxis, this.scale.y, y);
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
 * @param {PlotlyAxis} axis
 * @param {Scale} scale
 * @param {number} value
 */
function fits({ autorange }, scale, value) {
  return !autorange || !Number.isFinite(scale.place(value)) || scale.holds(value);
}

/**
 * @param {PlotlyAxis} axis
 * @param {[number, number]} pixels
 */
function scaleOf(axis, pixels) {
  return new Scale(endsOf(axis), pixels, axis.type === "log" ? LOG : LINEAR);
}
