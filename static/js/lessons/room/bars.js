/** A question with a bar for each option: how many chose it, which is the own one, and which came. */

import { h } from "../../page/dom.js";
import { number, t } from "../../words/i18n.js";

/** @import { Bars } from "./types.js" */

/** Where an option has more letters than this, each stands above its bar. */
const LONG = 24;

/**
 * How the options are drawn. `own`: the id of one's own; `colorOf`: the colour of a run by its name, as a CSS colour; empty: it has
 * none; `before`: the tally before a discussion, whose bars stand behind.
 * @typedef {{own: string | null, colorOf: (name: string) => string, before?: Bars | null}} BarOptions
 */

/**
 * @param {Bars} bars
 * @param {BarOptions} options
 */
export function barList(bars, { own, colorOf, before = null }) {
  const counts = [...bars.options, ...(before?.options ?? [])].map(({ count }) => count);
  const most = Math.max(1, ...counts);
  const rows = bars.options.flatMap(({ id, text, count, came }) => {
    const old = before?.options.find((option) => option.id === id)?.count;
    const width = (/** @type {number} */ value) => `${(100 * value) / most}%`;
    const bar = h("span", { className: "room-bar" });
    bar.style.setProperty("--room", colorOf(text) || "var(--quiet)");
    if (old !== undefined) {
      const behind = h("span", { className: "room-before" });
      behind.style.width = width(old);
      bar.append(behind);
    }
    const length = h("span");
    length.style.width = width(count);
    bar.append(length);
    const isOwn = id === own;
    return [
      h(
        "dt",
        { className: [came && "came", isOwn && "own"].filter(Boolean).join(" ") },
        h("span", { title: text }, text),
        isOwn ? h("span", { className: "room-you" }, t("lesson.room.you")) : null,
      ),
      h(
        "dd",
        {},
        bar,
        h(
          "span",
          { className: "room-came" },
          ...(came
            ? [
                h("span", { "aria-hidden": "true" }, "✓"),
                h("span", { className: "hidden" }, t("lesson.room.came")),
              ]
            : []),
        ),
        h("b", {}, old === undefined ? number(count) : `${number(old)} → ${number(count)}`),
      ),
    ];
  });
  const isLong = bars.options.some(({ text }) => text.length > LONG);
  return h("dl", { className: isLong ? "room-bars long" : "room-bars" }, ...rows);
}
