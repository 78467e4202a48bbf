/** The list of studies: open, rename, share, download, delete; and the button for a new one. */

import { attempt } from "../page/attempt.js";
import { h, iconButton, setChildren, setText } from "../page/dom.js";
import { renameInPlace } from "../page/rename-in-place.js";
import { studyApi } from "../server/study-api.js";
import { t } from "../words/i18n.js";
import { askFirst } from "./ask-first.js";
import { configurationText, fieldsOf } from "./configuration-values.js";
import { isOpen, scoreText, sizeText, statusText } from "./study-words.js";

/**
 * @import { StudyPlace } from "./studies.js"
 * @import { Study } from "./types.js"
 */

export class ListView {
  element;
  #place;
  #new = h("button", { type: "button", className: "primary", id: "study-new" }, t("study.new"));
  #items = h("ul", { className: "study-list" });
  #empty = h("p", { className: "quiet" }, t("study.none"));
  /** @type {Map<string, Item>} */
  #known = new Map();

  /** @param {StudyPlace} place */
  constructor(place) {
    this.#place = place;
    this.#new.addEventListener("click", () => place.begin());
    this.element = h(
      "div",
      { className: "study-all" },
      h("div", { className: "study-top" }, h("p", { className: "study-lead" }, t("study.lead")), this.#new),
      this.#empty,
      this.#items,
    );
    this.update();
  }

  focus() {
    this.#new.focus();
  }

  remove() {}

  update() {
    const studies = [...this.#place.studies.values()].toSorted((a, b) => b.number - a.number);
    const items = studies.map((study) => {
      const item = this.#known.get(study.id) ?? new Item(this.#place, study);
      this.#known.set(study.id, item);
      item.update(study);
      return item.element;
    });
    const focused = this.#items.contains(document.activeElement);
    setChildren(this.#items, items);
    this.#empty.hidden = items.length > 0;
    if (focused && !this.#items.contains(document.activeElement)) this.focus(); // what had the focus was deleted
  }
}

class Item {
  element;
  #place;
  #study;
  #name = h("button", { type: "button", className: "study-title" });
  #about = h("span", { className: "quiet" });
  #bar = h("span", { className: "study-bar" });
  #problem = h("p", { className: "study-problem", role: "alert" });
  #share = h("button", { type: "button", className: "toggle" }, t("study.share"));
  #rename = iconButton("rename", t("study.rename"), () => this.#renameIt());
  #delete = iconButton("trash", t("study.delete"), () => {});

  /**
   * @param {StudyPlace} place
   * @param {Study} study
   */
  constructor(place, study) {
    this.#place = place;
    this.#study = study;
    const { id } = study;
    this.#name.addEventListener("click", () => place.open(id));
    this.#share.addEventListener("click", () => this.#change({ shared: !this.#study.shared }));
    askFirst(
      this.#delete,
      () => t("study.delete_ask", { name: this.#study.name }),
      () => t("study.delete_yes"),
      () =>
        attempt(this.#problem, async () => {
          await studyApi.remove(id);
          place.forget(id);
        }),
    );
    const files = /** @type {const} */ (["csv", "json"]).map((format) =>
      h("a", { className: "tool", href: studyApi.file(id, format), download: "" }, format.toUpperCase()),
    );
    this.element = h(
      "li",
      {},
      h("div", { className: "study-words" }, this.#name, this.#about),
      h("div", { className: "study-track" }, this.#bar),
      h("div", { className: "study-tools" }, this.#share, ...files, this.#rename, this.#delete),
      this.#problem,
    );
    this.element.dataset.study = id;
  }

  /** @param {Study} study */
  update(study) {
    this.#study = study;
    const { name, trials, best, fields, metric } = study;
    const mayChange = this.#place.store.mayChange(/** @type {any} */ (study));
    setText(this.#name, name);
    setText(
      this.#about,
      [
        ...this.#byWhom(study),
        statusText(study, Boolean(this.#place.store.messages.class?.held)),
        sizeText(study),
        ...(best
          ? [
              t(isOpen(study) ? "study.ahead" : "study.best", {
                name: configurationText(best.values, fieldsOf(fields)),
                mean: scoreText(metric, best.mean),
              }),
            ]
          : []),
      ].join(" · "),
    );
    this.#bar.style.width = `${(100 * trials.done) / Math.max(1, trials.total)}%`;
    this.#share.hidden = !this.#place.store.person || !mayChange;
    this.#share.setAttribute("aria-pressed", String(study.shared));
    this.#rename.hidden = this.#delete.hidden = !mayChange;
  }

  /** Whose it is, in a class, if it is another person's. @param {Study} study @returns {string[]} */
  #byWhom({ owner }) {
    const { person } = this.#place.store;
    if (!person || !owner || owner.id === person.id) return [];
    if (owner.number === null) return [t("study.by_teacher")];
    return [[t("study.by_student", { n: owner.number }), owner.nickname ?? ""].join(" ").trim()];
  }

  #renameIt() {
    const { name } = this.#study;
    const of = { value: name, label: t("study.name"), maxLength: 100, back: this.#rename };
    renameInPlace(this.#name, of, (typed) => {
      if (typed && typed !== this.#study.name) this.#change({ name: typed });
    });
  }

  /** @param {{name?: string, shared?: boolean}} changes */
  #change(changes) {
    return attempt(this.#problem, async () =>
      this.#place.put(await studyApi.change(this.#study.id, changes)),
    );
  }
}
