/** Icons of class mode; they are not among those that every page loads. */

import { svg } from "../page/dom.js";

/** The shapes of each icon, in a square of 16 units; they are drawn with the color of the text. @type {Record<string, [tag: string, attributes: Record<string, string>][]>} */
const SHAPES = {
  hand: [
    [
      "path",
      {
        d: "M4.3 8.7V4.2a.9.9 0 0 1 1.8 0V7.5M6.1 7.5V2.7a.9.9 0 0 1 1.8 0V7.5M7.9 7.5V3.1a.9.9 0 0 1 1.8 0V7.8M9.7 7.8V4.6a.9.9 0 0 1 1.8 0V10c0 2.6-1.6 4.3-4 4.3-1.9 0-2.9-.9-3.8-2.6L2.3 9a.9.9 0 0 1 1.5-.9l.8 1.1",
      },
    ],
  ],
  clock: [
    ["circle", { cx: "8", cy: "8", r: "5.7" }],
    ["path", { d: "M8 4.8V8l2.2 1.4" }],
  ],
  away: [["path", { d: "M5 5L2 8l3 3M11 5l3 3-3 3M3 8h3M10 8h3" }]],
  warning: [["path", { d: "M8 2.5 14.3 13.3H1.7zM8 6.5v3M8 11.4v.1" }]],
};

/** @param {string} name */
export function classIcon(name) {
  const shapes = SHAPES[name].map(([tag, attributes]) => svg(tag, attributes));
  const stroke = { fill: "none", stroke: "currentColor", "stroke-width": 1.3, "stroke-linecap": "round" };
  const attributes = {
    class: "icon",
    "aria-hidden": "true",
    viewBox: "0 0 16 16",
    "stroke-linejoin": "round",
  };
  return svg("svg", { ...attributes, ...stroke }, ...shapes);
}
