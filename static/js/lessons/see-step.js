/** The third step of a lesson: what was predicted beside the result, and one question about what is to be seen. */

import { h } from "../page/dom.js";
import { cssColor } from "../page/palette.js";
import { number, t } from "../words/i18n.js";
import { isAnswered } from "./prediction.js";
import { questionField } from "./question-field.js";
import { serverHtml } from "./server-html.js";

/**
 * @import { Run } from "../types.js"
 * @import { Evidence } from "./server-html.js"
 * @import { Answered, Asked, Attempt, Outcome, Question, Value } from "./types.js"
 */

/** What stands before a verdict. */
const SIGNS = { right: "✓ ", wrong: "✗ ", unchecked: "" };

/**
 * What was predicted beside the result.
 * @param {Outcome[]} outcome
 * @param {object} options
 * @param {Question[]} options.questions
 * @param {Attempt["sure"]} options.sure
 * @param {Run[]} options.runs for their colours
 */
export function outcomePart(outcome, { questions, sure, runs }) {
  const head = h(
    "thead",
    {},
    h(
      "tr",
      {},
      ...["about", "predicted", "came", "off"].map((name) => h("th", { scope: "col" }, t(`lesson.${name}`))),
    ),
  );
  const bodies = outcome.map((answered) => {
    const question = questions.find(({ id }) => id === answered.id);
    const asked = h("th", { scope: "rowgroup", colSpan: 4 }, question?.ask ?? "", ...markOf(answered.right));
    const rows = answered.runs.length
      ? answered.runs.map((run) => row(run, question, [swatch(run.name, runs), run.name]))
      : [row(answered, question, [])];
    return h("tbody", {}, h("tr", { className: "asked" }, asked), ...rows);
  });
  return h(
    "article",
    { className: "card" },
    h(
      "header",
      { className: "card-head" },
      h("h3", { tabIndex: -1, "data-focus": "heading" }, t("lesson.outcome")),
      h("span", { className: "quiet sure" }, t(`lesson.sure.${sure}`)),
    ),
    h("table", { className: "outcome" }, head, ...bodies),
  );
}

/**
 * @param {{predicted: string, came: string, off: number | null}} of
 * @param {Question | undefined} question
 * @param {(Node | string)[]} name of the run; empty: it is of no run alone, and its texts may be long
 */
function row({ predicted, came, off }, question, name) {
  return h(
    "tr",
    { className: name.length ? "of-run" : "" },
    ...(name.length ? [h("td", {}, ...name)] : []),
    h("td", { colSpan: name.length ? 1 : 2 }, predicted),
    ...(off === null && !name.length
      ? [h("td", { colSpan: 2 }, h("b", {}, came))]
      : [
          h("td", {}, h("b", {}, came)),
          h("td", {}, off === null || !question ? "" : offText(off, question)),
        ]),
  );
}

/**
 * How far off: in points of per cent, in places, or in the question's unit.
 * @param {number} off
 * @param {Pick<Question, "kind" | "unit" | "chart">} question
 */
export function offText(off, { kind, unit = "", chart = "" }) {
  const n = number(off, { maximumSignificantDigits: Math.abs(off) < 100 ? 2 : 3 });
  if (kind === "rank") return off ? t("lesson.places", { n }) : "";
  const isShare = kind === "sketch" ? chart.endsWith("accuracy") : unit === "%";
  return isShare ? t("lesson.points", { n }) : [n, unit].filter(Boolean).join(" ");
}

/** @param {string} name @param {Run[]} runs */
function swatch(name, runs) {
  const element = h("span", { className: "view-swatch" });
  const run = runs.find((run) => run.name === name);
  if (run) element.style.background = cssColor(run.hue);
  return element;
}

/** Whether it was right, as a sign and for screen readers. @param {boolean | null} right */
function markOf(right) {
  if (right === null) return [];
  return [
    h("span", { className: right ? "mark right" : "mark wrong", "aria-hidden": "true" }, right ? " ✓" : " ✗"),
    h("span", { className: "hidden" }, ` ${t(right ? "lesson.right" : "lesson.wrong")}`),
  ];
}

/**
 * A question with one try, or what was answered to it; or only a text.
 * @param {Asked} asked
 * @param {object} options
 * @param {string} options.title
 * @param {any} options.value what is chosen so far
 * @param {boolean} options.sending
 * @param {string} options.complaint
 * @param {string} options.note what an answer is: the one try, or a vote
 * @param {(value: Value | undefined) => void} options.change
 * @param {() => void} options.answer
 * @param {(evidence: Evidence) => void} options.show
 */
export function askedPart(
  { html, question, answer: answered },
  { title, value, sending, complaint, note, change, answer, show },
) {
  const card = h(
    "article",
    { className: "card" },
    h("h3", { tabIndex: -1, "data-focus": `about ${question?.id}` }, title),
    serverHtml(html, show),
  );
  if (!question) return card;
  if (answered) {
    card.append(
      h("p", { className: "asked-again" }, question.ask),
      ...answeredParts(question, answered, show),
    );
    return card;
  }
  const isWhole = (/** @type {any} */ now) => isAnswered(question, now);
  const send = h(
    "button",
    {
      type: "button",
      className: "main",
      disabled: sending,
      "data-focus": `answer ${question.id}`,
      onclick: answer,
    },
    t("lesson.answer"),
  );
  send.setAttribute("aria-disabled", String(!isWhole(value)));
  const field = questionField(question, {
    value,
    locked: sending,
    exact: true,
    complaint,
    change: (now) => {
      change(now);
      send.setAttribute("aria-disabled", String(!isWhole(now)));
    },
  });
  card.append(field, h("div", { className: "send" }, send, h("span", { className: "quiet" }, note)));
  return card;
}

/**
 * What was answered, the result, and why.
 * @param {Question} question
 * @param {Answered} answered
 * @param {(evidence: Evidence) => void} show
 */
function answeredParts(question, { value, right, came, html }, show) {
  const verdict = right === null ? "unchecked" : right ? "right" : "wrong";
  const isSame = right && question.kind === "choice"; // it would be said twice
  return [
    h(
      "p",
      { className: `verdict ${verdict}` },
      h("b", {}, h("span", { "aria-hidden": "true" }, SIGNS[verdict]), t(`lesson.${verdict}`)),
    ),
    h(
      "dl",
      { className: "answered" },
      ...pair("lesson.own", valueText(question, value)),
      ...(came && !isSame ? pair("lesson.came", came) : []),
    ),
    serverHtml(html, show),
  ];
}

/** @param {string} key @param {string} text */
function pair(key, text) {
  return [h("dt", {}, t(key)), h("dd", {}, text)];
}

/**
 * An answer in words.
 * @param {Question} question
 * @param {any} value
 */
export function valueText({ kind, options = [], unit = "" }, value) {
  if (kind === "choice") return options.find(({ id }) => id === value)?.text ?? String(value);
  if (kind === "click") return t("lesson.iteration", { n: number(value) });
  const shown = typeof value === "number" ? value : Object(value).value;
  return typeof shown === "number"
    ? `${number(shown)} ${unit}`.trim() // as the server writes the result
    : String(value);
}
