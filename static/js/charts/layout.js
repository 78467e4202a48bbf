/** Layouts: axes, colours and margins of figures, in the page's look, as plain data for `plotly.js`. */

import { logTicks, tickTexts } from "./log-ticks.js";

/**
 * @import { Axis } from "./axes.js"
 * @import { Crop } from "./crop.js"
 */

/**
 * What a chart's axes are like.
 * @typedef {object} ChartLook
 * @property {boolean} logX
 * @property {boolean} logY
 * @property {boolean} percent
 * @property {boolean} whole y shows 0 to 100 %
 * @property {Crop | null} crop y shows no more
 * @property {number} start x shows `start` and `end` in any case; 0 and 0 if no run is shown
 * @property {number} end
 * @property {Axis["ticks"]} ticks
 * @property {{values: number[], texts: string[]}} [marks]
 * @property {{x: [number, number] | null, y: [number, number] | null}} ends of what is shown, on logarithmic axes
 * @property {string} xTitle
 * @property {string} yTitle
 * @property {boolean} empty there is nothing to show
 * @property {string} scales as long as it stays the same, what the viewer did stays
 */

/**
 * Margins in sizes of the axes' numbers; the one at the top is in the style sheet. The plot reaches into its card's padding,
 * so that 2.5e+33 has room on the left, and half of 1,000,000 on the right; there stand the names of the curves, too (see
 * end-names.js), which may take more. They follow from the names and not from the values, so that nothing moves while runs
 * grow.
 */
const MARGIN = { l: 4.7, r: 2.7, b: 2.2 };
/** Two numbers are this far apart at least, in their sizes: one below the other, and beside each other for each letter. */
const LINE = 1.4;
const LETTER = 0.62;
const GLASS = "rgba(0,0,0,0)";

/**
 * The page's colours where an element is: a function from a name in its style sheet to the colour.
 * @param {CSSStyleDeclaration} styles
 */
function inkAt(styles) {
  return (/** @type {string} */ name) => styles.getPropertyValue(`--${name}`).trim();
}

/**
 * What all figures have in common.
 * @param {CSSStyleDeclaration} styles
 * @param {(name: string) => string} ink
 */
function look(styles, ink) {
  return {
    paper_bgcolor: GLASS,
    plot_bgcolor: GLASS,
    font: { family: styles.fontFamily, color: ink("ink"), size: 12 },
    showlegend: false,
  };
}

/**
 * The layout of a chart.
 * @param {HTMLElement} element
 * @param {{width: number, height: number}} size
 * @param {ChartLook} look
 */
