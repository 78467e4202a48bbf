/** Icons that only class mode has. */

import { svg } from "../page/dom.js";

/** @type {Record<string, string>} */
const PATHS = {
  hand: "M5 8V3.600a1 1 0 0 1 2 0V7V2.600a1 1 0 0 1 2 0V7V3.100a1 1 0 0 1 2 0V9.200l1-1.300a1 1 0 0 1 1.600 1.200L11.500 13a3.200 3.200 0 0 1-2.600 1.400H8A3 3 0 0 1 5 11.400zM5 8.500 3.800 7.300a.9.9 0 0 0-1.300 1.200L5 12",
  held: "M4 7.500h8v6H4zM5.500 7.500V5.200a2.500 2.500 0 0 1 5 0v2.300",
  shown: "M2 3h12v8H2zM6 14h4M8 11v3",
  clock: "M13.7 8a5.7 5.7 0 1 1-11.4 0 5.7 5.7 0 0 1 11.4 0zM8 4.800V8l2.200 1.400",
  away: "M5 5L2 8l3 3M11 5l3 3-3 3M3 8h3M10 8h3",
  warning: "M8 2.500 14.300 13.300H1.700zM8 6.500v3M8 11.400v.1",
  cup: "M4.500 2h7v4a3.500 3.500 0 0 1-7 0zM4.500 3H2v1.500A2.500 2.500 0 0 0 4.500 7M11.500 3H14v1.500A2.500 2.500 0 0 1 11.500 7M8 9.500V12M5 14c0-1.500 1-2 3-2s3 .500 3 2z",
  share: "M8 9.500V2M5 4.700 8 1.700l3 3M4.500 7.500H3v6.500h10V7.500h-1.500",
};

/** @param {string} name */
export function classIcon(name) {
  return svg(
    "svg",
    { class: "icon", viewBox: "0 0 16 16", "aria-hidden": "true" },
    svg("path", {
      d: PATHS[name],
      fill: "none",
      stroke: "currentColor",
      "stroke-width": 1.3,
      "stroke-linejoin": "round",
      "stroke-linecap": "round",
    }),
  );
}
