/**
 * The rate finder: the lab trains the experiment in the form for a short time with growing learning rates. A dialog shows the
 * loss for each rate and suggests a rate. A click puts it, or another one that the user chooses, into the form.
 */

import { openDialog } from "../page/dialog.js";
import { h, setText } from "../page/dom.js";
import { loadStyle } from "../page/style.js";
import { ApiError, request } from "../server/api.js";
import { number, t } from "../words/i18n.js";
import { textsOf } from "../words/part-texts.js";
import { exact, explain } from "../words/reasons.js";
import { RatePlot } from "./rate-plot.js";

/**
 * @import { RateTest } from "../types.js"
 * @import { FormContext } from "./form.js"
 */

await loadStyle("rate-finder");

/** Open the dialog, and start the test. @param {FormContext} form */
export async function findRate(form) {
  await textsOf("views");
  const { draft } = form;
  const count = draft.count();
  const status = h("div", { className: "rate-status", role: "status" }, h("p", {}, t("rates.training")));
  const problem = h("p", { className: "error", role: "alert" });
  const result = h("div", { className: "rate-found" });
  const loading = new AbortController();
  const dialog = openDialog({
    title: t("rates.title"),
    className: "rate-finder",
    body: [
      h("p", { className: "quiet" }, t("rates.how")),
      ...(count > 1 ? [h("p", { className: "quiet" }, t("rates.first", { count: number(count) }))] : []),
      status,
      problem,
      result,
    ],
    onClose: () => loading.abort(),
  });
  /** Put a rate into the form. @param {number} rate */
  const take = (rate) => {
    dialog.close();
    for (const optimizer of draft.rated) optimizer.learning_rate = rate;
    form.redraw("optimizer.learning_rate");
  };
  try {
    const experiment = await form.settled();
    /** @type {RateTest | null} */
    const test = experiment && (await request("POST", "api/rate-finder", experiment, loading.signal));
    if (loading.signal.aborted) return;
    status.replaceChildren(...(test ? said(test) : []).map((sentence) => h("p", {}, sentence)));
    if (!test) problem.textContent = t("rates.wrong");
    else if (test.rates.length > 1) show(result, test, take);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (loading.signal.aborted) return;
    status.replaceChildren();
    problem.textContent = explain(error);
  }
}

/**
 * Show the curve, and the button that puts the chosen rate into the form.
 * @param {HTMLElement} result
 * @param {RateTest} test
 * @param {(rate: number) => void} take
 */
function show(result, test, take) {
  let chosen = test.suggestion ?? test.rates[test.best ?? 0];
  const button = h("button", { type: "button", className: "rate-take", onclick: () => take(chosen) });
  const draw = () => setText(button, t("rates.take", { rate: exact(chosen) }));
  const plot = new RatePlot(test, {
    label: t("optimizer.learning_rate"),
    x: t("optimizer.learning_rate"),
    y: t("rates.loss"),
    rate: chosen,
    say: (rate, place) => t("rates.at", { rate: exact(rate), loss: rough(test.smoothed[place]) }),
    onMove: (rate) => {
      chosen = rate;
      draw();
    },
  });
  draw();
  result.replaceChildren(
    plot.element,
    h("p", { className: "quiet rate-key" }, t("rates.key")),
    h("div", { className: "rate-foot" }, h("span", { className: "quiet" }, t("rates.move")), button),
  );
  (test.suggestion === null ? plot.element : button).focus();
}

/** The result of the test in sentences. @param {RateTest} test */
function said({ iterations, rates, smoothed, best, suggestion, end }) {
  if (best === null) return [t("rates.none_finite")];
  const [rate, loss] = [exact(Number(rates[best].toPrecision(2))), rough(smoothed[best])];
  const ends = t(`rates.end.${end}`, {
    rate: exact(Number(rates[rates.length - 1].toPrecision(2))),
    n: number(rates.length),
    iterations: number(iterations),
  });
  const sentence = t("rates.found", { rate, loss, suggestion: exact(suggestion ?? 0) });
  return [ends, suggestion === null ? t("rates.flat") : sentence];
}

/** A loss with three digits. @param {number} loss */
function rough(loss) {
  return number(loss, { maximumSignificantDigits: 3 });
}
