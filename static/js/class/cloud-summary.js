/** What the chart of all students' curves says of each group: the median, the band, and labels beside them. */

import { h, svg } from "../page/dom.js";
import { hasEnded } from "../state/run-status.js";
import { number, percent, t } from "../words/i18n.js";
import { columnsOf, halfTakenOff, MIN_FOR_BAND } from "./cloud.js";
import { bandOf, medianOf, spread } from "./cloud-paths.js";
import { colorOf } from "./groups.js";

/**
 * @import { Column, Curve } from "./cloud.js"
 * @import { Place } from "./cloud-paths.js"
 * @import { CurveGroup } from "./groups.js"
 * @import { CurveView } from "./tile.js"
 */

/**
 * A group: the median and the band at some iterations; `takeOff`: the iteration at which half of its curves have risen above
 * chance, null if they have not.
 * @typedef {{group: CurveGroup, columns: Column[], takeOff: number | null}} Summary
 */

/** @param {CurveView} view @returns {Curve & {chance: number}} */
export const curveOf = (view) => ({
  points: view.points,
  over: hasEnded(view),
  iterations: view.iterations,
  chance: view.chance,
});

/**
 * What is drawn of a group, up to the last iteration of the chart.
 * @param {CurveGroup} group
 * @param {number} end
 * @returns {Summary}
 */
export function summaryOf(group, end) {
  if (group.isRest) return { group, columns: [], takeOff: null };
  const curves = group.curves.map(curveOf);
  const takeOff = halfTakenOff(curves);
  return {
    group,
    columns: columnsOf(curves, end),
    takeOff: takeOff !== null && takeOff <= end ? takeOff : null,
  };
}

/** Whether enough of a group's runs have begun for a band. @param {CurveGroup} group */
const hasBand = ({ curves }) => curves.filter(({ points }) => points.length).length >= MIN_FOR_BAND;

/** Those that have a median. @param {Summary[]} summaries */
const namedOf = (summaries) => summaries.filter(({ group, columns }) => !group.isRest && columns.length);

/**
 * The marks of each group: its band, its median, and where half of its curves have risen above chance.
 * @param {Summary[]} summaries
 * @param {Place} place
 */
export function marksOf(summaries, place) {
  return summaries.flatMap(({ group, columns, takeOff }) => {
    if (group.isRest || !columns.length) return [];
    const color = colorOf(group);
    const parts = [
      ...(hasBand(group) ? [svg("path", { class: "band", d: bandOf(columns, place) })] : []),
      svg("path", { class: "halo", d: medianOf(columns, place, true) + medianOf(columns, place, false) }),
      svg("path", { class: "median", d: medianOf(columns, place, true) }),
      svg("path", { class: "median open", d: medianOf(columns, place, false) }),
      ...(takeOff === null
        ? []
        : [
            svg("line", {
              class: "off",
              x1: place.x.place(takeOff),
              x2: place.x.place(takeOff),
              y1: place.y.place(1),
              y2: place.y.place(0),
            }),
          ]),
    ];
    for (const part of parts) part.style.color = color;
    return parts;
  });
}

/**
 * Labels: names at the ends of the medians, when half of the curves have risen above chance, and how many runs go on beyond the
 * chart.
 * @param {Summary[]} summaries
 * @param {Place} place
 * @param {{beyond: number, end: number, width: number, letter: number}} chart how many runs go on beyond it, its last
 *   iteration, its width, and the height of a letter; both in pixels
 */
export function labelsOf(summaries, { x, y }, { beyond, end, width, letter }) {
  const height = 2.5 * letter;
  const named = namedOf(summaries);
  const ends = named.map(({ group, columns }) => ({ group, value: columns[columns.length - 1].median }));
  const tops = spread(
    ends.map(({ value }) => y.place(value) - height / 2),
    height,
    { highest: y.place(1) - height / 2, lowest: y.place(0) - height / 2 + letter },
  );
  const labels = ends.map(({ group, value }, i) => {
    const name = h("b", {}, group.name || t("class.wall.cloud.median"));
    name.style.color = colorOf(group);
    const label = h("p", { className: "cloud-end", title: group.name }, name, percent(value));
    label.style.top = `${tops[i]}px`;
    label.style.left = `${x.place(end) + 0.7 * letter}px`;
    return label;
  });
  const [first] = named.filter(({ takeOff }) => takeOff !== null);
  if (first?.takeOff) {
    const x0 = x.place(first.takeOff);
    const isRight = x0 < 17 * letter;
    const key = ends.length > 1 ? "class.wall.cloud.off_of" : "class.wall.cloud.off";
    const label = h(
      "p",
      { className: "cloud-off" },
      t(key, { name: first.group.name, n: number(first.takeOff) }),
    );
    label.style.top = `${y.place(isRight ? 0.55 : 0.97)}px`; // right of the line, the curves are above
    if (isRight) label.style.left = `${x0 + 0.6 * letter}px`;
    else label.style.right = `${width - x0 + 0.6 * letter}px`;
    label.classList.toggle("right", isRight);
    labels.push(label);
  }
  if (beyond) {
    const label = h("p", { className: "cloud-beyond" }, t("class.wall.cloud.beyond", { n: number(beyond) }));
    label.style.right = `${width - x.place(end) + 4}px`;
    label.style.bottom = `${2.2 * letter}px`;
    labels.push(label);
  }
  return labels;
}

/** Where the median and the band of each group end, in words. @param {Summary[]} summaries */
export function describe(summaries) {
  return namedOf(summaries).map(({ group, columns }) => {
    const { median, low, high } = columns[columns.length - 1];
    const named = { name: group.name || t("class.wall.cloud.median"), median: percent(median) };
    return hasBand(group)
      ? t("class.wall.cloud.describe", { ...named, low: percent(low), high: percent(high) })
      : t("class.wall.cloud.describe_few", named);
  });
}
