/** The classes of a file: how many there are of each, and their names, which can be changed, merged and dropped. */

import { h, iconButton, setChildren, setText } from "../page/dom.js";
import { onInput, onKey } from "../page/keys.js";
import { number, percent, t } from "../words/i18n.js";
import { shownClasses, withClass } from "./choices.js";

/**
 * @import { Corrections, Part } from "./preview-view.js"
 * @import { ClassOfFile, Preview } from "./types.js"
 */

/** @implements {Part} */
export class ClassPart {
  element;
  #corrections;
  #problem = h("span", { className: "error", role: "alert" });
  #list = h("ul", { className: "own-classes" });
  #heading = h("h3", {});
  fields = { classes: this.#problem };
  /** By name in the file. @type {Map<string, Row>} */
  #rows = new Map();

  /** @param {Corrections} corrections */
  constructor(corrections) {
    this.#corrections = corrections;
    const help = h("p", { className: "quiet" }, t("own.classes_help"));
    this.element = h("section", {}, this.#heading, help, this.#list, this.#problem);
  }

  /** @param {Preview} preview */
  update(preview) {
    const { classes } = preview;
    setText(this.#heading, t("own.classes", { n: number(shownClasses(preview).length) }));
    const most = Math.max(1, ...classes.map(({ count }) => count));
    const all = classes.reduce((sum, { shown, count }) => sum + (shown ? count : 0), 0) || 1;
    const rows = classes.map((given) => {
      const row = this.#rows.get(given.name) ?? new Row(given.name, (shown) => this.#name(given.name, shown));
      this.#rows.set(given.name, row);
      row.update(
        given,
        most,
        all,
        given.shown !== "" && classes.filter(({ shown }) => shown === given.shown).length > 1,
      );
      return row.element;
    });
    setChildren(this.#list, rows);
  }

  /**
   * @param {string} name
   * @param {string} shown
   */
  #name(name, shown) {
    this.#corrections.change(withClass(this.#corrections.choices, name, shown), "classes");
  }
}

class Row {
  element;
  #name;
  #onName;
  #input = h("input", { type: "text", maxLength: 100, autocomplete: "off", spellcheck: false });
  #bar = h("span", { className: "own-bar" });
  #count = h("span", { className: "own-count" });
  #note = h("span", { className: "own-merged" });
  #drop;
  #isDropped = false;

  /**
   * @param {string} name
   * @param {(shown: string) => void} onName
   */
  constructor(name, onName) {
    this.#name = name;
    this.#onName = onName;
    this.#input.setAttribute("aria-label", t("own.class_name", { name }));
    this.#input.placeholder = t("own.class_dropped");
    onInput(this.#input, () => onName(this.#input.value));
    onKey(this.#input, (event) => event.key === "Enter" && event.preventDefault());
    this.#drop = iconButton("delete", t("own.drop_class", { name }), () => this.#toggle());
    this.element = h(
      "li",
      {},
      this.#input,
      h("span", { className: "own-track" }, this.#bar),
      this.#count,
      this.#drop,
      this.#note,
    );
    this.element.dataset.class = name;
  }

  #toggle() {
    const shown = this.#isDropped ? this.#name : "";
    this.#isDropped = !this.#isDropped; // the answer may take a moment, and a second click means the opposite
    this.#input.value = shown;
    this.#onName(shown);
  }

  /**
   * @param {ClassOfFile} one
   * @param {number} most of the most frequent class
   * @param {number} all of all classes together
   * @param {boolean} isMerged another class has the same name
   */
  update({ shown, count, train, test }, most, all, isMerged) {
    this.#isDropped = shown === "";
    if (document.activeElement !== this.#input && this.#input.value !== shown) this.#input.value = shown;
    this.#bar.style.width = `${(100 * count) / most}%`;
    setText(this.#count, number(count));
    this.element.title = t("own.class_parts", {
      train: number(train),
      test: number(test),
      share: percent(this.#isDropped ? 0 : count / all),
    });
    this.element.classList.toggle("dropped", this.#isDropped);
    this.#drop.title = t(this.#isDropped ? "own.keep_class" : "own.drop_class", { name: this.#name });
    this.#drop.setAttribute("aria-label", this.#drop.title);
    this.#drop.setAttribute("aria-pressed", String(this.#isDropped));
    setText(this.#note, isMerged ? t("own.merged", { name: shown }) : "");
  }
}
