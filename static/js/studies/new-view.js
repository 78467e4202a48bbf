/** A new study of the form's experiment: what varies, how configurations are chosen, and what that costs. */

import { showError } from "../form/errors.js";
import { problemOf } from "../form/fields.js";
import { h, setChildren, setChoices, setText } from "../page/dom.js";
import { brief } from "../runs/sweep-scale.js";
import { ApiError } from "../server/api.js";
import { studyApi } from "../server/study-api.js";
import { newestOnly } from "../state/newest.js";
import { isSoon } from "../state/queue.js";
import { duration } from "../words/duration.js";
import { number, t } from "../words/i18n.js";
import { labelsOf } from "../words/labels.js";
import { SettingsPart } from "./settings-part.js";
import { countOf, firstRow, fromForm, spaceOf } from "./space.js";
import { SpaceRow } from "./space-row.js";
import { studyFields } from "./study-fields.js";
import { sizeText } from "./study-words.js";

/**
 * @import { Options } from "../types.js"
 * @import { Draft } from "../form/draft.js"
 * @import { ShownError } from "../form/errors.js"
 * @import { StudyPlace } from "./studies.js"
 * @import { Row } from "./space.js"
 * @import { StudyField } from "./study-fields.js"
 * @import { StudyDocument, StudySummary } from "./types.js"
 */

/** What it would cost is asked when nothing was changed for this many milliseconds. */
const PAUSE = 150;
/** If the server cannot be reached, it is asked again after this many milliseconds. */
const AGAIN = 1000;
/** With fewer seeds there is no verdict. */
const MIN_SEEDS = 6;
/** The longest name, in characters. */
const MAX_NAME = 100;

