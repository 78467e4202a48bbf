/** A question for a number: the answers of all as dots, with their median, the own one, and the result. */

import { percentile } from "../../class/cloud.js";
import { h, svg } from "../../page/dom.js";
import { number, t } from "../../words/i18n.js";
import { axisOf, dotPlot } from "./dots.js";

/** @import { Numbers } from "./types.js" */

/** Sizes in the picture's own units: its width, the height of the axis, a dot, and what is above the dots. */
const [WIDTH, AXIS, DOT, ABOVE] = [266, 16, 8, 6];
/** The most dots above each other, and for how many there is room at least. */
const [ROWS, MIN_ROWS] = [8, 3];
/** So near to an end of the axis, a number in the middle above its place would leave the picture. */
const EDGE = 14;
const COLUMNS = Math.floor(WIDTH / DOT);

/**
 * @param {Numbers} asked
 * @param {number | null} own
 */
export function dotPicture({ values, count, low, high, unit, came }, own) {
  const axis = axisOf([...values, ...(came === null ? [] : [came])], low, high);
  const { low: from, high: to, step } = axis;
  const place = (/** @type {number} */ value) =>
    WIDTH * Math.max(0, Math.min(1, (value - from) / (to - from || 1)));
  const { dots, each } = dotPlot(values, { low: from, high: to, columns: COLUMNS, rows: ROWS, own });
  const rows = Math.max(MIN_ROWS, ...dots.map(({ level }) => level + 1));
  const bottom = ABOVE + rows * DOT;
  const median = values.length ? percentile(values, 0.5) : null;
  /** Digits after the point; what is no number of the axis has one more. */
  const digits = Math.max(0, Math.ceil(-Math.log10(step)));
  const sign = unit === "%" ? "%" : "";
  const shown = (/** @type {number} */ value) =>
    [number(value, { maximumFractionDigits: digits + 1 }), sign || (unit && ` ${unit}`)].join("");
  const picture = svg(
    "svg",
    { class: "room-dots", viewBox: `0 0 ${WIDTH} ${bottom + AXIS}`, role: "img" },
    svg("line", { class: "axis", x1: 0, x2: WIDTH, y1: bottom, y2: bottom }),
    ...axis.ticks.map((value) =>
      svg(
        "text",
        { x: place(value), y: bottom + 12, "text-anchor": anchorAt(place(value)) },
        `${number(value, { maximumFractionDigits: digits })}${sign}`,
      ),
    ),
    ...dots.map(({ x, level, isOwn }) =>
      svg("circle", {
        cx: x * WIDTH,
        cy: bottom - (level + 0.5) * DOT,
        r: DOT / 2 - 0.6,
        class: isOwn ? "own" : "",
      }),
    ),
    ...[median, came].map((value, i) =>
      value === null
        ? ""
        : svg("line", {
            class: ["median", "came"][i],
            x1: place(value),
            x2: place(value),
            y1: 0,
            y2: bottom,
          }),
    ),
  );
  const texts = [
    ...(median === null ? [] : [t("lesson.room.median", { n: shown(median) })]),
    ...(came === null ? [] : [t("lesson.room.came_n", { n: shown(came) })]),
    ...(own === null ? [] : [t("lesson.room.yours", { n: shown(own) })]),
    ...(each > 1 ? [t("lesson.room.each", { n: number(each) })] : []),
    ...(values.length < count
      ? [t("lesson.room.some", { n: number(values.length), of: number(count) })]
      : []),
  ];
  picture.setAttribute("aria-label", texts.join(". "));
  return h("div", { className: "room-numbers" }, picture, h("p", { className: "quiet" }, texts.join(" · ")));
}

/** Numbers at the ends of the axis stay within the picture. @param {number} x */
function anchorAt(x) {
  return x < EDGE ? "start" : x > WIDTH - EDGE ? "end" : "middle";
}
