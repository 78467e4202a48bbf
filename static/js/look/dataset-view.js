/** Shows a data set: fifty images or rows at a time, or a thousand points, of the test set or the training set. */

import { fetching } from "../form/fetching.js";
import { segments } from "../form/fields.js";
import { h } from "../page/dom.js";
import { ApiError, api } from "../server/api.js";
import { newestOnly } from "../state/newest.js";
import { number, t } from "../words/i18n.js";
import { titleOf } from "../words/labels.js";
import { explain } from "../words/reasons.js";
import { ImageGrid } from "./image-grid.js";
import { PointPlot } from "./point-plot.js";
import { RowTable } from "./row-table.js";

/** @import { DataSample, Dataset } from "../types.js" */

const PARTS = ["test", "train"];
const PAGE = 50;
const POINTS = 1000;

export class DatasetView {
  element = h("div", { className: "data-view", role: "group", tabIndex: -1 });
  #dataset;
  #isDark;
  #part = PARTS[0];
  #first = 0;
  #total = 0;
  #dropOlder = newestOnly();
  /**
   * The view in which the data is drawn; null while the data set is not downloaded.
   * @type {ImageGrid | PointPlot | RowTable | null}
   */
  #picture = null;
  #position = h("span", { className: "look-position", role: "status" });
  #problem = h("p", { className: "fetch-error", role: "alert" });
  /** @type {HTMLButtonElement[]} */
  #steps = [];

  /**
   * @param {Dataset} dataset
   * @param {() => boolean} isDark
   */
  constructor(dataset, isDark) {
    this.#isDark = isDark;
    this.#dataset = dataset;
    this.#draw();
  }

  /** A data set has changed: its download goes on, or has ended. @param {Dataset} dataset */
  update(dataset) {
    if (dataset.name !== this.#dataset.name || this.#picture) return;
    this.#dataset = dataset;
    const focused = this.element.contains(document.activeElement);
    this.#draw();
    if (focused) this.#focus();
  }

  /** Keep the focus inside the view when its elements are replaced: on its first control, or on the view if it has none. */
  #focus() {
    const control = this.element.querySelector("input:checked, button:enabled");
    (control instanceof HTMLElement ? control : this.element).focus();
  }

  /** How many examples are shown at a time. */
  get #count() {
    return this.#isPlane ? POINTS : PAGE;
  }

  get #isImages() {
    return this.#dataset.shape.length === 3;
  }

  /** Whether the examples are points in the plane. */
  get #isPlane() {
    return !this.#isImages && this.#dataset.shape[0] === 2;
  }

  #draw() {
    this.element.dataset.dataset = this.#dataset.name;
    this.element.setAttribute("aria-label", titleOf(this.#dataset));
    if (!this.#dataset.available) return this.#drawMissing();
    const parts = segments(
      "look.part",
      "look.part",
      PARTS,
      this.#part,
      (/** @type {string} */ part) => t(`look.${part}`),
      (/** @type {string} */ part) => {
        this.#part = part;
        this.#load(0);
      },
    );
    const { train_size, test_size } = this.#dataset;
    const hasMore = Math.max(train_size, test_size) > this.#count;
    this.#steps = hasMore ? [this.#step("previous", "‹", -1), this.#step("next", "›", 1)] : [];
    const picture = this.#pictureOf();
    this.#picture = picture;
    this.element.replaceChildren(
      h("div", { className: "look-bar" }, parts, this.#position, ...this.#steps),
      this.#problem,
      picture.element,
    );
    this.#load(0);
  }

  #pictureOf() {
    const { shape, columns = [] } = this.#dataset;
    if (this.#isImages) return new ImageGrid(shape, PAGE);
    return this.#isPlane ? new PointPlot(this.#isDark()) : new RowTable(columns);
  }

  #drawMissing() {
    /** @param {ApiError} error */
    const refused = (error) => (this.#problem.textContent = explain(error));
    this.#problem.textContent = "";
    const get = fetching(this.#dataset, refused, "look-fetch");
    this.element.replaceChildren(
      h("p", {}, t("look.missing", { title: titleOf(this.#dataset) })),
      ...(get ? [get] : []),
      this.#problem,
    );
  }

  /**
   * @param {string} name
   * @param {string} sign
   * @param {-1 | 1} direction
   */
  #step(name, sign, direction) {
    const label = t(`look.${name}`, { n: this.#count });
    const button = h(
      "button",
      {
        type: "button",
        className: "toggle",
        title: label,
        "aria-label": label,
        disabled: true,
        "data-step": name,
      },
      sign,
    );
    button.addEventListener("click", () => this.#load(this.#first + direction * this.#count));
    return button;
  }

  /** Load the examples from a number on. Those that are shown stay until the new ones come. @param {number} first */
  async #load(first) {
    const isNewest = this.#dropOlder();
    try {
      const sample = await api.images(this.#dataset.name, { part: this.#part, first, count: this.#count });
      if (!isNewest()) return;
      this.#problem.textContent = "";
      this.#show(sample);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (isNewest()) this.#problem.textContent = explain(error);
    }
  }

  /** @param {DataSample} sample */
  #show(sample) {
    this.#first = sample.first;
    this.#total = sample.total;
    const last = sample.first + sample.labels.length;
    this.#picture?.show(sample);
    this.#position.textContent = t("look.position", {
      from: number(sample.first + 1),
      to: number(last),
      total: number(sample.total),
    });
    this.element.dataset.shown = `${sample.part} ${sample.first}`;
    this.#updateSteps(last);
  }

  /** Disable the buttons at the ends; a button that is disabled gives its focus to the other one. @param {number} last */
  #updateSteps(last) {
    if (!this.#steps.length) return;
    const [previous, next] = this.#steps;
    const focused = document.activeElement;
    previous.disabled = this.#first === 0;
    next.disabled = last >= this.#total;
    if (focused === previous && previous.disabled) next.focus();
    if (focused === next && next.disabled) previous.focus();
  }
}
