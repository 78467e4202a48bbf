/** Dialogs of a person in a class: the recovery phrase, what the teacher sees, and leaving. */

import { attempt } from "../page/attempt.js";
import { openDialog } from "../page/dialog.js";
import { h } from "../page/dom.js";
import { classApi } from "../server/class-api.js";
import { hasText, language, t } from "../words/i18n.js";
import { leaveBy } from "./over.js";

const makeProblem = () => h("p", { className: "error", role: "alert" });

/** Show a recovery phrase. The server keeps only its hash, so one that is shown is always a new one. */
export function openPhrase() {
  const problem = makeProblem();
  const words = h("p", { className: "phrase", role: "status" });
  const onclick = async () => {
    const hadFocus = document.activeElement === show;
    show.disabled = true;
    words.textContent = ""; // even if the answer is lost, the server may have a new one by then
    await attempt(problem, async () => {
      words.textContent = (await classApi.phrase(language())).phrase;
    });
    show.disabled = false;
    if (hadFocus) show.focus();
  };
  const show = h("button", { type: "button", className: "toggle main", onclick }, t("class.phrase.show"));
  openDialog({
    title: t("class.phrase"),
    className: "class-dialog",
    body: [
      h("p", {}, t("class.phrase.text")),
      words,
      show,
      h("p", { className: "quiet" }, t("class.phrase.once")),
      problem,
    ],
  });
}

/** Show what the teacher sees, and what the others see. */
export async function openSees() {
  const problem = makeProblem();
  const list = h("ul", { className: "sees" });
  openDialog({
    title: t("class.sees"),
    className: "class-dialog",
    body: [list, h("p", { className: "quiet" }, t("class.sees.others")), problem],
  });
  await attempt(problem, async () => {
    const { sees = [] } = await classApi.look();
    list.replaceChildren(
      ...sees.map((code) => h("li", {}, hasText(`class.sees.${code}`) ? t(`class.sees.${code}`) : code)),
    );
  });
}

/** Ask whether this browser should leave the class. @param {boolean} isStudent who can come back only with a phrase */
export function openLeave(isStudent) {
  const problem = makeProblem();
  const onclick = () => attempt(problem, () => leaveBy(classApi.leave));
  openDialog({
    title: t("class.leave"),
    className: "class-dialog",
    body: [
      h("p", {}, t(isStudent ? "class.leave.text" : "class.leave.teacher")),
      h("button", { type: "button", className: "toggle main", onclick }, t("class.leave.do")),
      problem,
    ],
  });
}
