/** The confusion matrix: which classes the network takes for which, and the images of a cell beside it, surest first. */

import { h, setChildren, setChoices, setText } from "../page/dom.js";
import { loadStyle } from "../page/style.js";
import { className } from "../words/class-name.js";
import { number, percent, t } from "../words/i18n.js";
import { classesOf } from "../words/labels.js";
import { readCell, rowSum, writeCell } from "./confusion-table.js";
import { barRow, Examples } from "./examples.js";
import { Matrix } from "./matrix.js";
import { css, sizeColor } from "./scales.js";
import { runLine } from "./view-card.js";

/**
 * @import { Run } from "../types.js"
 * @import { Cell } from "./confusion-table.js"
 * @import { CardContext, Content, Request, Seen } from "./view-card.js"
 * @import { View } from "./view.js"
 */

await loadStyle("confusion");

/** At most this many images of a cell are shown. */
const COUNT = 40;
/** What the option `cell` says where the worst mistakes of all classes are shown. */
const WORST = "worst";
/** The matrix takes this share of the card's width. */
const MATRIX_SHARE = 0.56;

/** @implements {Content} */
export class Confusion {
  runs = 1;
  view = "confusion";
  #card;
  #matrix;
  #examples = new Examples();
  #side = h("div", { className: "confusion-side" });
  #title = h("b");
  #order = h("span");
  #heading = h("p", { className: "confusion-heading", role: "status" }, this.#title, this.#order);
  #classes = h("div", { className: "bars" });
  #switch = h("button", { type: "button", className: "toggle" });
  #row;
  #description = h("span");
  /** The cell that is pointed at, for screen readers: the line below also changes while a run trains. */
  #said = h("p", { className: "hidden", role: "status" });
  #part = h("select");
  #scale = h("span", { className: "view-scale" });
  #key = h("span", { className: "view-key" }, "0", this.#scale, "100%");
  #foot;
  /** The classes of the matrix that is drawn. @type {string[]} */
  #names = [];
  /** The matrix that is drawn. @type {View | null} */
  #drawn = null;
  /** @type {Cell | null} */
  #pointed = null;

