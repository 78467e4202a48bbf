/** The result of a newcomer's first run, and buttons that change one thing each. Loaded when that run has ended. */

import { h } from "../page/dom.js";
import { retried } from "../page/lazy.js";
import { ApiError, api } from "../server/api.js";
import { percent, t } from "../words/i18n.js";
import { explain } from "../words/reasons.js";
import { nextSteps } from "./next-steps.js";

/**
 * @import { Form } from "../form/form.js"
 * @import { Run } from "../types.js"
 */

/**
 * @param {Run} run
 * @param {Form} form in which a step is launched
 */
export function firstResult(run, form) {
  const problem = h("p", { className: "error", role: "alert" });
  const steps = h("div", { className: "bar-row" });
  /** @param {unknown} error */
  const complain = (error) => {
    if (!(error instanceof ApiError)) throw error;
    problem.textContent = explain(error);
  };
  retried(() => api.run(run.id)).then(({ config }) => {
    if (!config) return;
    /** @param {string} name @param {() => Promise<unknown>} load */
    const add = (name, load) => {
      const onclick = (/** @type {Event} */ { currentTarget: pressed }) => {
        problem.textContent = "";
        steps.inert = true; // a second click would launch what the form held before
        load()
          .then(() => form.launch())
          .catch(complain)
          .finally(() => {
            steps.removeAttribute("inert");
            if (document.activeElement === document.body && pressed instanceof HTMLElement) pressed.focus();
          });
      };
      const button = { type: "button", className: "toggle", "data-step": name, "data-launches": "", onclick };
      steps.append(h("button", button, t(`first.${name}`)));
    };
    for (const { name, experiment } of nextSteps(config))
      add(name, () => form.load(experiment, { from: run, before: config }));
    add("longer", () => form.fork(run, run.iteration));
  }, complain);
  return [
    h("h2", {}, t("first.ended")),
    ...(run.summary.test_size === 0 // no test images are measured
      ? []
      : [h("p", {}, t("first.result", { accuracy: percent(run.latest.test_accuracy) }))]),
    h("p", { className: "question" }, t("first.next")),
    steps,
    problem,
  ];
}
