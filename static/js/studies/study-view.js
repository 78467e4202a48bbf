/** A study: how far it is, what it has found, its pictures and its table. It stays as it is while results come. */

import { attempt } from "../page/attempt.js";
import { h, setChildren, setText } from "../page/dom.js";
import { ApiError } from "../server/api.js";
import { studyApi } from "../server/study-api.js";
import { oneAtATime } from "../state/one-at-a-time.js";
import { t } from "../words/i18n.js";
import { explain, reasonText } from "../words/reasons.js";
import { askFirst } from "./ask-first.js";
import { BudgetField } from "./budget-field.js";
import { dividedSpace } from "./cells.js";
import { ChosenPart } from "./chosen-part.js";
import { fieldsOf } from "./configuration-values.js";
import { PicturesPart } from "./pictures-part.js";
import { StudyTable } from "./study-table.js";
import { isOpen, progressTexts, sizeText, statusText, testText, verdictTexts } from "./study-words.js";

/**
 * @import { SweepField } from "../runs/sweep-figures.js"
 * @import { StudyPlace } from "./studies.js"
 * @import { Study, StudyDocument, StudyResults } from "./types.js"
 */

/** Milliseconds between an answer with results and the next request. */
const PAUSE = 800;

/**
 * What the parts of the view draw.
 * @typedef {object} Shown
 * @property {StudyResults} results
 * @property {SweepField[]} fields
 * @property {StudyDocument["space"]} space
 * @property {number | null} chosen the number of the chosen configuration
 */

