/** What was sketched, as a cloud: of each run its curves, their median and the band of eight of ten; and the result. */

import { columnsOf, MIN_FOR_BAND } from "../../class/cloud.js";
import { bandOf, lineOf, medianOf } from "../../class/cloud-paths.js";
import { h, svg } from "../../page/dom.js";
import { Scale } from "../../scale.js";
import { number, t } from "../../words/i18n.js";

/** @import { Points, Sketches } from "./types.js" */

/** Sizes in the picture's own units. */
const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [266, 150, 30, 16, 6];

/**
 * @param {Sketches} sketches
 * @param {object} options
 * @param {Record<string, Points> | null} options.own one's own curves
 * @param {(name: string) => string} options.colorOf the colour of a run
 */
export function sketchCloud({ chart, runs, counts, came }, { own, colorOf }) {
  const isPercent = chart.endsWith("accuracy");
  const all = Object.values(runs).flat();
  const end = Math.max(1, ...all.map((points) => points.at(-1)?.[0] ?? 0));
  const high = isPercent ? 100 : Math.max(...all.flat().map(([, value]) => value), 1e-9);
  const place = {
    x: new Scale([0, end], [LEFT, WIDTH - 4]),
    y: new Scale([0, high], [HEIGHT - BOTTOM, TOP]),
    end,
  };
  const line = (/** @type {Points} */ all) => {
    /** @type {Points} */
    const points = all.map(([x, y]) => [x, Math.min(y, high)]); // the result may be far above
    return lineOf({ points, status: "completed" }, place, false);
  };
  const groups = Object.entries(runs).map(([name, curves]) => {
    const columns = columnsOf(
      curves.map((points) => ({ points, over: true, iterations: end })),
      end,
    );
    const group = svg(
      "g",
      {},
      ...(curves.length >= MIN_FOR_BAND ? [svg("path", { class: "band", d: bandOf(columns, place) })] : []),
      svg("path", { class: "thin", d: curves.map(line).join("") }),
      ...(curves.length >= MIN_FOR_BAND
        ? [svg("path", { class: "median", d: medianOf(columns, place, true) })]
        : []),
      ...(own?.[name]?.length ? [svg("path", { class: "own", d: line(own[name]) })] : []),
      ...(came[name]?.length ? [svg("path", { class: "truth", d: line(came[name]) })] : []),
    );
    group.style.color = colorOf(name) || "var(--quiet)";
    return group;
  });
  const rows = isPercent ? [0, 50, 100] : [0, high];
  const picture = svg(
    "svg",
    { class: "room-cloud", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": describe(counts) },
    ...rows.flatMap((value) => [
      svg("line", {
        class: "axis",
        x1: LEFT,
        x2: WIDTH - 4,
        y1: place.y.place(value),
        y2: place.y.place(value),
      }),
      text(
        isPercent ? `${value}%` : number(value, { maximumFractionDigits: 2 }),
        LEFT - 4,
        place.y.place(value) + 3,
        "end",
      ),
    ]),
    text("0", LEFT, HEIGHT - 3, "middle"),
    text(number(end), WIDTH - 4, HEIGHT - 3, "end"),
    ...groups,
  );
  const names = Object.keys(runs).map((name) => {
    const swatch = h("span", { className: "room-swatch" });
    swatch.style.background = colorOf(name) || "var(--quiet)";
    return h("span", {}, swatch, name);
  });
  const [n, of] = [Object.values(runs).map((curves) => curves.length), Object.values(counts)].map((each) =>
    Math.max(...each),
  );
  const key = [
    ...names,
    h("span", {}, h("span", { className: "room-line dashed" }), t("lesson.room.sketched")),
    own ? h("span", {}, h("span", { className: "room-line dotted" }), t("lesson.room.you")) : "",
    ...(Object.keys(came).length
      ? [h("span", {}, h("span", { className: "room-line" }), t("lesson.room.came"))]
      : []),
    ...(n < of ? [h("span", {}, t("lesson.room.some", { n: number(n), of: number(of) }))] : []),
  ];
  return h("div", { className: "room-sketches" }, picture, h("p", { className: "room-key" }, ...key));
}

/** @param {Sketches["counts"]} counts */
function describe(counts) {
  return Object.entries(counts)
    .map(([run, n]) => t("lesson.room.curves", { run, n: number(n) }))
    .join(". ");
}

/**
 * @param {string} words
 * @param {number} x
 * @param {number} y
 * @param {string} anchor
 */
function text(words, x, y, anchor) {
  return svg("text", { x, y, "text-anchor": anchor }, words);
}
