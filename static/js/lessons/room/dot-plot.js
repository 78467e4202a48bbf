/** A question for a number: the answers of all as dots, with their median, the own one, and what came. */

import { percentile } from "../../class/cloud.js";
import { h, svg } from "../../page/dom.js";
import { number, t } from "../../words/i18n.js";
import { axisOf, dotPlot } from "./dots.js";

/** @import { Numbers } from "./types.js" */

/** Sizes in the picture's own units: its width, the height for dots, and below it for the axis; a dot; what is above the dots. */
const [WIDTH, HEIGHT, AXIS, DOT, ABOVE] = [266, 60, 16, 8, 16];
const COLUMNS = Math.floor(WIDTH / DOT);
const TICKS = 4;

/**
 * @param {Numbers} asked
 * @param {number | null} own
 */
export function dotPicture({ values, low, high, unit, came }, own) {
  const [from, to] = axisOf([...values, ...(came === null ? [] : [came])], low, high);
  const place = (/** @type {number} */ value) =>
    WIDTH * Math.max(0, Math.min(1, (value - from) / (to - from || 1)));
  const rows = Math.floor(HEIGHT / DOT);
  const { dots, each } = dotPlot(values, { low: from, high: to, columns: COLUMNS, rows, own });
  const bottom = ABOVE + HEIGHT;
  const median = values.length ? percentile(values, 0.5) : null;
  const shown = (/** @type {number} */ value) =>
    `${number(value, { maximumFractionDigits: to - from < 3 ? 2 : 0 })}${unit === "%" ? "%" : ""}`;
  const ticks = Array.from({ length: TICKS + 1 }, (_, i) => from + (i * (to - from)) / TICKS);
  const picture = svg(
    "svg",
    { class: "room-dots", viewBox: `0 0 ${WIDTH} ${bottom + AXIS}`, role: "img" },
    svg("line", { class: "axis", x1: 0, x2: WIDTH, y1: bottom, y2: bottom }),
    ...ticks.map((value, i) =>
      svg(
        "text",
        {
          x: place(value),
          y: bottom + 12,
          "text-anchor": ["start", ...Array(TICKS - 1).fill("middle"), "end"][i],
        },
        shown(value),
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
            y1: ABOVE,
            y2: bottom,
          }),
    ),
  );
  const texts = [
    ...(median === null ? [] : [t("lesson.room.median", { n: shown(median) })]),
    ...(came === null ? [] : [t("lesson.room.came_n", { n: shown(came) })]),
    ...(own === null ? [] : [t("lesson.room.yours", { n: shown(own) })]),
    ...(each > 1 ? [t("lesson.room.each", { n: number(each) })] : []),
  ];
  picture.setAttribute("aria-label", texts.join(". "));
  return h("div", { className: "room-numbers" }, picture, h("p", { className: "quiet" }, texts.join(" · ")));
}
