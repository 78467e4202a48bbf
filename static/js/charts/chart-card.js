/**
 * The card of one chart, with its title, its controls and its menu. It reports the viewer's actions by callbacks, and changes
 * only its own appearance.
 */

import { h, setText } from "../page/dom.js";
import { onInput } from "../page/keys.js";
import { number, t } from "../words/i18n.js";
import { CardFrame } from "./card-frame.js";
import { chartMenu } from "./chart-menu.js";
import { Legend } from "./legend.js";
import { hasTest, hasValidation, help, quantity, title } from "./quantities.js";
import { MAX_SMOOTHING } from "./specs.js";

/**
 * @import { Run } from "../types.js"
 * @import { Spec } from "./specs.js"
 * @import { StrokesOfRuns } from "./strokes.js"
 * @import { LegendEntry } from "./legend.js"
 * @import { CardEvents, Switch } from "./chart-menu.js"
 */

export class ChartCard {
  #strokes = new Legend("strokes");
  #names = new Legend("names");
  #undrawn = h("p", { className: "undrawn", hidden: true });
  #zoom = h("button", { type: "button", className: "chip", hidden: true, "data-option": "zoom" });
  /** The smoothing, after the title. */
  #smoothing = h("span", { className: "how" });
  #outliers = h("button", { type: "button", className: "chip", hidden: true, "data-option": "outliers" });
  /** The names of the curves, as entries of a legend. @type {LegendEntry[]} */
  #named = [];
  #grouped = false;

  /**
   * @param {Spec} spec see specs.js
   * @param {string} id of the plot's element
   * @param {CardEvents} on
   */
  constructor(spec, id, on) {
    this.spec = spec;
    this.plotElement = h("div", { className: "plot", id, tabIndex: 0, role: "application" });
    this.title = title(spec.quantity, t);
    this.plotElement.setAttribute("aria-label", t("chart.keys", { chart: this.title }));
    this.element = h("article", { className: "card chart", "data-chart": spec.quantity });
    this.#frame = new CardFrame(this.element, this.title, on, () => this.#drawNames());
    this.#outliers.addEventListener("click", () => on.change({ outliers: !spec.outliers }));
    this.#zoom.textContent = t("chart.zoomed");
    this.#zoom.title = t("chart.unzoom");
    this.#zoom.addEventListener("click", () => on.unzoom());
    const heading = h("h2", { title: help(spec.quantity) }, this.#heading, this.#smoothing);
    this.#drawTitle();
    const head = h(
      "header",
      { className: "card-head" },
      this.#frame.grip,
      heading,
      this.#zoom,
      this.#outliers,
      h(
        "div",
        { className: "controls" },
        ...this.#controls(on),
        this.#frame.expand,
        ...chartMenu(spec, `${id}-menu`, this.title, on),
      ),
    );
    this.element.append(
      head,
      this.#names.element,
      this.#strokes.element,
      this.#undrawn,
      this.#yTitle,
      this.plotElement,
      this.#xTitle,
    );
    this.#frame.dragBy(heading);
  }

  #frame;
  #heading = h("span");
  #marks = h("span", { className: "mark-key" });
  #xTitle = h("span", { className: "axis-title x-title" });
  #yTitle = h("span", { className: "axis-title y-title" });
  #run = "";

  /** The title of the quantity, and the name of the run if the chart shows only one. */
  get heading() {
    const shown = this.spec.gap ? title("gap", t) : this.title;
    return this.#run ? `${shown} · ${this.#run}` : shown;
  }

  /** Draw the title, and the smoothing. */
  #drawTitle() {
    const { smoothing } = this.spec;
    this.#heading.textContent = this.heading;
    this.#smoothing.textContent = smoothing ? ` · ${t("chart.smoothed")} ${smoothing.toFixed(2)}` : "";
  }

  /** Show the name of the run, if the chart shows only one of several runs. @param {string} name */
  showRun(name) {
    this.#run = name;
    this.#drawTitle();
  }

