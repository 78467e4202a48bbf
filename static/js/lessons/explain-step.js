/** The last step of a lesson: the explanation, what to try now, and the private question. */

import { h } from "../page/dom.js";
import { onInput } from "../page/keys.js";
import { t } from "../words/i18n.js";
import { serverHtml } from "./server-html.js";

/**
 * @import { Evidence } from "./server-html.js"
 * @import { Attempt, Try } from "./types.js"
 */

/**
 * @param {NonNullable<Attempt["explain"]>} explain
 * @param {(evidence: Evidence) => void} show
 */
export function explainPart({ html }, show) {
  const text = serverHtml(html, show);
  const figures = text.querySelector(".figure")
    ? [h("p", { className: "quiet foot" }, t("lesson.figures"))]
    : [];
  return h(
    "article",
    { className: "card" },
    h("h3", { tabIndex: -1, "data-focus": "explained" }, t("lesson.step.explain")),
    text,
    ...figures,
  );
}

/**
 * What one can try now: each puts an experiment into the form, or launches it.
 * @param {Try[]} tries
 * @param {object} options
 * @param {string} options.complaint why a launch was refused
 * @param {(wanted: Try) => void} options.launch
 * @param {(wanted: Try) => void} options.load
 */
export function tryPart(tries, { complaint, launch, load }) {
  const items = tries.map((offered) => {
    const result = h("span", { className: offered.reached ? "reached-goal" : "quiet" }, resultText(offered));
    return h(
      "li",
      {},
      h("p", {}, offered.text),
      h(
        "div",
        { className: "send" },
        h(
          "button",
          {
            type: "button",
            className: "main",
            "data-launches": "",
            "data-focus": `try ${offered.id}`,
            onclick: () => launch(offered),
          },
          t("form.launch"),
        ),
        h(
          "button",
          {
            type: "button",
            className: "toggle",
            "data-focus": `form ${offered.id}`,
            onclick: () => load(offered),
          },
          t("lesson.into_form"),
        ),
        result,
      ),
    );
  });
  return h(
    "article",
    { className: "card" },
    h("h3", {}, t("lesson.try")),
    h("ul", { className: "tries" }, ...items),
    ...(complaint ? [h("p", { className: "error", role: "alert" }, complaint)] : []),
  );
}

/** Whether it was reached. @param {Try} one */
function resultText({ reached }) {
  if (reached === null) return "";
  return reached ? `✓ ${t("lesson.reached")}` : t("lesson.not_reached");
}

/**
 * The private question at the end.
 * @param {NonNullable<Attempt["exit"]>} exit
 * @param {object} options
 * @param {"" | "sending" | "saved"} options.state
 * @param {string} options.complaint
 * @param {boolean} options.isSeen whether a teacher sees it, without a name
 * @param {(text: string) => void} options.write called at each change of the text
 * @param {(text: string) => void} options.save
 */
export function exitPart({ ask, text }, { state, complaint, isSeen, write, save }) {
  const note = h("span", { className: "quiet" }, state === "saved" ? t("lesson.saved") : "");
  const box = h("textarea", {
    rows: 3,
    maxLength: 2000,
    value: text,
    "data-focus": "exit",
    "aria-label": ask,
  });
  onInput(box, () => {
    note.textContent = "";
    write(box.value);
  });
  const button = h(
    "button",
    {
      type: "button",
      className: "toggle",
      disabled: state === "sending",
      "data-focus": "save exit",
      onclick: () => save(box.value),
    },
    t("lesson.save"),
  );
  return h(
    "article",
    { className: "card" },
    h("h3", {}, ask),
    box,
    h("div", { className: "send" }, button, note),
    ...(complaint ? [h("p", { className: "error", role: "alert" }, complaint)] : []),
    h("p", { className: "quiet foot" }, t(isSeen ? "lesson.private_class" : "lesson.private")),
  );
}

/**
 * The lesson that comes next.
 * @param {string} title
 * @param {() => void} open
 */
export function nextPart(title, open) {
  return h(
    "button",
    { type: "button", className: "card next-lesson", "data-focus": "next", onclick: open },
    h("span", { className: "quiet" }, t("lesson.next")),
    " ",
    h("b", {}, title),
  );
}
