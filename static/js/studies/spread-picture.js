/** Mean and spread as SVG: for each configuration a dot for each seed, its mean and the interval of the mean; and the luck line. */

import { h, setText, svg } from "../page/dom.js";
import { brief } from "../runs/sweep-scale.js";
import { number, t } from "../words/i18n.js";
import { pairsOf } from "./cells.js";
import { configurationText } from "./configuration-values.js";
import { sorted } from "./rows.js";
import { spreadOf } from "./spread.js";
import { amountText, scoreText } from "./study-words.js";

/**
 * @import { NumberScale } from "../runs/sweep-scale.js"
 * @import { Order } from "./rows.js"
 * @import { SpreadLine } from "./spread.js"
 * @import { Shown } from "./study-view.js"
 */

/** Pixels: the height of a line, and what is around the lines. */
const LINE = 26;
const MARGIN = { right: 20, top: 30, bottom: 8 };
/** The names of the lines have this share of the width, but no more than `MAX_NAMES` pixels, of which a letter takes `LETTER`. */
const NAMES = 0.36;
const MAX_NAMES = 166;
const LETTER = 7.5;
/** Pixels between two ticks of the scale, at least. */
const APART = 48;
/** At most this many configurations are drawn, the best ones. */
const MAX_LINES = 40;

export class SpreadPicture {
  element = h("div", { className: "study-spread" });
  #on;
  #order;
  #scroller = h("div", { className: "study-scroll", tabIndex: 0, role: "region" });
  #note = h("p", { className: "quiet" });
  /** @type {Shown | null} */
  #shown = null;
  /** @type {NumberScale | null} */
  #scale = null;

  /**
   * @param {(number: number) => void} onChoose
   * @param {(words: string) => void} onPoint
   * @param {Order} order of the lines
   */
  constructor(onChoose, onPoint, order) {
    this.#order = order;
    this.#on = { choose: onChoose, point: onPoint };
    this.#scroller.setAttribute("aria-label", t("study.picture.spread"));
    this.element.append(this.#scroller, this.#note);
    new ResizeObserver(() => this.#draw()).observe(this.#scroller);
  }

  /** @param {Shown} shown */
  update(shown) {
    this.#shown = shown;
    this.#draw();
  }

  #draw() {
    const width = this.#scroller.clientWidth;
    if (!this.#shown || !width) return;
    const { results } = this.#shown;
    const { metric, luck } = results;
    const best = sorted(results.configurations.slice(0, MAX_LINES), this.#order); // the server has them by place
    const spread = spreadOf(best, metric, luck, this.#scale);
    if (!spread) return;
    this.#scale = spread.scale;
    const height = MARGIN.top + LINE * spread.lines.length + MARGIN.bottom;
    const left = Math.min(MAX_NAMES, NAMES * width);
    const room = width - left - MARGIN.right;
    const x = (/** @type {number} */ place) => left + place * room;
    const every = Math.ceil((APART * spread.ticks.length) / room);
    const ticks = spread.ticks
      .filter((_, i) => i % every === 0)
      .map(({ place, value }) =>
        svg(
          "g",
          { class: "tick" },
          svg("path", { d: `M${x(place)} ${MARGIN.top}V${height - MARGIN.bottom}` }),
          svg("text", { x: x(place), y: MARGIN.top - 8 }, scoreText(metric, value)),
        ),
      );
    const lines = spread.lines.map((line, i) => this.#line(line, MARGIN.top + (i + 0.5) * LINE, x, width));
    const byLuck = spread.luck === null ? [] : [this.#luck(x(spread.luck), height)];
    const label = luck ? t("study.luck", { of: number(luck.of), line: scoreText(metric, luck.line) }) : "";
    this.#scroller.replaceChildren(
      svg(
        "svg",
        {
          width,
          height,
          role: "img",
          "aria-label": [t("study.picture.spread"), label].filter(Boolean).join(". "),
        },
        ...ticks,
        ...byLuck,
        ...lines,
      ),
    );
    setText(
      this.#note,
      [
        label,
        results.configurations.length > MAX_LINES ? t("study.best_lines", { n: number(MAX_LINES) }) : "",
      ]
        .filter(Boolean)
        .join(" "),
    );
  }

  /** @param {number} x @param {number} height */
  #luck(x, height) {
    return svg(
      "g",
      { class: "luck" },
      svg("path", { d: `M${x} ${MARGIN.top - 4}V${height - MARGIN.bottom}` }),
    );
  }

  /**
   * @param {SpreadLine} line
   * @param {number} y
   * @param {(place: number) => number} x
   * @param {number} width
   */
  #line({ configuration, dots, mean, interval }, y, x, width) {
    const { results, fields, chosen } = /** @type {Shown} */ (this.#shown);
    const { number: own, values, mean: value, spread } = configuration;
    const words = t("study.cell_words", {
      name: configurationText(values, fields),
      mean: scoreText(results.metric, value),
      spread: amountText(results.metric, spread),
      n: number(pairsOf(configuration)),
    });
    const name = fields.map(({ path, word }) => word(values[path])).join(" · ");
    const isBest = own === results.verdict.best;
    const group = svg(
      "g",
      {
        class: `line${isBest ? " best" : ""}${own === chosen ? " emphasized" : ""}`,
        "data-configuration": own,
      },
      svg("title", {}, words),
      svg("rect", { class: "reach", x: 0, y: y - LINE / 2, width, height: LINE }),
      svg("text", { x: x(0) - 10, y: y + 4 }, brief(name, Math.floor((x(0) - 10) / LETTER))),
      ...(interval
        ? [svg("path", { class: "interval", d: `M${x(interval[0])} ${y}H${x(interval[1])}` })]
        : []),
      ...dots.map((place) => svg("circle", { class: "dot", cx: x(place), cy: y, r: 3.5 })),
      svg("path", { class: "mean", d: `M${x(mean)} ${y - 8}V${y + 8}` }),
    );
    group.addEventListener("click", () => this.#on.choose(own));
    group.addEventListener("pointerenter", () => this.#on.point(words));
    group.addEventListener("pointerleave", () => this.#on.point(""));
    return group;
  }
}