  /**
   * Show the titles of the axes.
   * @param {string} x
   * @param {string} y
   */
  showAxes(x, y) {
    setText(this.#xTitle, x);
    setText(this.#yTitle, y);
  }

  /** Show a chip if the viewer has zoomed. @param {boolean} zoomed */
  showZoom(zoomed) {
    this.#zoom.hidden = !zoomed;
    this.#drawTitle();
  }

  /**
   * Show the meaning of line styles and symbols. Null: they show no field, so dotted lines mean training images.
   * @param {StrokesOfRuns | null} strokes
   */
  showStrokes(strokes) {
    this.element.classList.toggle("stroked", Boolean(strokes));
    this.element.classList.toggle("gapped", this.spec.gap); // hides the key for training and test lines
    this.#strokes.show(t("strokes.legend", { field: strokes?.field }), strokes?.legend ?? null);
  }

  /** Say which line is on validation and on test images, if there is one. @param {Run[]} runs */
  showParts(runs) {
    this.element.classList.toggle("validated", runs.some(hasValidation));
    this.element.classList.toggle("untested", runs.length > 0 && !runs.some(hasTest));
  }

  /**
   * Show the names of the curves, if the card hides the list of runs, or if a curve shows a group of runs.
   * @param {LegendEntry[]} names
   * @param {boolean} grouped
   */
  showNames(names, grouped) {
    this.#named = names;
    this.#grouped = grouped;
    this.#drawNames();
  }

  /** Show the meaning of the marks. @param {string} key */
  showMarks(key) {
    setText(this.#marks, key);
    this.#marks.title = key;
  }

  /**
   * Reserve space for the names at the ends of curves.
   * @param {{width: number, isCrowded: boolean}} names see `EndNames.take`
   */
  makeRoom({ width, isCrowded }) {
    this.element.style.setProperty("--names-width", width.toFixed(1));
    this.element.classList.toggle("crowded", isCrowded);
  }

  /**
   * Show how many values are not drawn because a logarithmic axis has no place for them.
   * @param {number} count
   */
  showUndrawn(count) {
    this.#undrawn.hidden = !count;
    this.#undrawn.textContent = count ? t("chart.undrawn", { n: number(count) }) : "";
  }

  /**
   * Show the number of outliers, with a button that shows or hides them.
   * @param {number} count
   */
  showOutliers(count) {
    const { outliers } = this.spec;
    this.#outliers.hidden = !count;
    this.#outliers.setAttribute("aria-pressed", String(outliers));
    const outside = count === 1 ? t("chart.one_outside") : t("chart.n_outside", { n: number(count) });
    this.#outliers.textContent = outliers ? t("chart.with_outliers") : outside;
    this.#outliers.title = t(outliers ? "chart.leave_outliers" : "chart.show_outliers");
  }

  #drawNames() {
    this.#names.show(t("chart.names"), this.#frame.wide || this.#grouped ? this.#named : null);
  }

  /** @param {Pick<CardEvents, "change">} on */
  #controls({ change }) {
    const { spec } = this;
    /** @type {HTMLElement[]} */
    const controls = [this.#marks];
    const what = quantity(spec.quantity);
    if (what.smoothing) {
      const output = h("output", {}, spec.smoothing.toFixed(2));
      const slider = h("input", {
        type: "range",
        min: 0,
        max: MAX_SMOOTHING,
        step: 0.01,
        "data-option": "smoothing",
      });
      slider.value = String(spec.smoothing);
      onInput(slider, () => {
        output.textContent = Number(slider.value).toFixed(2);
        change({ smoothing: Number(slider.value) });
      });
      controls.push(h("label", { className: "inline" }, t("chart.smoothing"), slider, output));
    }
    if (what.lines.length > 1) {
      /**
       * @param {string} line
       * @param {string} part
       */
      const key = (line, part) =>
        h("span", { className: "key" }, h("span", { className: `line ${line}` }), t(`chart.${part}`));
      controls.push(key("solid", "test"), key("dashed", "validation"), key("dotted", "train"));
    }
    /** @param {Switch} name */
    const toggle = (name) => {
      const button = h(
        "button",
        { type: "button", className: "toggle", "data-option": name, "aria-pressed": String(spec[name]) },
        t(`chart.${name}`),
      );
      button.addEventListener("click", () => {
        button.setAttribute("aria-pressed", String(!spec[name]));
        change({ [name]: !spec[name] });
      });
      return button;
    };
    controls.push(spec.quantity === "accuracy" ? toggle("gap") : toggle("logY"));
    return controls;
  }

  /** Take the card out of the page. */
  remove() {
    this.#frame.remove();
  }
}
