/** How the rows or images are divided: the shares for the test and for validation, and the seed. */

import { h } from "../page/dom.js";
import { onInput, onKey } from "../page/keys.js";
import { t } from "../words/i18n.js";
import { shareOf } from "./choices.js";

/**
 * @import { Corrections, Part } from "./preview-view.js"
 * @import { Choices, Preview } from "./types.js"
 */

const SHARES = /** @type {const} */ (["test_share", "validation_share"]);
const BOXES = /** @type {const} */ ([...SHARES, "seed"]);

/** @implements {Part} */
export class SharePart {
  element;
  #boxes = {
    test_share: h("input", { type: "text", inputMode: "decimal" }),
    validation_share: h("input", { type: "text", inputMode: "decimal" }),
    seed: h("input", { type: "text", inputMode: "numeric" }),
  };
  #ownTest = h("input", { type: "checkbox" });
  #ownTestLabel = h("label", { className: "own-check" }, this.#ownTest, t("own.own_test"));
  /** @type {Record<string, HTMLElement>} */
  fields = {};

  /** @param {Corrections} corrections */
  constructor(corrections) {
    /**
     * @param {keyof Choices} field
     * @param {any} value
     */
    const change = (field, value) => corrections.change({ ...corrections.choices, [field]: value }, field);
    for (const name of BOXES) {
      const box = this.#boxes[name];
      box.id = `own-${name}`;
      onKey(box, (event) => event.key === "Enter" && event.preventDefault());
      const typed = () => (name === "seed" ? wholeOf(box.value) : shareOf(box.value));
      onInput(box, () => {
        const value = typed();
        if (value !== null) change(name, value);
      });
      // an empty box would look like 0
      box.addEventListener("blur", () => {
        if (typed() === null) this.#show(name, { ...corrections.preview.choices, ...corrections.choices });
      });
    }
    this.#ownTest.addEventListener("change", () => change("own_test", this.#ownTest.checked));
    const rows = BOXES.map((name) => {
      const problem = h("span", { className: "error", role: "alert" });
      this.fields[name] = problem;
      const unit = name === "seed" ? null : h("span", { "aria-hidden": "true" }, "%");
      const label = h(
        "label",
        { className: "own-field" },
        h("span", {}, t(`own.${name}`)),
        this.#boxes[name],
        unit,
      );
      return h("div", {}, label, problem);
    });
    this.element = h(
      "section",
      {},
      h("h3", {}, t("own.shares")),
      this.#ownTestLabel,
      h("div", { className: "own-fields" }, ...rows),
      h("p", { className: "quiet" }, t("own.shares_help")),
    );
  }

  /** @param {Preview} preview */
  update({ choices }) {
    const { own_test: ownTest } = choices;
    this.#ownTestLabel.hidden = ownTest === null || ownTest === undefined;
    this.#ownTest.checked = !!ownTest;
    this.#boxes.test_share.disabled = !!ownTest;
    for (const name of BOXES) if (document.activeElement !== this.#boxes[name]) this.#show(name, choices);
  }

  /**
   * @param {typeof BOXES[number]} name
   * @param {Choices} choices
   */
  #show(name, choices) {
    const value = choices[name] ?? 0;
    this.#boxes[name].value = String(name === "seed" ? value : Math.round(1e4 * value) / 100);
  }
}

/** A whole number from 0 on, or null. @param {string} text */
function wholeOf(text) {
  return /^\d+$/.test(text.trim()) ? Number(text) : null;
}
