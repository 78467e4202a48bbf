/**
 * First steps for a newcomer: a page without own runs shows one button that launches a run. When the first run has ended, it
 * shows its result and suggests what to change next.
 */

import { h } from "../page/dom.js";
import { ApiError, api } from "../server/api.js";
import { onLanguage, percent, t } from "../words/i18n.js";
import { explain } from "../words/reasons.js";

/**
 * @import { Form } from "../form/form.js"
 * @import { Store } from "../state/store.js"
 * @import { Run } from "../types.js"
 */

export class FirstSteps {
  #store;
  #form;
  #empty = h("div", { className: "waiting first-steps", hidden: true });
  #ended;
  #drawn = "";

  /**
   * @param {HTMLElement} charts the invitation of an empty lab is placed before this element
   * @param {HTMLElement} ended the element for the result of the first run
   * @param {Store} store
   * @param {Form} form
   */
  constructor(charts, ended, store, form) {
    this.#store = store;
    this.#form = form;
    this.#ended = ended;
    charts.before(this.#empty);
    store.on("draw", () => this.#draw());
    onLanguage(() => {
      this.#drawn = "";
      this.#draw();
    });
    this.#draw();
  }

  #draw() {
    const runs = this.#store.list().filter((run) => this.#store.isOwn(run));
    const isEmpty = this.#store.complete && !runs.length && !this.#store.shown().length;
    const first =
      this.#store.complete && runs.length === 1 && runs[0].status === "completed" && !runs[0].lesson
        ? runs[0]
        : null;
    const drawn = `${isEmpty} ${first?.id} ${first?.revision}`;
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#empty.hidden = !isEmpty;
    this.#empty.replaceChildren(...(isEmpty ? [this.#invitation()] : []));
    this.#ended.hidden = !first;
    this.#ended.replaceChildren(...(first ? this.#result(first) : []));
  }

  #invitation() {
    const onclick = () => this.#form.launch();
    return h(
      "div",
      { className: "card" },
      h("h2", {}, t("first.title")),
      h("p", {}, t("first.text")),
      h("button", { type: "button", className: "launch-first", onclick }, t("first.launch")),
    );
  }

  /** @param {Run} run */
  #result(run) {
    const problem = h("p", { className: "error", role: "alert" });
    const steps = h("div", { className: "bar-row" });
    Promise.all([api.run(run.id), import("./next-steps.js")]).then(
      ([{ config }, { nextSteps }]) => {
        if (!config) return;
        /** @param {string} name @param {() => Promise<void>} load */
        const add = (name, load) => {
          const onclick = () => {
            steps.inert = true; // a second click would launch what the first one has not loaded yet
            load()
              .then(() => this.#form.launch())
              .catch((error) => this.#explain(problem, error))
              .finally(() => steps.removeAttribute("inert"));
          };
          const button = { type: "button", className: "toggle", "data-step": name, onclick };
          steps.append(h("button", button, t(`first.${name}`)));
        };
        for (const { name, experiment } of nextSteps(config))
          add(name, () => this.#form.load(experiment, { from: run, before: config }));
        add("longer", () => this.#form.fork(run, run.iteration));
      },
      (error) => this.#explain(problem, error),
    );
    return [
      h("h2", {}, t("first.ended")),
      h("p", {}, t("first.result", { accuracy: percent(run.latest.test_accuracy) })),
      h("p", { className: "question" }, t("first.next")),
      steps,
      problem,
    ];
  }

  /**
   * @param {HTMLElement} problem
   * @param {unknown} error
   */
  #explain(problem, error) {
    if (!(error instanceof ApiError)) throw error;
    problem.textContent = explain(error);
  }
}
