/**
 * Tails: the newest part of a curve is drawn directly into the figure's SVG, if the axes need not change.
 *
 * Drawing a whole figure takes tens of milliseconds, even if only one point is new. A tail takes as long as its few points
 * need. It begins at the last settled point of the curve, in the same group and with the same stroke, so that its beginning
 * cannot be seen. The next whole drawing includes its points.
 */

import { svg } from "../page/dom.js";
import { shapePath } from "./symbols.js";

/**
 * @import { AxesScale } from "./drawn-axes.js"
 * @import { Points } from "./curve.js"
 */

/** A path has at most this many points; then a new path begins, because the last path is written again each time. */
const MAX_PATH = 120;

/** Coordinates are limited to this many pixels; so far away, a line looks vertical on every screen. */
const FAR = 1e6;

/**
 * Plotly's stroke patterns, in dash units.
 * @type {Record<string, number[]>}
 */
export const PATTERNS = { solid: [], dot: [1, 1], dash: [3, 3], dashdot: [3, 1, 1, 1] };

export class Tail {
  #group;
  #style;
  /** The last path, which is written again with each new point. @type {SVGPathElement | null} */
  #path = null;
  /** The area under the last path. @type {SVGPathElement | null} */
  #area = null;
  #from;
  #travelled = 0;
  #dashed;

  /**
   * @param {Element} group the SVG group of this curve in the figure
   * @param {{color: string, width: number, dash: string, fill?: string}} style
   * @param {number} settled how many drawn points of the curve will not change any more
   * @param {Points} points the points of the curve
   * @param {AxesScale} scale
   */
  constructor(group, style, settled, points, scale) {
    this.#group = group;
    this.#style = style;
    this.#dashed = PATTERNS[style.dash].length > 0;
    this.#from = 0;
    this.#leave(Math.max(0, settled - 1), points, scale);
  }

  /**
   * @param {Points} points
   * @param {AxesScale} scale
   */
  draw(points, scale) {
    if (points.settled - this.#from > MAX_PATH) {
      this.#write(this.#from, points.settled, points, scale);
      this.#leave(points.settled - 1, points, scale);
      this.#path = this.#area = null;
    }
    this.#write(this.#from, points.x.length, points, scale);
  }

  /**
   * @param {number} from
   * @param {number} to
   * @param {Points} points
   * @param {AxesScale} scale
   */
  #write(from, to, { x, y }, scale) {
    let d = "";
    let drawing = false;
    for (let i = from; i < to; i++) {
      const across = scale.x.place(x[i]);
      const down = scale.y.place(y[i]);
      if (Number.isFinite(across) && Number.isFinite(down)) {
        d += `${drawing ? "L" : "M"}${toPixel(across)},${toPixel(down)}`;
        drawing = true;
      } else {
        drawing = false;
      }
    }
    if (this.#style.fill) {
      this.#area ??= this.#makeArea(this.#style.fill);
      this.#area.setAttribute("d", areaPath(x, y, from, to, scale));
    }
    // a single point is drawn as a dot, because the stroke has round ends
    if (d && !d.includes("L")) d += "h0";
    this.#path ??= this.#make();
    this.#path.setAttribute("d", d);
  }

  /**
   * Let the next path begin at another point. A dashed line needs the length of the line up to this point.
   * @param {number} to
   * @param {Points} points
   * @param {AxesScale} scale
   */
  #leave(to, { x, y }, scale) {
    for (let i = this.#from + 1; this.#dashed && i <= to; i++) {
      const step = Math.hypot(
        scale.x.place(x[i]) - scale.x.place(x[i - 1]),
        scale.y.place(y[i]) - scale.y.place(y[i - 1]),
      );
      this.#travelled = Number.isFinite(step) ? this.#travelled + step : 0; // dashes begin anew after a hole
    }
    this.#from = to;
  }

  /** @param {string} fill */
  #makeArea(fill) {
    const path = svg("path", { class: "tail" });
    Object.assign(path.style, { fill, stroke: "none" });
    this.#group.prepend(path);
    return path;
  }

  #make() {
    const { color, width, dash } = this.#style;
    const path = svg("path", { class: "tail" });
    path.style.fill = "none";
    path.style.stroke = color;
    path.style.strokeLinecap = this.#dashed ? "butt" : "round";
    path.style.strokeWidth = `${width}px`;
    if (this.#dashed) {
      const unit = Math.max(width, 3);
      path.style.strokeDasharray = PATTERNS[dash].map((part) => `${part * unit}px`).join(",");
      path.style.strokeDashoffset = `${this.#travelled}px`;
    }
    this.#group.append(path);
    return path;
  }
}

/**
 * The SVG path of the area between points and 0, with a separate part for each stretch without holes.
 * @param {ArrayLike<number>} x
 * @param {ArrayLike<number>} y
 * @param {number} from
 * @param {number} to
 * @param {AxesScale} scale
 */
export function areaPath(x, y, from, to, scale) {
  const ground = toPixel(scale.y.place(0));
  let d = "";
  let last = NaN; // the last x of the current stretch; NaN between stretches
  for (let i = from; i < to; i++) {
    const [across, down] = [scale.x.place(x[i]), scale.y.place(y[i])];
    if (Number.isFinite(across) && Number.isFinite(down)) {
      if (Number.isNaN(last)) d += `M${toPixel(across)},${ground}`;
      d += `L${toPixel(across)},${toPixel(down)}`;
      last = toPixel(across);
    } else if (!Number.isNaN(last)) {
      d += `V${ground}Z`;
      last = NaN;
    }
  }
  return Number.isNaN(last) ? d : `${d}V${ground}Z`;
}

/**
 * A symbol at a position, drawn like Plotly's symbols.
 * @param {{shape: string, color: string, size: number, line: {color: string, width: number}}} symbol
 * @param {number} left
 * @param {number} top
 */
export function tailSymbol({ shape, color, size, line }, left, top) {
  const transform = `translate(${toPixel(left)},${toPixel(top)})`;
  const path = svg("path", { class: "tail", d: shapePath(shape, size), transform });
  Object.assign(path.style, { fill: color, stroke: line.color, strokeWidth: `${line.width}px` });
  return path;
}

/**
 * A coordinate for an SVG path: rounded to tenths of a pixel, and limited to `FAR`. Browsers store the coordinates of paths in
 * 32 bits, and a path would end at a number that overflows, as it may come from a diverging run.
 * @param {number} place in pixels
 */
export function toPixel(place) {
  return Math.round(10 * Math.min(Math.max(place, -FAR), FAR)) / 10;
}
