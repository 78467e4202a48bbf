/** How a study is done: its method, seeds, folds, metric and budget. What is typed is checked by the server. */

import { typed } from "../form/values.js";
import { h } from "../page/dom.js";
import { onInput } from "../page/keys.js";
import { t } from "../words/i18n.js";

/** @import { Method, StudyDocument } from "./types.js" */

const METHODS = /** @type {const} */ (["grid", "random", "halving", "tpe"]);
/** The numbers of each method, with what they are at first. @type {Record<Method["name"], Record<string, number>>} */
const NUMBERS = {
  grid: {},
  random: { configurations: 20, seed: 0 },
  halving: { configurations: 27, factor: 3, rungs: 3, seed: 0 },
  tpe: { configurations: 30, batch: 4, seed: 0 }, // batch: how many configurations are drawn before their results are known
};
const METRICS = ["validation_accuracy", "validation_loss"];

export class SettingsPart {
  element;
  #onChange;
  /** @type {Method["name"]} */
  method = "grid";
  #numbers = h("div", { className: "study-fields" });
  #help = h("p", { className: "quiet", id: "study-method-help" });
  #tpe = h("input", { type: "radio", name: "method.name", value: "tpe" });
  /** What is in the boxes, by name. @type {Record<string, string>} */
  #typed = {};
  /** How many different configurations the varied fields allow; Infinity: no bound. */
  #most = Infinity;
  /** Whether a person has typed how many are tried. */
  #isChosen = false;
  #metric = h(
    "select",
    { name: "metric" },
    ...METRICS.map((name) => h("option", { value: name }, t(`study.metric.${name}`))),
  );

  /**
   * @param {{seeds: number, folds: number | null}} first
   * @param {() => void} onChange
   */
  constructor({ seeds, folds }, onChange) {
    this.#onChange = onChange;
    this.#typed = { seeds: String(seeds), folds: folds ? String(folds) : "", budget_seconds: "" };
    this.#metric.addEventListener("change", onChange);
    const methods = h(
      "div",
      { className: "segments", role: "radiogroup", "aria-label": t("study.method") },
      ...METHODS.map((name) => this.#radio(name)),
    );
    this.element = h(
      "section",
      {},
      h("h3", {}, t("study.method")),
      h(
        "div",
        { className: "field", "data-field": "method.name" },
        methods,
        h("span", { className: "error", role: "alert", id: "study-error-method.name" }),
      ),
      this.#help,
      this.#numbers,
      h(
        "div",
        { className: "study-fields" },
        this.#number("seeds", "seeds", t("study.seeds"), t("study.seeds.help")),
        this.#number("folds", "folds", t("study.folds"), t("study.folds.help")),
        this.#number("budget_seconds", "budget_seconds", t("study.budget"), t("study.budget.help")),
        this.#field("metric", t("study.metric"), this.#metric, ""),
      ),
    );
    this.#choose("grid");
  }

  /** Whether TPE can be chosen: not every lab has it. @param {boolean} hasOptuna */
  allow(hasOptuna) {
    this.#tpe.disabled = !hasOptuna;
    const label = /** @type {HTMLElement} */ (this.#tpe.parentElement);
    label.title = hasOptuna ? "" : t("study.no_optuna");
  }

  /**
   * Propose at most as many configurations as the varied fields allow. Once a person has typed a number, it stays.
   * @param {number} most
   */
  bound(most) {
    if (most === this.#most || this.#isChosen) return;
    this.#most = most;
    for (const name of METHODS) delete this.#typed[`${name}.configurations`];
    this.#choose(this.method);
  }

  /** @returns {Pick<StudyDocument, "method" | "seeds" | "folds" | "metric" | "budget_seconds">} */
  values() {
    const numberIn = (/** @type {string} */ name) =>
      /** @type {any} */ (typed(this.#typed[name] ?? "", { kind: "integer" }));
    const numbers = Object.keys(NUMBERS[this.method])
      .map((name) => [name, numberIn(`${this.method}.${name}`)])
      .filter(([, value]) => value !== null);
    const seeds = numberIn("seeds");
    // several numbers are the seeds themselves; "" is refused by the server, as no study is without seeds
    return {
      method: /** @type {Method} */ ({ name: this.method, ...Object.fromEntries(numbers) }),
      seeds: seeds?.values ?? seeds ?? "",
      folds: numberIn("folds"),
      metric: /** @type {StudyDocument["metric"]} */ (this.#metric.value),
      budget_seconds: /** @type {any} */ (typed(this.#typed.budget_seconds)),
    };
  }

  /** @param {Method["name"]} name */
  #radio(name) {
    const input =
      name === "tpe" ? this.#tpe : h("input", { type: "radio", name: "method.name", value: name });
    input.checked = name === this.method;
    input.setAttribute("aria-describedby", "study-method-help");
    input.addEventListener("change", () => {
      this.#choose(name);
      this.#onChange();
    });
    return h("label", {}, input, h("span", {}, t(`study.method.${name}`)));
  }

  /** @param {Method["name"]} method */
  #choose(method) {
    this.method = method;
    this.#help.textContent = t(`study.method.${method}.help`);
    const fields = Object.entries(NUMBERS[method]).map(([name, first]) => {
      const key = `${method}.${name}`;
      this.#typed[key] ??= String(name === "configurations" ? Math.min(first, this.#most) : first);
      const textKey = name === "seed" ? "study.draw" : `study.${name}`; // "study.seed" is the seed of a trial
      return this.#number(key, `method.${name}`, t(textKey), t(`${textKey}.help`));
    });
    this.#numbers.replaceChildren(...fields);
  }

  /**
   * @param {string} key of what is typed; each method has its own, such as "random.seed"
   * @param {string} path of the field in the document, as the server's errors name it
   * @param {string} label
   * @param {string} help
   */
  #number(key, path, label, help) {
    const input = h("input", {
      type: "text",
      name: path,
      value: this.#typed[key],
      inputMode: "decimal",
      spellcheck: false,
      autocomplete: "off",
    });
    onInput(input, () => {
      this.#typed[key] = input.value;
      this.#isChosen ||= path === "method.configurations";
      this.#onChange();
    });
    return this.#field(path, label, input, help);
  }

  /**
   * @param {string} path
   * @param {string} label
   * @param {HTMLElement} control
   * @param {string} help
   */
  #field(path, label, control, help) {
    const id = `study-${path.replace(".", "-")}`;
    control.id = id;
    if (help) control.setAttribute("aria-description", help);
    return h(
      "div",
      { className: "field", "data-field": path, title: help },
      h("label", { className: "label", for: id }, label),
      control,
      h("span", { className: "error", role: "alert", id: `study-error-${path}` }),
    );
  }
}