  /** @param {CardContext} card */
  constructor(card) {
    this.#card = card;
    this.#matrix = new Matrix({
      choose: (cell) => this.#choose(writeCell(cell)),
      point: (cell) => {
        this.#pointed = cell;
        setText(this.#said, cell && this.#drawn ? this.#cellText(this.#drawn, cell) : "");
        this.#say();
      },
    });
    this.#switch.addEventListener("click", () => {
      const isShown = this.#cell === WORST || readCell(this.#cell, this.#names.length) !== null;
      card.setOption("cell", isShown ? "" : WORST);
    });
    this.#part.setAttribute("aria-label", t("views.part"));
    this.#part.addEventListener("change", () => card.setOption("part", this.#part.value));
    this.#row = h("div", { className: "confusion" }, this.#matrix.canvas, this.#side, this.#examples.large);
    this.#key.title = t("views.share_of_row");
    const foot = [this.#description, this.#part, this.#key, this.#said];
    this.#foot = h("div", { className: "view-foot confusion-foot" }, ...foot);
  }

  /** The cell whose images are shown, as a text; empty: none. */
  get #cell() {
    return this.#card.option("cell", "");
  }

  /** Show the images of a cell; if they are shown already, hide them. @param {string} cell */
  #choose(cell) {
    this.#card.setOption("cell", cell === this.#cell ? "" : cell);
  }

  /** @param {Run} run */
  #partOf({ summary }) {
    const parts = partsOf(summary);
    const chosen = this.#card.option("part", parts[0]);
    return parts.includes(chosen) ? chosen : parts[0];
  }

  /** @param {Run} run */
  options(run) {
    return { part: this.#partOf(run) };
  }

  /** @param {Run} run @returns {Request[]} */
  further(run) {
    const cell = readCell(this.#cell, classesOf(run.summary.dataset) || Infinity);
    if (!cell && this.#cell !== WORST) return [];
    return [{ view: "mistakes", options: { part: this.#partOf(run), count: COUNT, ...cell } }];
  }

  /** @param {Seen[]} seen */
  draw([{ run, iteration, view, further }]) {
    const parts = partsOf(run.summary);
    setChoices(
      this.#part,
      parts.map(/** @returns {[string, string]} */ (part) => [part, t(`views.part.${part}`)]),
      this.#partOf(run),
    );
    const dark = this.#card.isDark();
    const steps = Array.from({ length: 9 }, (_, i) => css(sizeColor(Math.sqrt(i / 8), dark)));
    this.#scale.style.background = `linear-gradient(to right, ${steps.join(", ")})`;
    this.#drawn = view;
    if (!view) {
      setChildren(this.#card.body, [runLine(run), this.#foot]);
      setText(this.#description, "");
      return "";
    }
    const { facts, arrays } = view;
    this.#names = facts.classes.map((/** @type {{name: string}} */ { name }) => className(name));
    const commonest = facts.commonest ? this.#commonest(facts.commonest) : t("views.no_mistakes");
    setChildren(this.#card.body, [runLine(run, commonest), this.#row, this.#foot]);
    const counts = arrays.counts.values;
    const chosen = readCell(this.#cell, this.#names.length);
    const room = {
      width: this.#card.body.clientWidth * MATRIX_SHARE,
      height: (this.#card.body.parentElement?.clientHeight ?? 220) - 52,
    };
    this.#matrix.draw({ counts, names: this.#names, chosen, dark }, room);
    this.#drawSide(view, further[0] ?? null, chosen, dark);
    this.#say();
    const accuracies = this.#classRows(view).map(([name, , text]) => `${name}: ${text}`);
    const description = [
      `${run.name}, ${t("moment.at", { n: number(iteration) })}: ${this.#accuracy(view)}`,
      `${t("views.commonest")}: ${commonest}`,
      `${t("views.by_class")}: ${accuracies.join(", ")}`,
    ].join(". ");
    this.#matrix.canvas.setAttribute("aria-label", `${description}. ${t("views.matrix_keys")}`);
    return description;
  }

  /**
   * @param {View} view
   * @param {View | null} mistakes
   * @param {Cell | null} cell
   * @param {boolean} dark
   */
  #drawSide(view, mistakes, cell, dark) {
    const isWorst = this.#cell === WORST;
    setText(this.#switch, t(cell || isWorst ? "views.by_class" : "views.worst"));
    if (!cell && !isWorst) {
      this.#examples.clear();
      setText(this.#title, t("views.by_class"));
      setText(this.#order, "");
      this.#classes.replaceChildren(...this.#classRows(view).map((row) => barRow(...row)));
      setChildren(this.#side, [this.#heading, this.#classes, this.#switch]);
      return;
    }
    const heading = cell ? this.#cellText(view, cell) : t("views.worst");
    const isRight = cell !== null && cell.truth === cell.predicted;
    setText(this.#title, heading);
    setText(this.#order, t(isRight ? "views.least_sure" : "views.surest"));
    const { truth = null, predicted = null } = cell ?? {};
    const fits = mistakes && mistakes.facts.truth === truth && mistakes.facts.predicted === predicted;
    if (fits) this.#examples.draw(mistakes, this.#names, dark);
    setChildren(this.#side, [this.#heading, ...(fits ? [this.#examples.element] : []), this.#switch]);
  }

  /**
   * For each class its name, its accuracy, and that as a text.
   * @param {View} view
   * @returns {[name: string, accuracy: number | null, text: string][]}
   */
  #classRows({ facts }) {
    /** @type {{accuracy: number | null}[]} */
    const classes = facts.classes;
    return classes.map(({ accuracy }, label) => [this.#names[label], accuracy, percent(accuracy)]);
  }

  /** The line below: what is pointed at, or else the accuracy of all images. */
  #say() {
    if (!this.#drawn) return;
    const cell = readCell(writeCell(this.#pointed), this.#names.length); // of the matrix that is drawn now
    this.#key.hidden = cell !== null; // the words need its room
    setText(this.#description, cell ? this.#cellText(this.#drawn, cell) : this.#accuracy(this.#drawn));
  }

  /** @param {View} view */
  #accuracy({ facts }) {
    const { accuracy, sample, total } = facts;
    const n = sample < total ? t("views.n_of", { n: number(sample), total: number(total) }) : number(sample);
    return t("views.accuracy", { accuracy: percent(accuracy, 2), n });
  }

  /** @param {{truth: number, predicted: number, count: number, of: number}} mistake */
  #commonest({ truth, predicted, count, of }) {
    return t("views.taken_for", {
      truth: this.#names[truth],
      predicted: this.#names[predicted],
      count: number(count),
      of: number(of),
    });
  }

  /**
   * @param {View} view
   * @param {Cell} cell
   */
  #cellText({ arrays: { counts } }, { truth, predicted }) {
    const classes = this.#names.length;
    const count = counts.values[truth * classes + predicted];
    const of = rowSum(counts.values, classes, truth);
    if (truth !== predicted) return this.#commonest({ truth, predicted, count, of });
    return t("views.recognized", { name: this.#names[truth], count: number(count), of: number(of) });
  }

  picture() {
    return this.#matrix.canvas;
  }
}

/**
 * The parts whose images can be counted, the usual one first.
 * @param {Run["summary"]} summary
 */
function partsOf({ test_size: test, validation_size: validation }) {
  return [...(test === 0 ? [] : ["test"]), ...(validation ? ["validation"] : []), "train"];
}
