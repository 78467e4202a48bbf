/** Layouts: axes, colours and margins of charts, as plain data for `plotly.js`. */

import { logTicks, tickTexts } from "./log-ticks.js";

/**
 * @import { Axis } from "./axes.js"
 * @import { Crop } from "./crop.js"
 */

/**
 * The axes of a chart.
 * @typedef {object} ChartLook
 * @property {boolean} logX
 * @property {boolean} logY
 * @property {boolean} percent
 * @property {boolean} whole whether y shows 0 to 100 %
 * @property {Crop | null} crop where y ends if higher values are left out as outliers; null: nothing is left out
 * @property {number} start x shows at least `start` to `end`; both are 0 if no run is shown
 * @property {number} end
 * @property {Axis["ticks"]} ticks
 * @property {{values: number[], texts: string[]}} [marks] ready-made ticks of x, as for the clock; without them they are computed
 * @property {{x: [number, number] | null, y: [number, number] | null}} ends the shown range, on logarithmic axes; null: there are no
 *   values, or x has its planned length
 * @property {string} xTitle
 * @property {string} yTitle
 * @property {boolean} empty whether there are no values
 */

/**
 * Margins, in font sizes of the numbers; the top margin is in the style sheet. On the left 2.5e+33 fits, and on the right half
 * of 1,000,000. The names of curves on the right (see end-names.js) may need more. Margins depend on the names and not on
 * values, so that nothing moves while runs train.
 */
export const MARGIN = { l: 4.7, r: 2.7, b: 2.2 };
/** The space of a number, in font sizes: the height of a line, and the width of a letter. */
const LINE = 1.4;
const LETTER_WIDTH = 0.62;
/** The range of a logarithmic y without values. */
const EMPTY_Y = [0.01, 3];
const GLASS = "rgba(0,0,0,0)";

/**
 * A function from the name of a colour in the style sheet to the colour.
 * @param {CSSStyleDeclaration} styles
 */
export function colorsOf(styles) {
  return (/** @type {string} */ name) => styles.getPropertyValue(`--${name}`).trim();
}

/**
 * The part of a layout that is the same for all figures.
 * @param {CSSStyleDeclaration} styles
 * @param {(name: string) => string} color
 */
export function baseLayout(styles, color) {
  return {
    paper_bgcolor: GLASS,
    plot_bgcolor: GLASS,
    font: { family: styles.fontFamily, color: color("ink"), size: 12 },
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
  { logX, logY, percent, whole, crop, start, end, ticks, marks, ends, xTitle, yTitle, empty },
) {
  const styles = getComputedStyle(element);
  const color = colorsOf(styles);
  const fontSize = parseFloat(styles.getPropertyValue("--letter"));
  const margin = Object.fromEntries(
    Object.entries(MARGIN).map(([side, sizes]) => [side, Math.round(sizes * fontSize)]),
  );
  margin.t = Math.round(Number(styles.getPropertyValue("--top")) * fontSize);
  margin.r = Math.max(margin.r, parseFloat(styles.getPropertyValue("--names")));
  const [across, down] = [width - margin.l - margin.r, height - margin.t - margin.b];
  const lines = down / (LINE * fontSize);
  const logRangeX = apart(ends.x ?? [1, Math.max(end || 1000, 10)]);
  const axis = {
    gridcolor: color("line"),
    linecolor: color("line"),
    tickfont: { color: color("quiet"), size: fontSize },
    zeroline: false,
    automargin: false,
    exponentformat: "power",
    // the numbers fit, and measuring them would take a seventh of the time of a drawing
    ticklabeloverflow: "allow",
  };
  const fitted = {
    autorange: true,
    autorangeoptions: { include: [start, end], minallowed: start, maxallowed: end },
  };
  return {
    ...baseLayout(styles, color),
    width: Math.max(width, 80),
    height: Math.max(height, 60),
    meta: { xTitle, yTitle },
    margin,
    hovermode: false, // hover.js has its own hover box
    // on a touch screen a drag scrolls the page
    dragmode: matchMedia("(pointer: coarse)").matches ? false : "zoom",
    xaxis: {
      ...axis,
      type: logX ? "log" : "linear",
      // The axis ends at the planned length and not at the newest point, so that it does not move while curves grow. A mark
      // at an end must not make the axis longer, because all charts must have the same axis.
      ...(logX ? { range: logRangeX.map(Math.log10) } : empty ? { range: [start, end || 1000] } : fitted),
      tickformat: ticks === "count" ? ",d" : "~g",
      ...ticksOf(
        marks ??
          (logX
            ? logMarks(logRangeX, (letters) => across / ((letters + 2) * LETTER_WIDTH * fontSize))
            : null),
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
      ...(empty
        ? { range: logY ? EMPTY_Y.map(Math.log10) : percent ? [0, 1] : [0, 2.5] }
        : { autorange: true }),
      tickformat: percent ? (whole ? ".0%" : "~%") : undefined,
      nticks: Math.max(3, Math.min(7, Math.floor(lines))),
      ...ticksOf(logY ? logMarks(apart(ends.y ?? EMPTY_Y), () => lines, percent) : null),
      minexponent: 5, // 10,000 is clearer than 1e+4
      exponentformat: "e", // 2.5e+5, from a diverging run, fits in the margin; 2.5×10⁵ does not
    },
    separators: ".,",
  };
}

/** The ticks of an axis. @param {{values: number[], texts: string[]} | null} marks */
function ticksOf(marks) {
  return marks ? { tickmode: "array", tickvals: marks.values, ticktext: marks.texts } : { tickmode: "auto" };
}

/**
 * The ends of a logarithmic axis; if they are equal, a tenth of this value and ten times the value, as Plotly does.
 * @param {number[]} ends
 */
function apart([low, high]) {
  return low < high ? [low, high] : [low / 10, high * 10];
}

/**
 * The numbers of a logarithmic axis.
 * @param {number[]} ends
 * @param {(letters: number) => number} roomFor how many numbers of `letters` letters fit on the axis
 */
function logMarks([low, high], roomFor, percent = false) {
  const scale = percent ? 100 : 1;
  const powers = [low, high].map((end) => 10 ** Math.round(Math.log10(scale * end)));
  const longest = Math.max(...tickTexts(powers).map((text) => text.length));
  const values = logTicks(scale * low, scale * high, roomFor(longest));
  return {
    values: values.map((value) => value / scale),
    texts: tickTexts(values).map((text) => (percent ? `${text}%` : text)),
  };
}
