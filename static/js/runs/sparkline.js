/** A sparkline: the small accuracy curve beside a run's name. */

import { svg } from "../page/dom.js";

/** Size in pixels. */
const WIDTH = 44;
const HEIGHT = 16;
/** With twice as many values or more, some are left out, so that a list of many runs stays small. */
const MIN_POINTS = 22;

export class Sparkline {
  #path = svg("path");
  element = svg(
    "svg",
    { class: "sparkline", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" },
    this.#path,
  );

  /** Draw accuracies from 0 (at the bottom) to 1, at equal distances. @param {Float32Array | null} values */
  draw(values) {
    this.#path.setAttribute("d", pathOf(values));
  }
}

/** The `d` of an SVG path; "" for fewer than two points. @param {Float32Array | null} values */
function pathOf(values) {
  if (!values || values.length < 2) return "";
  const step = Math.max(1, Math.floor(values.length / MIN_POINTS));
  const points = [];
  for (let i = 0; i < values.length; i += step) {
    const x = (WIDTH * i) / (values.length - 1);
    const y = 1 + (HEIGHT - 2) * (1 - values[i]);
    if (Number.isFinite(y)) points.push(`${x.toFixed(1)},${y.toFixed(1)}`);
  }
  return points.length > 1 ? `M${points.join("L")}` : "";
}
