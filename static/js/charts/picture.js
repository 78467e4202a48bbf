/** Pictures: makes a figure with a title and a legend from a drawn figure, for saving it. */

import { colorsOf } from "./layout.js";

/** A format of a picture. @typedef {"png" | "svg"} ImageFormat */

/** The size of a picture in pixels; the most entries in its legend, and the height of an entry. A long legend makes it higher. */
const PICTURE = { width: 960, height: 540, entries: 40, entry: 19 };
/** A name in the legend of a picture has at most this many letters. */
const MAX_LETTERS = 30;

/**
 * The layout for saving a chart as a picture: with a background, a title and a legend, and with the shown range.
 * @param {HTMLElement} element
 * @param {Record<string, any>} layout the layout from `chartLayout`
 * @param {{x: number[], y: number[]}} ranges
 * @param {string} title
 */
export function pictureLayout(element, layout, ranges, title) {
  const ground = colorsOf(getComputedStyle(element))("card");
  return {
    ...layout,
    xaxis: { ...layout.xaxis, autorange: false, range: ranges.x, title: { text: layout.meta.xTitle } },
    yaxis: { ...layout.yaxis, autorange: false, range: ranges.y, title: { text: layout.meta.yTitle } },
    margin: { l: 76, r: 32, t: 48, b: 48 },
    title: { text: plain(title), x: 0.02, font: { size: 16 } },
    paper_bgcolor: ground,
    plot_bgcolor: ground,
    showlegend: true,
  };
}

/**
 * The figure and the options for Plotly's `toImage`.
 * @param {Record<string, any>[]} drawn the data of the drawn figure
 * @param {Record<string, any>} layout the layout from `pictureLayout`
 * @param {ImageFormat} format
 */
export function pictureOf(drawn, layout, format) {
  const named = drawn.filter(({ meta }) => meta.named);
  const entries = named.slice(0, PICTURE.entries).map(legendEntry);
  if (named.length > entries.length)
    entries.push({
      ...legendEntry(named[0]),
      name: `+ ${named.length - entries.length}`,
      line: { color: "transparent" },
      mode: "lines",
    });
  const figure = {
    data: [...drawn.map((trace) => ({ ...trace, uid: undefined, showlegend: false })), ...entries],
    layout,
  };
  const height = Math.max(PICTURE.height, 110 + PICTURE.entry * entries.length);
  return { figure, options: { format, width: PICTURE.width, height, scale: format === "png" ? 2 : 1 } };
}

/** A long name with its middle left out, because names usually differ at their start or end. @param {string} name */
function shortened(name) {
  const letters = [...name];
  return letters.length > MAX_LETTERS
    ? `${letters.slice(0, MAX_LETTERS - 12).join("")}…${letters.slice(-11).join("")}`
    : name;
}

/**
 * A trace without points that makes an entry in Plotly's legend.
 * @param {Record<string, any>} trace
 */
function legendEntry({ name, line, meta: { symbol, meaning } }) {
  const symbols = symbol
    ? { mode: "lines+markers", marker: { symbol, color: line.color, size: 8 } }
    : { mode: "lines" };
  return {
    type: "scatter",
    x: [null],
    y: [null],
    name: plain(meaning ? `${shortened(name)} (${shortened(meaning)})` : shortened(name)),
    line,
    ...symbols,
  };
}

/** Escape a text for Plotly, which reads some HTML tags in texts. @param {string} name */
export function plain(name) {
  return name.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
