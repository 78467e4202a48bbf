/** The layout of a figure whose data do not grow, such as that of a sweep. Loaded with the first one. */

import { inkAt, look } from "./layout.js";

/**
 * Complete a layout with the colours and fonts of the page.
 * @param {HTMLElement} element
 * @param {Record<string, any>} layout colours of annotations are names of the style sheet, such as "card"
 */
export function figureLayout(element, layout) {
  const styles = getComputedStyle(element);
  const ink = inkAt(styles);
  const axis = {
    gridcolor: ink("line"),
    linecolor: ink("line"),
    tickfont: { color: ink("quiet") },
    zeroline: false,
    automargin: true,
  };
  /** @type {Record<string, any>[]} */
  const notes = layout.annotations ?? [];
  const annotations = notes.map((note) => ({
    ...note,
    bgcolor: ink(note.bgcolor),
    font: { color: ink("quiet"), size: 11 },
  }));
  return {
    ...look(styles, ink),
    hoverlabel: { bgcolor: ink("card"), bordercolor: ink("edge"), font: { color: ink("ink") } },
    ...layout,
    margin: { l: 52, r: 20, t: 30, b: 44, ...layout.margin },
    annotations,
    xaxis: { ...axis, ...layout.xaxis },
    yaxis: { ...axis, ...layout.yaxis },
  };
}