export function chartLayout(
  element,
  { width, height },
  { logX, logY, percent, whole, crop, start, end, ticks, marks, ends, xTitle, yTitle, empty, scales },
) {
  const styles = getComputedStyle(element);
  const ink = inkAt(styles);
  const letter = parseFloat(styles.getPropertyValue("--letter"));
  const margin = Object.fromEntries(
    Object.entries(MARGIN).map(([side, sizes]) => [side, Math.round(sizes * letter)]),
  );
  margin.t = Math.round(Number(styles.getPropertyValue("--top")) * letter);
  margin.r = Math.max(margin.r, parseFloat(styles.getPropertyValue("--names")));
  const [across, down] = [width - margin.l - margin.r, height - margin.t - margin.b];
  const lines = down / (LINE * letter);
  const axis = {
    gridcolor: ink("line"),
    linecolor: ink("line"),
    tickfont: { color: ink("quiet"), size: letter },
    zeroline: false,
    automargin: false,
    exponentformat: "power",
    // labels are known to fit; measuring them costs a seventh of a drawing
    ticklabeloverflow: "allow",
  };
  return {
    ...look(styles, ink),
    width: Math.max(width, 80),
    height: Math.max(height, 60),
    meta: { xTitle, yTitle },
    uirevision: scales,
    margin,
    hovermode: false, // hover.js shows all runs, the nearest first
    // on a touch screen a drag scrolls the page
    dragmode: matchMedia("(pointer: coarse)").matches ? false : "zoom",
    xaxis: {
      ...axis,
      type: logX ? "log" : "linear",
      // The planned length, not the newest point, ends the axis: it stands still while curves grow. Nor may a mark
      // at one of its ends push that on: the charts stand one above the other.
      autorangeoptions: logX
        ? { include: ticks === "count" ? [1, Math.max(end, 10)] : [end] }
        : { include: [start, end], minallowed: start, maxallowed: end },
      ...(empty ? { range: logX ? [0, 3] : [start, end || 1000] } : { autorange: true }),
      tickformat: ticks === "count" ? ",d" : "~g",
      ...ticksOf(
        marks ?? (logX ? logMarks(ends.x, (text) => across / ((text + 2) * LETTER * letter)) : null),
      ),
    },
    yaxis: {
      ...axis,
      type: logY ? "log" : "linear",
      rangemode: logY ? "normal" : "tozero",
      autorangeoptions: {
        include: whole && !logY ? [0, 1] : [],
        ...(crop ? { clipmax: crop.high } : {}),
      },
      ...(empty ? { range: logY ? [-2, 0.5] : percent ? [0, 1] : [0, 2.5] } : { autorange: true }),
      tickformat: percent ? (whole ? ".0%" : "~%") : undefined,
      nticks: Math.max(3, Math.min(7, Math.floor(lines))),
      dtick: whole && !logY ? (lines < 6 ? 0.5 : 0.2) : undefined,
      ...ticksOf(logY ? logMarks(ends.y, () => lines, percent) : null),
      minexponent: 5, // 10,000 is shorter than 1e+4 is clear
      exponentformat: "e", // 2.5e+5, of a run that diverges, fits; 2.5×10⁵ does not
    },
    separators: ".,",
  };
}

/** Where the numbers of an axis stand; null: Plotly finds that. @param {{values: number[], texts: string[]} | null} marks */
function ticksOf(marks) {
  return marks ? { tickmode: "array", tickvals: marks.values, ticktext: marks.texts } : { tickmode: "auto" };
}

/**
 * The numbers of a logarithmic axis.
 * @param {[number, number] | null} ends null: it shows nothing
 * @param {(letters: number) => number} roomFor for how many numbers there is room, if each has `letters` letters
 */
function logMarks(ends, roomFor, percent = false) {
  const scale = percent ? 100 : 1;
  const [low, high] = ends ?? [0.01, 3];
  const powers = [low, high].map((end) => 10 ** Math.round(Math.log10(scale * end)));
  const longest = Math.max(...tickTexts(powers).map((text) => text.length));
  const values = logTicks(scale * low, scale * high, roomFor(longest));
  return {
    values: values.map((value) => value / scale),
    texts: tickTexts(values).map((text) => (percent ? `${text}%` : text)),
  };
}

/**
 * A chart's layout for a picture of it: on the card's ground, with a title and a legend, and the axes as they stand.
 * @param {HTMLElement} element
 * @param {Record<string, any>} layout as `chartLayout` made it
 * @param {{x: number[], y: number[]}} ranges
 * @param {string} title
 */
export function pictureLayout(element, layout, ranges, title) {
  const ground = inkAt(getComputedStyle(element))("card");
  return {
    ...layout,
    xaxis: { ...layout.xaxis, autorange: false, range: ranges.x, title: { text: layout.meta.xTitle } },
    yaxis: { ...layout.yaxis, autorange: false, range: ranges.y, title: { text: layout.meta.yTitle } },
    margin: { l: 76, r: 32, t: 48, b: 48 },
    title: { text: title, x: 0.02, font: { size: 16 } },
    paper_bgcolor: ground,
    plot_bgcolor: ground,
    showlegend: true,
  };
}

/**
 * A layout that says what it says, and in all else looks like the page.
 * @param {HTMLElement} element
 * @param {Record<string, any>} layout an annotation's `bgcolor: "card"` is the ground's
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
