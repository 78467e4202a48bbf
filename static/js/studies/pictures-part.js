/** The pictures of a study, one at a time: all fields, two fields, or mean and spread. */

import { h, setText } from "../page/dom.js";
import { SweepParallel } from "../runs/sweep-parallel.js";
import { scaleOf } from "../runs/sweep-scale.js";
import { number, t } from "../words/i18n.js";
import { fieldScale, METRICS, pointsOf, resultScale } from "./axes.js";
import { configurationText } from "./configuration-values.js";
import { HeatMap } from "./heat-map.js";
import { SpreadPicture } from "./spread-picture.js";

/**
 * @import { SweepField } from "../runs/sweep-figures.js"
 * @import { NumberScale } from "../runs/sweep-scale.js"
 * @import { Order } from "./rows.js"
 * @import { Shown } from "./study-view.js"
 * @import { StudyResults } from "./types.js"
 */

const PICTURES = /** @type {const} */ (["lines", "heat", "spread"]);
/** @typedef {typeof PICTURES[number]} Picture */
/** Parallel coordinates with more fields, or with more lines, cannot be read. */
const MAX_FIELDS = 8;
const MAX_LINES = 500;
/** The name of the axis for the rung of each configuration, beside the fields that the study varies. */
const RUNG = "rung";

export class PicturesPart {
  element;
  #onNarrow;
  /** @type {Picture} */
  #picture = "lines";
  /** @type {Shown | null} */
  #shown = null;
  /** @type {NumberScale | null} */
  #scale = null;
  #lines;
  #heat;
  #spread;
  #pointed = h("p", { className: "study-pointed" });
  #count = h("p", { className: "hidden", role: "status" });

  /**
   * @param {(number: number) => void} onChoose called with the number of a configuration that was clicked
   * @param {(numbers: Set<number> | null) => void} onNarrow called with the configurations that lie in the chosen parts of the axes;
   *   null: all of them
   * @param {Order} order of the configurations in the picture of mean and spread, from top to bottom
   */
  constructor(onChoose, onNarrow, order) {
    this.#onNarrow = onNarrow;
    const point = (/** @type {string} */ words) => setText(this.#pointed, words || this.#how());
    this.#lines = new SweepParallel({
      select: (run) => onChoose(Number(run)),
      point,
      count: (count, all, runs) => this.#narrowed(count, all, runs),
    });
    this.#heat = new HeatMap(onChoose, point);
    this.#spread = new SpreadPicture(onChoose, point, order);
    const tabs = h(
      "div",
      { className: "segments", role: "radiogroup", "aria-label": t("study.pictures") },
      ...PICTURES.map((name) => this.#tab(name)),
    );
    this.element = h(
      "section",
      { className: "study-pictures" },
      tabs,
      h("div", { className: "study-picture" }, this.#lines.element, this.#heat.element, this.#spread.element),
      this.#pointed,
      this.#count,
    );
    this.#arrange();
  }

  /** @param {Picture} name */
  #tab(name) {
    const input = h("input", {
      type: "radio",
      name: "study.picture",
      value: name,
      checked: name === this.#picture,
    });
    input.addEventListener("change", () => {
      this.#picture = name;
      this.#arrange();
      this.#draw();
    });
    return h("label", {}, input, h("span", {}, t(`study.picture.${name}`)));
  }

  /** Show the chosen picture, and hide the others. */
  #arrange() {
    this.#lines.element.hidden = this.#picture !== "lines";
    this.#heat.element.hidden = this.#picture !== "heat";
    this.#spread.element.hidden = this.#picture !== "spread";
    setText(this.#pointed, this.#how());
  }

  /** How the picture is read and used. */
  #how() {
    return t(`study.how.${this.#picture}`);
  }

  /** @param {Shown} shown */
  update(shown) {
    this.#shown = shown;
    this.#draw();
  }

  #draw() {
    if (!this.#shown) return;
    if (this.#picture === "heat") this.#heat.update(this.#shown);
    else if (this.#picture === "spread") this.#spread.update(this.#shown);
    else this.#drawLines(this.#shown);
  }

  /** @param {Shown} shown */
  #drawLines({ results, fields, space, chosen }) {
    const measured = results.configurations.filter(({ mean }) => mean !== null);
    this.#scale = resultScale(
      results.metric,
      measured.map(({ mean }) => Number(mean)),
      this.#scale,
    );
    if (!this.#scale || !measured.length) return;
    const values = new Map(measured.map((configuration) => [configuration.number, configuration.values]));
    const points = pointsOf(measured, fields, ({ place }) => t("study.at_place", { n: place ?? "–" }));
    const rungs = results.rungs.length > 1 ? [rungField(results.rungs)] : [];
    for (const [i, { rung }] of measured.entries()) points[i].fields[RUNG] = rung;
    const content = {
      points,
      fields: [
        ...fields
          .slice(0, MAX_FIELDS)
          .map((field) => ({ ...field, scale: fieldScale(field, space[field.path]) })),
        ...rungs,
      ],
      metric: { ...METRICS[results.metric], title: t(`study.metric.${results.metric}`), scale: this.#scale },
      most: MAX_LINES,
    };
    this.#lines.update(content);
    this.#lines.emphasize(chosen === null ? null : String(chosen));
    const best = values.get(Number(results.verdict.best));
    this.#lines.element.setAttribute("role", "group");
    this.#lines.element.setAttribute(
      "aria-label",
      best ? t("study.picture_of", { name: configurationText(best, fields) }) : t("study.picture.lines"),
    );
  }

  /** @param {number} count @param {number} all @param {string[]} runs */
  #narrowed(count, all, runs) {
    const isWhole = count === all;
    setText(this.#count, isWhole ? "" : t("study.within", { n: number(count), all: number(all) }));
    this.#onNarrow(isWhole ? null : new Set(runs.map(Number)));
  }
}

/**
 * The axis for the rung that a configuration has reached. Results of different rungs come from trainings of different lengths.
 * @param {StudyResults["rungs"]} rungs
 * @returns {SweepField}
 */
function rungField(rungs) {
  const word = (/** @type {number} */ value) => {
    const iterations = rungs[value - 1]?.iterations;
    return iterations ? t("study.rung_length", { n: value, iterations: number(iterations) }) : number(value);
  };
  return {
    path: RUNG,
    label: t("study.column.rung"),
    word,
    scale: scaleOf(rungs.map(({ rung }) => rung)),
  };
}
