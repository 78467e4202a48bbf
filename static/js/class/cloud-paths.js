/** The lines and places of the class's chart, as SVG paths. It uses no document. */

import { apart } from "../charts/apart.js";

/**
 * @import { Scale } from "../scale.js"
 * @import { Column } from "./cloud.js"
 * @import { CurveView } from "./tile.js"
 */

/** The scales of the chart, and its last iteration. @typedef {{x: Scale, y: Scale, end: number}} Place */

/**
 * The line of a curve, as far as the chart goes; one that diverged or failed there ends in a cross.
 * @param {Pick<CurveView, "points" | "status">} view
 * @param {Place} place
 * @param {boolean} isChosen
 */
export function lineOf({ points, status }, { x, y, end }, isChosen) {
  const inside = points.filter(([iteration]) => iteration <= end);
  if (!inside.length) return "";
  const places = inside.map(([iteration, value]) => [x.place(iteration), y.place(value)]);
  const line = `M${places.map(([left, top]) => `${left.toFixed(1)},${top.toFixed(1)}`).join("L")}`;
  if (inside.length < points.length || (status !== "diverged" && status !== "failed")) return line;
  const [left, top] = places[places.length - 1];
  const half = isChosen ? 5 : 3;
  return `${line}M${left - half},${top - half}l${2 * half},${2 * half}m0,${-2 * half}l${-2 * half},${2 * half}`;
}

/**
 * @param {Column[]} columns
 * @param {Place} place
 */
export function bandOf(columns, { x, y }) {
  const upper = columns.map(({ x: at, high }) => `${x.place(at).toFixed(1)},${y.place(high).toFixed(1)}`);
  const lower = columns.map(({ x: at, low }) => `${x.place(at).toFixed(1)},${y.place(low).toFixed(1)}`);
  return `M${upper.join("L")}L${lower.reverse().join("L")}Z`;
}

/**
 * The stretches of the median that are settled, or those that are not.
 * @param {Column[]} columns
 * @param {Place} place
 * @param {boolean} settled
 */
export function medianOf(columns, { x, y }, settled) {
  let line = "";
  let isOpen = false;
  columns.forEach((column, i) => {
    const next = columns[i + 1];
    if (!next) return;
    if (next.settled !== settled) {
      isOpen = false;
      return;
    }
    const from = `${x.place(column.x).toFixed(1)},${y.place(column.median).toFixed(1)}`;
    if (!isOpen) line += `M${from}`;
    isOpen = true;
    line += `L${x.place(next.x).toFixed(1)},${y.place(next.median).toFixed(1)}`;
  });
  return line;
}

/**
 * Tops of labels that do not overlap, as near as possible to where they belong.
 * @param {number[]} tops
 * @param {number} height of each
 * @param {{highest: number, lowest: number}} bounds of the tops; where there is no room for all, some are above them
 */
export function spread(tops, height, { highest, lowest }) {
  const order = tops.map((_, i) => i).sort((a, b) => tops[a] - tops[b]);
  const wanted = order.map((i) => tops[i]);
  const placed = [...tops];
  for (const [rank, top] of apart(wanted, height, highest, lowest).entries()) placed[order[rank]] = top;
  return placed;
}
