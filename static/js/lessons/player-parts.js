/** The parts of a lesson's column, made from the state of the lesson and of the page. */

import { h } from "../page/dom.js";
import { t } from "../words/i18n.js";
import { allLessons, inReadersLanguage } from "../words/labels.js";
import { explain, explainAll } from "../words/reasons.js";
import { formBar, lessonHead } from "./head.js";
import { lockedIn } from "./locked-fields.js";
import { launchPart, predictPart } from "./predict-step.js";
import { SURE } from "./prediction.js";
import { resultParts } from "./result-parts.js";
import { missingPart, progressPart, runPart } from "./run-step.js";
import { STEPS } from "./steps.js";

/**
 * @import { PersonOfPage, Shown } from "../class/types.js"
 * @import { Times } from "../state/queue.js"
 * @import { Part } from "./column.js"
 * @import { Item } from "./head.js"
 * @import { Evidence } from "./server-html.js"
 * @import { Session } from "./session.js"
 * @import { runsOf, Step } from "./steps.js"
 * @import { Asked, Play, Question, Try, Value } from "./types.js"
 */

/**
 * @typedef {object} Actions
 * @property {(step: Step) => void} step
 * @property {() => void} form
 * @property {() => void} back
 * @property {(item: Item) => void} item
 * @property {() => void} leave
 * @property {() => void} reload
 * @property {(id: string, value: Value | undefined) => void} change
 * @property {() => void} launch
 * @property {(id: string) => void} lead
 * @property {(full: boolean) => void} size
 * @property {() => void} again
 * @property {(id: string, value: Value | undefined) => void} choose
 * @property {(question: Question) => void} answer
 * @property {(wanted: Try) => void} launchTry
 * @property {(wanted: Try) => void} loadTry
 * @property {(text: string) => void} write
 * @property {(text: string) => void} save
 * @property {(evidence: Evidence) => void} show
 * @property {(slug: string) => void} next
 */

/**
 * The answer to the last question: what is written, and what was sent last; null: nothing.
 * @typedef {{written: string | null, sent: string | null}} Exit
 */

/**
 * All that is drawn. `shown`: the step; `pinned`: the iteration that is pinned; `complaint`: why something to try was not
 * launched.
 * @typedef {object} Known
 * @property {Session} session
 * @property {Step} shown
 * @property {boolean} isForm whether the form is shown in place of the lesson
 * @property {boolean} full
 * @property {Record<string, any>} answers
 * @property {number | null} pinned
 * @property {Exit} exit
 * @property {string} complaint
 * @property {ReturnType<typeof runsOf> | null} runs
 * @property {Times | null} times
 * @property {PersonOfPage | null} person
 * @property {Shown | null} shownToAll
 * @property {(id: string) => HTMLElement | null} pens
 * @property {Actions} on
 */

/** @param {Known} known @returns {Part[]} */
export function partsOf(known) {
  const { session, isForm, on } = known;
  const { play, problem, slug } = session;
  const listed = allLessons().find((lesson) => lesson.slug === slug);
  const { section, title } = play ?? {
    section: listed?.section ?? "",
    title: listed ? inReadersLanguage(listed.title) : slug,
  };
  if (isForm) {
    const isFixed = Boolean(play && lockedIn(session)?.locked.length);
    const state = { section, title, isFixed };
    return [{ name: "bar", state, make: () => formBar(state, on) }];
  }
  const head = {
    slug,
    section,
    title,
    current: play ? session.step : null,
    shown: play ? known.shown : null,
    items: itemsOf(known),
    teacherAt: teacherAt(known),
  };
  /** @type {Part[]} */
  const parts = [{ name: "head", state: head, make: () => lessonHead(head, on) }];
  if (problem) parts.push(troublePart(explain(problem), on.reload));
  if (!play) {
    const wait = {
      name: "wait",
      state: "",
      make: () => h("p", { className: "card quiet" }, t("lesson.loading")),
    };
    return problem ? parts : [...parts, wait];
  }
  if (known.shown === "predict") return [...parts, ...predictParts(known)];
  if (known.shown === "run") return [...parts, ...runParts(known)];
  return [...parts, ...resultParts(known)];
}

/** What the menu offers. @param {Known} known @returns {Item[]} */
function itemsOf({ session, person }) {
  const { play, newest, isAgain } = session;
  if (!play) return [];
  const mayLaunch = person?.role !== "student" && person?.role !== "projector";
  return [
    ...(newest && !isAgain ? [/** @type {const} */ ("again")] : []),
    ...(play.runs.length && mayLaunch ? [/** @type {const} */ ("unpredicted")] : []),
  ];
}

/** Where the teacher is, who shows the lesson to all. @param {Known} known */
function teacherAt({ session, shownToAll }) {
  if (shownToAll?.kind !== "lesson" || shownToAll.lesson !== session.slug) return "";
  const step = STEPS[(shownToAll.step ?? 0) - 1];
  return step ? t("lesson.teacher_at", { step: t(`lesson.step.${step}`) }) : "";
}

/**
 * @param {string} text
 * @param {() => void} again
 * @returns {Part}
 */
function troublePart(text, again) {
  const make = () =>
    h(
      "article",
      { className: "card" },
      h("p", { className: "error", role: "alert" }, text),
      h(
        "button",
        { type: "button", className: "toggle", "data-focus": "reload", onclick: again },
        t("lesson.reload"),
      ),
    );
  return { name: "trouble", state: text, make };
}

/** @param {Known} known @returns {Part[]} */
function predictParts({ session, full, times, pens, on }) {
  const { play, attempt, draft, questions, sending, refusal } = session;
  if (!play) return [];
  const refused = refusal?.id === "seal" ? refusal.error : null;
  const refusedQuestion = questions.find(({ id }) =>
    new RegExp(`^prediction\\.${id}(\\.|$)`).test(refused?.field ?? ""),
  );
  const complaint = refused && refusedQuestion ? { id: refusedQuestion.id, text: explain(refused) } : null;
  const locked = attempt !== null;
  const values = attempt ? { ...attempt.prediction, [SURE]: attempt.sure } : draft.values;
  const predict = {
    name: "predict",
    state: [play.question, play.predict, locked && attempt.id, complaint],
    make: () => predictPart(play, { values, locked, pens, complaint, change: on.change, show: on.show }),
  };
  if (locked) return [predict];
  const launch = {
    questions,
    missing: draft.missing(questions),
    full,
    sending: sending === "seal",
    complaint: refused && !refusedQuestion ? explainAll(refused) : "",
    times,
  };
  return [
    predict,
    { name: "launch", state: [play.slug, launch], make: () => launchPart(play, { ...launch, on }) },
  ];
}

/** @param {Known} known @returns {Part[]} */
function runParts({ session, runs, on }) {
  const { play, attempt } = session;
  if (!play || !attempt || !runs) return [];
  const hasOutcome = attempt.outcome !== null;
  const { missing } = attempt;
  const isVoted = attempt.voting !== null;
  const options = { isMissing: missing.length > 0, isVoted, hasOutcome, ended: runs.ended };
  const progress = runs.runs.map(({ id, name, hue, status, iteration, latest }) => [
    id,
    name,
    hue,
    status,
    iteration,
    latest.test_accuracy,
  ]);
  // what comes several times a second is a part of its own: heading, message and button stay, and keep the focus
  return [
    { name: "run", state: [play.slug, play.run.html], make: () => runPart(play, on.show) },
    { name: "run-progress", state: [progress, options], make: () => progressPart(runs.runs, options) },
    ...(missing.length
      ? [{ name: "run-missing", state: missing, make: () => missingPart(missing, on.again) }]
      : []),
  ];
}
