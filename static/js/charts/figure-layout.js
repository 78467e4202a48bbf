/** The layout of a figure whose data do not grow, such as that of a sweep. This file is loaded with the first such figure. */

import { baseLayout, colorsOf } from "./layout.js";

/**
 * Complete a layout with the colours and fonts of the page.
 * @param {HTMLElement} element the figure's element, whose style sheet has the colours
 * @param {Record<string, any>} layout of Plotly. In it, `bgcolor` of an annotation is a name of the style sheet, such as "card"
 * @returns {Record<string, any>}
 */
export function figureLayout(element, layout) {
  const styles = getComputedStyle(element);
  const color = colorsOf(styles);
  const axis = {
    gridcolor: color("line"),
    linecolor: color("line"),
    tickfont: { color: color("quiet") },
    zeroline: false,
    automargin: true,
  };
  /** @type {Record<string, any>[]} */
  const notes = layout.annotations ?? [];
  const annotations = notes.map((note) => ({
    ...note,
    bgcolor: color(note.bgcolor),
    font: { color: color("quiet"), size: 11 },
  }));
  return {
    ...baseLayout(styles, color),
    hoverlabel: { bgcolor: color("card"), bordercolor: color("edge"), font: { color: color("ink") } },
    ...layout,
    margin: { l: 52, r: 20, t: 30, b: 44, ...layout.margin },
    annotations,
    xaxis: { ...axis, ...layout.xaxis },
    yaxis: { ...axis, ...layout.yaxis },
  };
}
