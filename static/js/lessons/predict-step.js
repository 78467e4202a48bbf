/** The first step of a lesson: what it asks, how one predicts, and the button that seals the prediction and launches the runs. */

import { classIcon } from "../class/icons.js";
import { h } from "../page/dom.js";
import { isSoon } from "../state/queue.js";
import { duration } from "../words/duration.js";
import { number, t } from "../words/i18n.js";
import { datasetTitle, labelOf } from "../words/labels.js";
import { choiceField } from "./choice-field.js";
import { CERTAINTIES, SURE } from "./prediction.js";
import { questionField } from "./question-field.js";
import { serverHtml } from "./server-html.js";

/**
 * @import { Times } from "../state/queue.js"
 * @import { Evidence } from "./server-html.js"
 * @import { Play, Question, Value } from "./types.js"
 */

/**
 * What is asked, how one predicts, and what is the same for all.
 * @param {Play} play
 * @param {object} options
 * @param {Record<string, any>} options.values what is answered so far
 * @param {boolean} options.locked it is sealed
 * @param {(id: string) => HTMLElement | null} options.pens those of a sketch
 * @param {{id: string, text: string} | null} options.complaint why the server refused the answer to a question
 * @param {(id: string, value: Value | undefined) => void} options.change
 * @param {(evidence: Evidence) => void} options.show
 */
export function predictPart(play, { values, locked, pens, complaint, change, show }) {
  const { question, predict } = play;
  const sure = {
    id: SURE,
    kind: /** @type {const} */ ("choice"),
    ask: t("lesson.sure"),
    options: CERTAINTIES.map((id) => ({ id, text: t(`lesson.sure.${id}`) })),
  };
  const certainty = choiceField(sure, {
    value: values[SURE],
    locked,
    change: (value) => change(SURE, value),
  });
  certainty.className = "options certainty";
  return h(
    "article",
    { className: "card" },
    h("h3", { className: "driving", tabIndex: -1, "data-focus": "heading" }, keptTogether(question)),
    serverHtml(predict.html, show),
    ...(locked ? [h("p", { className: "sealed quiet" }, lockIcon(), t("lesson.sealed"))] : []),
    ...predict.questions.map((question) =>
      questionField(question, {
        value: values[question.id],
        locked,
        pens: pens(question.id),
        complaint: complaint?.id === question.id ? complaint.text : "",
        change: (value) => change(question.id, value),
      }),
    ),
    h("fieldset", { className: "question" }, h("legend", {}, sure.ask), certainty),
    ...(locked ? [] : sameForAll(play)),
  );
}

/** A text in which no line ends between a number and what it counts: in Japanese a counter. @param {string} text */
function keptTogether(text) {
  return text.replace(/(\d) /g, "$1\u00a0");
}

/**
 * The button, and what is missing.
 * @param {Pick<Play, "runs" | "full">} play
 * @param {object} options
 * @param {Question[]} options.questions
 * @param {string[]} options.missing ids of questions that are not answered; `SURE` among them
 * @param {boolean} options.full whether the full size is chosen
 * @param {boolean} options.sending
 * @param {string} options.complaint why the launch was refused
 * @param {Times | null} options.times when the runs would start and end
 * @param {object} options.on
 * @param {() => void} options.on.launch
 * @param {(id: string) => void} options.on.lead
 * @param {(full: boolean) => void} options.on.size
 */
export function launchPart(play, { questions, missing, full, sending, complaint, times, on }) {
  const { length } = play.runs;
  const isWhole = !missing.length;
  const launch = h(
    "button",
    {
      type: "button",
      id: "lesson-launch",
      className: isWhole ? "launch" : "launch incomplete",
      disabled: sending,
      "data-launches": "",
      "data-focus": "launch",
      "aria-describedby": "lesson-missing",
      onclick: on.launch,
    },
    h("span", {}, launchText(length)),
    ...(times ? [h("small", {}, timeText(times))] : []),
  );
  launch.title = t("lesson.launch_help");
  return h(
    "div",
    { className: "lesson-launch" },
    ...(play.full ? [sizeField(full, on.size)] : []),
    launch,
    h(
      "ul",
      { className: "needs", id: "lesson-missing" },
      ...[...questions, { id: SURE, kind: "sure" }].map(({ id, kind }) =>
        need(id, t(`lesson.needs.${kind}`), !missing.includes(id), on.lead),
      ),
    ),
    ...(complaint ? [h("p", { className: "error", role: "alert" }, complaint)] : []),
    h("p", { className: "quiet foot" }, t("lesson.seals")),
  );
}

/** What the button does, by how many runs it launches. @param {number} runs */
function launchText(runs) {
  if (!runs) return t("lesson.seal");
  return runs === 1 ? t("lesson.launch_one") : t("lesson.launch", { count: number(runs) });
}

/** The fields that are the same for all, and those that do not matter. @param {Play} play */
export function sameForAll({ dataset, made_for, locked, hidden, seed }) {
  const names = (/** @type {string[]} */ fields) => fields.map(labelOf).join(t("form.and"));
  const lines = [
    t("lesson.data", { dataset: datasetTitle(dataset) }),
    ...(locked.length ? [t("lesson.locked", { fields: names(locked) })] : []),
    ...(seed === null ? [] : [t("lesson.own_seed", { n: number(seed, { useGrouping: false }) })]),
    ...(hidden.length ? [t("lesson.hidden", { fields: names(hidden) })] : []),
  ];
  const instead = t("lesson.instead", { dataset: datasetTitle(dataset), own: datasetTitle(made_for) });
  return [
    h("p", { className: "quiet same" }, lockIcon(), h("span", {}, lines.join(" "))),
    ...(dataset !== made_for ? [h("p", { className: "quiet instead" }, instead)] : []),
  ];
}

/**
 * @param {boolean} full
 * @param {(full: boolean) => void} change
 */
function sizeField(full, change) {
  const input = h("input", { type: "checkbox", checked: full, "data-focus": "size" });
  input.addEventListener("change", () => change(input.checked));
  return h("label", { className: "check quiet" }, input, t("lesson.full"));
}

/**
 * @param {string} id
 * @param {string} name
 * @param {boolean} isDone
 * @param {(id: string) => void} lead
 */
function need(id, name, isDone, lead) {
  if (isDone)
    return h(
      "li",
      { className: "done" },
      h("span", { "aria-hidden": "true" }, "✓ "),
      name,
      hidden("lesson.is_done"),
    );
  const button = h(
    "button",
    { type: "button", className: "link", "data-focus": `needs ${id}`, onclick: () => lead(id) },
    name,
    hidden("lesson.is_missing"),
  );
  return h("li", {}, button);
}

/** @param {string} key */
function hidden(key) {
  return h("span", { className: "hidden" }, ` ${t(key)}`);
}

function lockIcon() {
  return classIcon("held");
}

/** @param {Times} times */
function timeText({ begin, end }) {
  if (end === null) return "";
  return isSoon(begin)
    ? t("lesson.takes", { time: duration(end) })
    : t("lesson.waits", { time: duration(end), wait: duration(begin ?? 0) });
}