export class NewView {
  element;
  #place;
  #experiment;
  /** @type {Map<string, StudyField>} */
  #fields;
  /** @type {Map<string, string>} */
  #labels;
  /** @type {Map<string, any[]>} */
  #choices;
  /** @type {SpaceRow[]} */
  #rows = [];
  #list = h("div", { className: "study-rows" });
  #add = h("select", { name: "study.add", "aria-label": t("study.add_field") });
  #name = h("input", { type: "text", name: "name", maxLength: MAX_NAME, autocomplete: "off" });
  #settings;
  #size = h("p", { className: "study-size" });
  #time = h("p", { className: "quiet" });
  #start = h(
    "button",
    { type: "submit", className: "primary", id: "study-start", "data-launches": "" },
    t("study.start"),
  );
  #dropOlder = newestOnly();
  #asking = new AbortController();
  #timer = 0;
  /** Whether the shown error says that the server cannot be reached. */
  #isUnanswered = false;

  /**
   * @param {StudyPlace} place
   * @param {Draft} draft what the form describes
   * @param {Options} options
   */
  constructor(place, draft, options) {
    this.#place = place;
    const { experiment, choices } = fromForm(draft.document);
    this.#experiment = experiment;
    this.#choices = choices;
    const fields = studyFields(options, experiment);
    this.#fields = new Map(fields.map((field) => [field.path, field]));
    for (const [path, values] of choices)
      if (!this.#fields.has(path)) this.#fields.set(path, ofForm(path, values));
    this.#labels = labelsOf([...this.#fields.keys()]);
    this.#settings = new SettingsPart(
      { seeds: Math.max(MIN_SEEDS, draft.seeds), folds: draft.folds > 1 ? draft.folds : null },
      () => this.#changed(),
    );
    this.#add.addEventListener("change", () => {
      const row = this.#addRow(this.#add.value);
      this.#changed();
      row.focus();
    });
    const back = h("button", { type: "button", className: "toggle" }, t("study.back"));
    back.addEventListener("click", () => place.list());
    this.element = h(
      "form",
      { className: "study-new", noValidate: true, autocomplete: "off" },
      h("div", { className: "study-top" }, h("p", { className: "study-lead" }, t("study.lead")), back),
      h(
        "section",
        {},
        h("h3", {}, t("study.varies")),
        this.#list,
        h("div", { className: "field", "data-field": "space" }, this.#add, errorPlace("space")),
      ),
      this.#settings.element,
      h(
        "div",
        { className: "study-foot" },
        h("div", { className: "field general", "data-field": "experiment" }, errorPlace("general")),
        h(
          "label",
          { className: "field study-naming", "data-field": "name" },
          h("span", { className: "label" }, t("study.name")),
          this.#name,
          errorPlace("name"),
        ),
        h("div", { className: "study-cost", role: "status" }, this.#size, this.#time),
        this.#start,
      ),
    );
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#begin();
    });
    for (const path of choices.keys()) this.#addRow(path);
    this.#changed();
  }

  focus() {
    (this.#rows.length ? this.#start : this.#add).focus();
  }

  remove() {
    clearTimeout(this.#timer);
    this.#dropOlder();
    this.#asking.abort();
  }

  /** @param {string} path */
  #addRow(path) {
    const field = this.#field(path);
    const row = new SpaceRow(
      field,
      firstRow(field, this.#choices.get(path)),
      String(this.#labels.get(path)),
      {
        change: () => this.#changed(),
        remove: () => {
          this.#rows = this.#rows.filter((other) => other !== row);
          this.#changed();
          this.#add.focus();
        },
      },
    );
    this.#rows.push(row);
    return row;
  }

  /** @param {string} path */
  #field(path) {
    return /** @type {StudyField} */ (this.#fields.get(path));
  }

  #changed() {
    const isGrid = this.#settings.method === "grid";
    for (const row of this.#rows) row.forGrid(isGrid);
    setChildren(
      this.#list,
      this.#rows.map(({ element }) => element),
    );
    const used = new Set(this.#rows.map(({ row }) => row.path));
    const left = [...this.#fields.keys()].filter((path) => !used.has(path));
    setChoices(
      this.#add,
      [
        ["", t("study.add_field")],
        ...left.map((path) => /** @type {[string, string]} */ ([path, String(this.#labels.get(path))])),
      ],
      "",
    );
    this.#name.placeholder = this.#suggestedName();
    this.#priceIn(PAUSE);
  }

  #suggestedName() {
    const labels = this.#rows.map(({ row }) => this.#labels.get(row.path));
    return brief(labels.join(" × "), MAX_NAME) || t("study.unnamed");
  }

  /** @param {number} milliseconds */
  #priceIn(milliseconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#price(), milliseconds);
  }

  /** @returns {StudyDocument} */
  #document() {
    const space = spaceOf(
      this.#rows.map(({ row }) => row),
      (path) => this.#field(path),
      this.#settings.method === "grid",
    );
    this.#settings.bound(countOf(space) || Infinity);
    const { method, ...settings } = this.#settings.values();
    const name = this.#name.value.trim() || this.#suggestedName();
    return { version: 2, name, experiment: this.#experiment, space, method, ...settings };
  }

  async #price() {
    const isNewest = this.#dropOlder();
    this.#asking.abort();
    this.#asking = new AbortController();
    if (!this.#rows.length) {
      this.#forgive();
      setText(this.#size, t("study.no_field"));
      setText(this.#time, "");
      this.#start.disabled = true;
      return;
    }
    const wrong = this.#wrongText();
    if (wrong) return this.#complain(wrong);
    try {
      const summary = await studyApi.summary(this.#document(), this.#asking.signal);
      if (!isNewest()) return;
      this.#forgive();
      this.#show(summary);
    } catch (problem) {
      if (!(problem instanceof ApiError)) throw problem;
      if (!isNewest()) return;
      this.#complain(problem);
      if (problem.status === 0) this.#priceIn(AGAIN);
    }
  }

  /**
   * What is wrong in a typed text, so that the server need not be asked.
   * @returns {ShownError | undefined}
   */
  #wrongText() {
    for (const input of this.#list.querySelectorAll("input")) {
      const problem = problemOf(input);
      if (problem) return { field: input.name, status: 422, why: problem.why, message: "", bounds: {} };
    }
  }

  /** @param {ShownError} problem */
  #complain(problem) {
    const isUnanswered = problem.status === 0;
    if (!isUnanswered || !this.#isUnanswered) showError(this.element, problem); // else it stands there
    this.#isUnanswered = isUnanswered;
    setText(this.#size, isUnanswered ? "" : t("study.unclear"));
    setText(this.#time, "");
    this.#start.disabled = true;
  }

  #forgive() {
    showError(this.element, null);
    this.#isUnanswered = false;
  }

  /** @param {StudySummary} summary */
  #show({ configurations, trials, seconds, document, optuna }) {
    const seeds = Array.isArray(document.seeds) ? document.seeds.length : document.seeds;
    this.#settings.allow(optuna);
    const size = sizeText({ configurations, seeds, folds: document.folds });
    setText(this.#size, t("study.trials", { size, n: number(trials) }));
    setText(this.#time, isSoon(seconds) ? "" : t("study.takes", { time: duration(seconds) }));
    this.#start.disabled = false;
  }

  async #begin() {
    clearTimeout(this.#timer);
    this.#dropOlder();
    this.#start.disabled = true;
    this.element.inert = true; // after a change it could be begun a second time
    try {
      const study = await studyApi.begin(this.#document());
      this.#place.put(study);
      this.#place.open(study.id);
    } catch (problem) {
      if (!(problem instanceof ApiError)) throw problem;
      this.element.inert = false;
      this.#start.disabled = false;
      showError(this.element, problem)?.focus();
    }
  }
}

/** Where the error of a field stands. @param {string} path */
function errorPlace(path) {
  return h("span", { className: "error", role: "alert", id: `study-error-${path}` });
}

/** A field that varies in the form, and that has no description of its own, such as networks. @param {string} path @param {any[]} values @returns {StudyField} */
function ofForm(path, values) {
  return { path, kind: "sections", field: null, now: values[0], names: [] };
}
