/** The part of the form for launching: the costs of the experiments, the number of seeds, and the button. */

import { h } from "../page/dom.js";
import { keepPresses } from "../page/presses.js";
import { isSoon } from "../state/queue.js";
import { duration } from "../words/duration.js";
import { number, t } from "../words/i18n.js";
import { SEEDS } from "./experiments.js";
import { select } from "./fields.js";
import { keepBack, proposal } from "./validation.js";

/**
 * @import { FormContext } from "./form.js"
 * @import { Cost } from "../types.js"
 * @import { Times } from "../state/queue.js"
 */

/** Numbers from here on are written shorter, because all their digits have no room. */
const LONG = 1e7;
const FACTS = ["parameters", "memory_bytes", "multiply_adds", "seconds"];

/**
 * A function that writes a cost as text; `differ`: it is the largest of several different values.
 * @typedef {(value: number, differ: boolean) => string} Written
 */

export class LaunchPart {
  element;
  button;
  help = h("p", { className: "help-line" });
  /** @type {Record<string, HTMLElement>} */
  #facts = {};
  #difference = h("p", { className: "difference" });
  #label = h("span", {});
  /** The button that keeps back validation images as the form proposes; see validation.js. */
  #keepBack;
  #form;
  #keys = h("kbd", {}, /^Mac/.test(navigator.platform) ? "⌘↵" : "Ctrl ↵");
  /** How long it takes until all runs have ended, with the present queue. Shown in place of the keys. */
  #done = h("small", { hidden: true });
  #runs = 1;
  #locked = "";

  /** @param {FormContext} form */
  constructor(form) {
    const { draft, change } = form;
    this.#form = form;
    this.#keepBack = h("button", {
      type: "button",
      id: "keep-back",
      className: "toggle",
      hidden: true,
      title: t("validation.help"),
      "data-help": t("validation.help"),
    });
    const facts = h("dl", { className: "card facts" });
    for (const name of FACTS) {
      const value = h("dd", { id: `summary-${name}` }, "–");
      this.#facts[name] = value;
      facts.append(h("div", { title: t(`summary.${name}.help`) }, h("dt", {}, t(`summary.${name}`)), value));
    }
    const general = h(
      "div",
      { className: "field general" },
      h("span", { className: "error", role: "alert", id: "error-general" }),
    );
    this.button = h(
      "button",
      { type: "submit", id: "launch", className: "launch", title: t("form.launch_hint") },
      this.#label,
      this.#keys,
      this.#done,
    );
    keepPresses(this.button);
    const seeds = select(
      "seeds",
      "form.seeds",
      SEEDS,
      draft.seeds,
      (count) => t(count === 1 ? "form.one_seed" : "form.n_seeds", { count }),
      (count) => {
        draft.seeds = Number(count);
        change();
      },
    );
    seeds.title = t("form.seeds");
    this.element = h(
      "div",
      { className: "launch-area" },
      this.#keepBack,
      facts,
      general,
      h("div", { className: "launch-row" }, seeds, this.button),
      h("div", { className: "launch-foot" }, this.#difference, this.help),
    );
    this.count(draft.count());
  }

  /** How many runs the button launches. @param {number} runs */
  count(runs) {
    this.#runs = runs;
    const { origin } = this.#form.draft;
    const text =
      runs === 1 ? t(origin ? "form.fork" : "form.launch") : t("form.launch_n", { count: number(runs) });
    this.#label.textContent = this.#locked || text;
    this.#propose();
  }

  /** Let the button launch nothing and say why; an empty reason lets it launch. @param {string} reason */
  lock(reason) {
    this.#locked = reason;
    this.button.disabled = reason !== "";
    this.count(this.#runs);
  }

  /** Propose validation images if the user chooses among runs or iterations without any. */
  #propose() {
    const { draft, redraw } = this.#form;
    const size = draft.origin ? null : proposal(draft);
    this.#keepBack.hidden = size === null;
    if (size === null) return;
    this.#keepBack.textContent = t("validation.keep_back", { n: number(size) });
    this.#keepBack.onclick = () => {
      keepBack(draft, size);
      redraw("dataset.validation_size");
    };
  }

  /**
   * @param {Cost[] | null} experiments the costs of each run; null: the draft has an error
   * @param {Times | null} times
   */
  show(experiments, times) {
    const largest = (/** @type {number[]} */ values, /** @type {Written} */ text) => {
      const most = Math.max(...values);
      const differ = values.some((value) => value !== most);
      return differ ? `≤\u2009${text(most, differ)}` : text(most, differ);
    };
    const put = (/** @type {keyof Cost} */ name, /** @type {Written} */ text) => {
      const values = name === "seconds" ? [times?.alone] : (experiments ?? []).map((cost) => cost[name]);
      this.#facts[name].textContent = experiments ? largest(values.map(Number), text) : "–";
    };
    put("parameters", (value, differ) =>
      number(value, differ || value >= LONG ? { notation: "compact", maximumSignificantDigits: 3 } : {}),
    );
    put("multiply_adds", (value) => number(value, { notation: "compact" }));
    put("memory_bytes", (value) => {
      const [unit, bytes] = value < 1e9 ? ["megabytes", 1e6] : ["gigabytes", 1e9];
      return t(`summary.${unit}`, { n: number(value / bytes, { maximumSignificantDigits: 2 }) });
    });
    put("seconds", (value) => `≈ ${duration(value)}`);
    this.time(times);
  }

  /** Show when the runs would start and end if they were launched now. @param {Times | null} times */
  time(times) {
    const waits = Boolean(times && !isSoon(times.begin));
    const isShown = times?.end !== null && times !== null && (waits || this.#runs > 1);
    const lines = isShown
      ? [
          t(waits ? "form.launch_waits" : "form.launch_takes", {
            count: number(this.#runs),
            wait: duration(times.begin ?? 0),
            time: duration(times.end ?? 0),
          }),
        ]
      : [];
    this.#done.hidden = !isShown;
    this.#keys.hidden = isShown;
    const done = isShown ? `≈ ${duration(times.end ?? 0)}` : "";
    if (this.#done.textContent !== done) this.#done.textContent = done;
    const title = [...lines, t("form.launch_hint")].join("\n");
    if (this.button.title !== title) this.button.title = title;
  }

  /**
   * Show in which fields the experiment differs from a run.
   * @param {string} name
   * @param {string[] | null} labels null: there is no run to compare with
   */
  differs(name, labels) {
    const content = !labels
      ? []
      : labels.length
        ? [t("form.differs"), " ", h("b", {}, labels.join(t("form.and"))), " ", t("form.from", { name })]
        : [t("form.same", { name })];
    this.#difference.replaceChildren(...content);
    this.#difference.title = this.#difference.textContent;
  }
}
