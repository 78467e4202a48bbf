/** What stands in the column of a lesson when its runs have ended: the result, what is asked, and what is explained. */

import { h } from "../page/dom.js";
import { t } from "../words/i18n.js";
import { allLessons, inReadersLanguage } from "../words/labels.js";
import { explain } from "../words/reasons.js";
import { exitPart, explainPart, nextPart, tryPart } from "./explain-step.js";
import { askedPart, outcomePart } from "./see-step.js";
import { serverHtml } from "./server-html.js";

/**
 * @import { Part } from "./column.js"
 * @import { Actions, Known } from "./player-parts.js"
 * @import { Asked, Play, Try } from "./types.js"
 */

/** @param {Known} known @returns {Part[]} */
export function resultParts(known) {
  const { session, shown, runs, on } = known;
  const { play, attempt, questions } = session;
  if (!play || !attempt?.outcome) return [];
  const { outcome, sure, see, explain: explained, transfer, exit } = attempt;
  const colors = runs?.runs.map(({ name, hue }) => [name, hue]);
  /** @type {Part[]} */
  const parts = [
    {
      name: "outcome",
      state: [outcome, sure, colors],
      make: () => outcomePart(outcome, { questions, sure, runs: runs?.runs ?? [] }),
    },
  ];
  if (!play.runs.length) parts.push(look(play, on));
  if (see) parts.push(asked("see", see, t("lesson.check"), known));
  if (shown === "see") return parts;
  if (explained)
    parts.push({ name: "explain", state: explained, make: () => explainPart(explained, on.show) });
  if (transfer?.question || transfer?.html)
    parts.push(asked("transfer", transfer, t("lesson.transfer"), known));
  if (transfer?.tries.length) parts.push(tries(transfer.tries, known));
  if (exit) parts.push(exitOf(exit, known));
  const lessons = allLessons();
  const place = lessons.findIndex(({ slug }) => slug === session.slug);
  const next = place < 0 ? undefined : lessons[place + 1];
  if (explained && next) {
    const title = `${next.section} ${inReadersLanguage(next.title)}`;
    parts.push({ name: "next", state: title, make: () => nextPart(title, () => on.next(next.slug)) });
  }
  return parts;
}

/**
 * The part of a lesson without runs: its text, and a button that opens what there is to look at.
 * @param {Play} play
 * @param {Actions} on
 * @returns {Part}
 */
function look(play, on) {
  const button = { type: "button", className: "main", "data-focus": "look", onclick: () => on.item("look") };
  const make = () =>
    h(
      "article",
      { className: "card" },
      serverHtml(play.run.html, on.show),
      h("div", { className: "send" }, h("button", button, t("lesson.menu.look"))),
    );
  return { name: "look", state: play.run.html, make };
}

/**
 * @param {string} name
 * @param {Asked & {voting?: boolean}} part
 * @param {string} title
 * @param {Known} known
 * @returns {Part}
 */
function asked(name, part, title, { session, answers, pinned, on }) {
  const { question, answer, voting = false } = part;
  const id = question?.id ?? "";
  const isClick = question?.kind === "click";
  const value = isClick ? pinned : answers[id];
  const sending = id !== "" && session.sending === id;
  const refusal = id && session.refusal?.id === id ? session.refusal.error : null;
  const complaint = refusal ? explain(refusal) : "";
  return {
    name,
    state: [part.html, question, answer, voting, isClick && !answer && pinned, sending, complaint],
    make: () =>
      askedPart(part, {
        title,
        value,
        sending,
        complaint,
        note: t(voting ? "lesson.vote" : "lesson.one_try"),
        change: (now) => on.choose(id, now),
        answer: () => question && on.answer(question),
        show: on.show,
      }),
  };
}

/**
 * @param {Try[]} all
 * @param {Known} known
 * @returns {Part}
 */
function tries(all, { complaint, on }) {
  return {
    name: "tries",
    state: [all, complaint],
    make: () => tryPart(all, { complaint, launch: on.launchTry, load: on.loadTry }),
  };
}

/**
 * @param {{id: string, ask: string, text: string}} exit
 * @param {Known} known
 * @returns {Part}
 */
function exitOf(exit, { session, exit: { written, sent }, person, on }) {
  const complaint = session.refusal?.id === exit.id ? explain(session.refusal.error) : "";
  const isSaved = sent !== null && sent === exit.text;
  const state = session.sending === exit.id ? "sending" : isSaved ? "saved" : "";
  const text = sent ?? exit.text;
  return {
    name: "exit",
    state: [exit.ask, text, state, complaint], // the box has what is written
    make: () =>
      exitPart(
        { ...exit, text: written ?? text },
        {
          state: state === "saved" && written !== sent ? "" : state,
          complaint,
          isSeen: person?.role === "student",
          write: on.write,
          save: on.save,
        },
      ),
  };
}
