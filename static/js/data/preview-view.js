/** What was understood of a file, with samples and corrections; at its foot, the title under which it is kept. */

import { h, setText } from "../page/dom.js";
import { onInput } from "../page/keys.js";
import { ApiError } from "../server/api.js";
import { ownDataApi } from "../server/own-data-api.js";
import { newestOnly } from "../state/newest.js";
import { t } from "../words/i18n.js";
import { explain } from "../words/reasons.js";
import { ClassPart } from "./class-part.js";
import { ColumnPart } from "./column-part.js";
import { DroppedPart } from "./dropped-part.js";
import { ImagePart } from "./image-part.js";
import { SamplePart } from "./sample-part.js";
import { understood } from "./sentences.js";
import { SharePart } from "./share-part.js";

/**
 * @import { DialogContext, View } from "./own-data.js"
 * @import { Choices, Preview, Upload } from "./types.js"
 */

/** A correction is sent after this many milliseconds without a change. */
const PAUSE = 250;

/** A part of the view. `fields`: the choices whose errors it shows, each with their place. @typedef {{element: HTMLElement, update: (preview: Preview) => void, fields: Record<string, HTMLElement>}} Part */

/**
 * What the parts can use.
 * @typedef {object} Corrections
 * @property {Choices} choices the corrections so far
 * @property {Preview} preview the newest answer
 * @property {(choices: Choices, field: keyof Choices) => void} change replace the corrections; `field` shows an error
 */

/** @implements {View} */
export class PreviewView {
  element;
  #id;
  #context;
  /** @type {Corrections} */
  #corrections;
  /** @type {Part[]} */
  #parts;
  #said = h("div", { className: "own-said", role: "status" });
  #title = h("input", { type: "text", id: "own-title", maxLength: 60, autocomplete: "off" });
  #keep = h("button", { type: "submit", className: "primary", id: "own-keep" }, t("own.keep"));
  #titleProblem = h("span", { className: "error", role: "alert" });
  #problem = h("p", { className: "own-problem", role: "alert" });
  #back = h("button", { type: "button", className: "toggle" }, t("own.back"));
  #dropOlder = newestOnly();
  #asking = new AbortController();
  #timer = 0;
  #isKept = false;
  /** The corrections that the shown preview has. @type {Choices} */
  #shown = {};
  /** The field of the last correction. @type {keyof Choices} */
  #last = "title";

  /**
   * @param {DialogContext} context
   * @param {Upload} upload
   */
  constructor(context, { id, preview }) {
    this.#context = context;
    this.#id = id;
    this.#corrections = {
      choices: {},
      preview,
      change: (choices, field) => this.#change(choices, field),
    };
    const isTable = preview.kind === "table";
    this.#parts = [
      new SamplePart(),
      new ClassPart(this.#corrections),
      ...(isTable ? [new ColumnPart(this.#corrections)] : [new ImagePart(this.#corrections)]),
      new SharePart(this.#corrections),
      new DroppedPart(),
    ];
    const [samples, classes, choices, shares, dropped] = this.#parts.map(({ element }) => element);
    this.#title.value = preview.choices.title ?? "";
    this.#title.setAttribute("aria-label", t("own.data_title"));
    onInput(this.#title, () => setText(this.#titleProblem, ""));
    this.#back.addEventListener("click", () => context.showStart());
    const foot = h(
      "form",
      { className: "own-foot", noValidate: true },
      h("label", { className: "own-name" }, h("span", {}, t("own.data_title")), this.#title),
      this.#titleProblem,
      this.#keep,
    );
    foot.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#keepIt();
    });
    this.element = h(
      "div",
      { className: "own-preview", tabIndex: -1, role: "group", "aria-label": preview.file },
      h("div", { className: "own-top" }, this.#said, this.#back),
      this.#problem,
      h("div", { className: "own-columns" }, h("div", {}, samples, choices), h("div", {}, classes, shares)),
      dropped,
      foot,
    );
    this.element.dataset.file = preview.file;
    this.#update(preview);
  }

  focus() {
    this.element.focus({ preventScroll: true });
  }

  remove() {
    clearTimeout(this.#timer);
    this.#asking.abort();
    this.#dropOlder();
    if (!this.#isKept) ownDataApi.giveUp(this.#id);
  }

  /** @param {Preview} preview */
  #update(preview) {
    this.#corrections.preview = preview;
    const sentences = understood(preview);
    if (this.#said.children.length !== sentences.length)
      this.#said.replaceChildren(...sentences.map(() => h("p", {})));
    sentences.forEach((text, i) => setText(/** @type {HTMLElement} */ (this.#said.children[i]), text));
    for (const part of this.#parts) part.update(preview);
  }

  /**
   * @param {Choices} choices
   * @param {keyof Choices} field
   */
  #change(choices, field) {
    this.#corrections.choices = choices;
    this.#last = field;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#askAgain(), PAUSE);
  }

  /**
   * Ask what the file becomes with the corrections. The newest answer counts.
   * @param {{complains?: boolean}} [options] `complains`: whether the answer takes the place of the shown error
   */
  async #askAgain({ complains = true } = {}) {
    const isNewest = this.#dropOlder();
    this.#asking.abort(); // the lab stops reading for an answer that is not awaited
    this.#asking = new AbortController();
    this.element.setAttribute("aria-busy", "true");
    try {
      const { choices } = this.#corrections;
      const preview = await ownDataApi.preview(this.#id, choices, this.#asking.signal);
      if (!isNewest()) return;
      this.#shown = choices;
      if (complains) this.#complain(null);
      this.#update(preview);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (isNewest() && complains) this.#complain(error);
    } finally {
      if (isNewest()) this.element.removeAttribute("aria-busy");
    }
  }

  /** Show an error beside what it is about, or none. @param {ApiError | null} error */
  #complain(error) {
    const places = Object.assign({}, ...this.#parts.map(({ fields }) => fields));
    for (const place of Object.values(places)) setText(place, "");
    setText(this.#problem, "");
    setText(this.#titleProblem, "");
    if (!error) return;
    const named = error.field.split(".").find((part) => part === "title" || part in places);
    const field = named ?? (this.#last in places ? this.#last : "");
    const place = field === "title" ? this.#titleProblem : (places[field] ?? this.#problem);
    setText(place, explain(error));
    place.scrollIntoView({ block: "nearest" });
  }

  async #keepIt() {
    const title = this.#title.value.trim();
    if (!title) {
      setText(this.#titleProblem, t("own.needs_title"));
      this.#title.focus();
      return;
    }
    clearTimeout(this.#timer);
    this.#dropOlder(); // a preview that is on its way would lack the newest correction
    this.#asking.abort();
    this.#keep.disabled = true;
    this.#last = "title";
    this.element.setAttribute("aria-busy", "true");
    try {
      const dataset = await ownDataApi.keep(this.#id, { ...this.#corrections.choices, title });
      this.#isKept = true;
      this.#context.useInForm(dataset);
      this.#context.toast.show(t("own.kept", { title: dataset.title }));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#complain(error);
      this.#keep.disabled = false;
    } finally {
      this.element.removeAttribute("aria-busy");
    }
    if (!this.#isKept && this.#shown !== this.#corrections.choices) void this.#askAgain({ complains: false });
  }
}