export class StudyView {
  element;
  #place;
  #id;
  /** @type {StudyResults | null} */
  #results = null;
  /** @type {SweepField[]} */
  #fields;
  /** @type {StudyDocument} */
  #document;
  /** @type {number | null} */
  #chosen = null;
  #asked = "";
  #isRemoved = false;
  /** Whether the shown problem is that results could not be loaded. */
  #isFetchFailure = false;
  /** Ask for the results. A study of thousands of configurations has news more often than the server can answer. */
  #fetchSoon = oneAtATime(async () => {
    await this.#fetch();
    await new Promise((done) => setTimeout(done, PAUSE));
  });
  #name = h("h3", { className: "study-name" });
  #state = h("span", { className: "quiet" });
  #bar = h("progress", { className: "study-progress", max: 1, value: 0 });
  #progress = h("p", { className: "study-parts" });
  #verdict = h("p", { className: "study-verdict" });
  /** The verdict for screen readers, once: while results come it would be said again and again. */
  #said = h("p", { className: "hidden", role: "status" });
  #reasons = h("p", { className: "study-reasons" });
  #test = h("p", { className: "study-test" });
  #problem = h("p", { className: "study-problem", role: "alert" });
  #pause = h("button", { type: "button", className: "toggle" });
  #cancel = h("button", { type: "button", className: "toggle" }, t("study.cancel"));
  #budget;
  #pictures;
  #table;
  #chosenPart;

  /**
   * @param {StudyPlace} place
   * @param {string} id of a study whose document is known
   */
  constructor(place, id) {
    this.#place = place;
    this.#id = id;
    const study = this.#study();
    this.#document = /** @type {StudyDocument} */ (study.document);
    this.#fields = fieldsOf(study.fields, this.#document.space);
    const choose = (/** @type {number | null} */ number) => this.#choose(number);
    // while results come, each configuration stays in its line: places change
    const order = { by: isOpen(study) ? "number" : "place", down: false };
    this.#pictures = new PicturesPart(choose, (numbers) => this.#table.only(numbers), order);
    this.#table = new StudyTable(choose, order);
    this.#chosenPart = new ChosenPart(place, id, this.#document);
    const back = h(
      "button",
      { type: "button", className: "toggle", onclick: () => place.list() },
      t("study.back"),
    );
    this.#pause.addEventListener("click", () =>
      this.#command(this.#study().status === "paused" ? "resume" : "pause"),
    );
    askFirst(
      this.#cancel,
      () => t("study.cancel_ask"),
      () => t("study.cancel_yes"),
      () => this.#command("cancel"),
    );
    const files = /** @type {const} */ (["csv", "json"]).map((format) =>
      h("a", { className: "tool", href: studyApi.file(id, format), download: "" }, format.toUpperCase()),
    );
    this.#budget = new BudgetField((seconds) =>
      this.#attempt(() => studyApi.change(id, { budget_seconds: seconds })),
    );
    this.#bar.setAttribute("aria-label", t("study.progress"));
    this.element = h(
      "div",
      { className: "study-one", tabIndex: -1 },
      h(
        "div",
        { className: "study-top" },
        h("div", { className: "study-words" }, this.#name, this.#state),
        h("div", { className: "study-tools" }, this.#pause, this.#cancel, ...files, back),
      ),
      h("div", { className: "study-far" }, this.#bar, this.#progress, this.#budget.element),
      this.#problem,
      this.#said,
      h("div", { className: "study-found" }, this.#verdict, this.#reasons, this.#test),
      h(
        "div",
        { className: "study-beside" },
        h("div", {}, this.#pictures.element, this.#chosenPart.element),
        this.#table.element,
      ),
    );
    this.element.dataset.study = id;
    this.update();
  }

  focus() {
    this.element.focus({ preventScroll: true });
  }

  remove() {
    this.#isRemoved = true;
  }

  update() {
    if (!this.#place.studies.has(this.#id)) return;
    const study = this.#study();
    const { name, status, trials, why, reason } = study;
    setText(this.#name, name);
    setText(
      this.#state,
      [
        sizeText(study),
        t(`study.method.${study.method}`),
        statusText(study, Boolean(this.#place.store.messages.class?.held)),
        reasonText(why, reason ?? ""),
      ]
        .filter(Boolean)
        .join(" · "),
    );
    this.#bar.value = trials.done / Math.max(1, trials.total);
    this.#showParts(progressTexts(study));
    const mayChange = this.#place.store.mayChange(/** @type {any} */ (study));
    setText(this.#pause, t(status === "running" ? "study.pause" : "study.resume"));
    this.#pause.hidden = !mayChange || !(status === "running" || status === "paused");
    this.#cancel.hidden = !mayChange || !isOpen(study);
    this.#budget.element.hidden = this.#pause.hidden;
    this.#budget.update(study.budget_seconds);
    const asked = `${trials.done} ${status} ${study.test}`;
    if (asked === this.#asked) return;
    this.#asked = asked;
    void this.#fetchSoon();
  }

  /** Each part keeps its place while others change. @param {string[]} texts */
  #showParts(texts) {
    const parts = texts.map(
      (_, i) => /** @type {HTMLElement} */ (this.#progress.children[i]) ?? h("span", {}),
    );
    setChildren(this.#progress, parts);
    for (const [i, text] of texts.entries()) setText(parts[i], text);
  }

  #study() {
    return /** @type {Study} */ (this.#place.studies.get(this.#id));
  }

  async #fetch() {
    if (this.#isRemoved) return;
    try {
      const results = await studyApi.results(this.#id);
      if (this.#isRemoved) return;
      this.#results = results;
      if (this.#isFetchFailure) this.#complain("");
      this.#draw();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (this.#isRemoved || error.status === 404) return; // it was deleted, and the list says so
      this.#complain(explain(error));
      this.#asked = ""; // with the next news, again
    }
  }

  /** @param {string} text why the results could not be loaded; empty: they are there */
  #complain(text) {
    this.#problem.textContent = text;
    this.#isFetchFailure = text !== "";
  }

  #draw() {
    const results = this.#results;
    if (!results) return;
    const isRunning = isOpen(this.#study());
    const { head, body } = verdictTexts(results, this.#fields, isRunning);
    setText(this.#verdict, head);
    if (!isRunning) setText(this.#said, head);
    setText(this.#reasons, body.join(" "));
    setText(this.#test, testText(results, isRunning));
    const space = dividedSpace(this.#document);
    const shown = { results, fields: this.#fields, space, chosen: this.#chosen };
    this.#pictures.update(shown);
    this.#table.update(shown);
    this.#chosenPart.update(shown);
    this.element.dataset.test = results.test;
  }

  /** @param {number | null} number */
  #choose(number) {
    this.#chosen = number;
    this.#draw();
  }

  /** @param {"pause" | "resume" | "cancel"} command */
  #command(command) {
    return this.#attempt(() => studyApi.command(this.#id, command));
  }

  /** Change the study; why that was refused stays until the next change. @param {() => Promise<Study>} change */
  #attempt(change) {
    this.#isFetchFailure = false;
    return attempt(this.#problem, async () => this.#place.put(await change()));
  }
}
