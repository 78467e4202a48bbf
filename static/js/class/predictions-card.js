/**
 * The wall's card of what the class predicts in the lesson that is shown to all. The teacher opens it when they want, and lets the
 * class vote on a question, discuss it, and vote again; the projector shows it when the server lets it. It names no student.
 */

import { counted, countLine, talliesOf, voteTally } from "../lessons/room/room-parts.js";
import { RoomSource } from "../lessons/room/room-source.js";
import { seatGrid } from "../lessons/room/seats.js";
import { h, setText } from "../page/dom.js";
import { loadStyle } from "../page/style.js";
import { ApiError } from "../server/api.js";
import { roomApi } from "../server/room-api.js";
import { language, number, onLanguage, t } from "../words/i18n.js";
import { textsOf } from "../words/part-texts.js";
import { explain } from "../words/reasons.js";
import { wallApi } from "./wall-api.js";

/**
 * @import { Bars, Numbers, Room, Vote } from "../lessons/room/types.js"
 * @import { Toast } from "../page/toast.js"
 * @import { CurveGroup } from "./groups.js"
 * @import { WallStore } from "./wall-store.js"
 */

/** Milliseconds between two requests to the server, about. */
const PAUSE = 4000;
/** The projector shows the predictions while a lesson is shown to all at this step or a later one; as in app/lessons/room.py. */
const SHOWN_STEP = 3;
/** The phases of a vote, in their order. @type {Vote["phase"][]} */
const PHASES = ["first", "discuss", "second", "closed"];

await Promise.all([loadStyle("room"), textsOf("lessons")]);

export class PredictionsCard {
  #card;
  #store;
  #toast;
  #source = new RoomSource(() => PAUSE);
  #title = h("h2");
  #toggle = h("button", { type: "button", className: "toggle", onclick: () => this.#open(!this.#isOpen) });
  #project = h("input", { type: "checkbox", onchange: () => this.#show(this.#project.checked) });
  #projectText = h("span");
  #projectLabel = h("label", { className: "check" }, this.#project, this.#projectText);
  /** It may scroll, so it can be focused. */
  #body = h("div", { className: "room-body", role: "group", tabIndex: 0 });
  /** Whether the teacher looks at the tallies. */
  #isOpen = false;
  /** @type {CurveGroup[]} */
  #groups = [];
  /** @type {(name: string) => string} */
  #colorOf = () => "";
  #asked = "";
  /** What was drawn last: the look as text, and the room. */
  #drawn = "";
  /** @type {Room | null} */
  #room = null;

  /**
   * @param {HTMLElement} card
   * @param {WallStore} store
   * @param {Toast | null} toast of the teacher; null: the projector
   */
  constructor(card, store, toast) {
    this.#card = card;
    this.#store = store;
    this.#toast = toast;
    const controls = h(
      "div",
      { className: "controls" },
      ...(toast ? [this.#projectLabel, this.#toggle] : []),
    );
    card.replaceChildren(h("header", { className: "card-head" }, this.#title, controls), this.#body);
    this.#source.on("change", () => this.#draw());
    store.on("classroom", () => this.#follow());
    onLanguage(() => {
      this.#source.ask();
      this.#draw();
    });
    this.#follow();
  }

  /**
   * Take the curves of the class, for their colours.
   * @param {CurveGroup[]} groups
   * @param {(name: string) => string} colorOf
   */
  draw(groups, colorOf) {
    this.#groups = groups;
    this.#colorOf = colorOf;
    this.#draw();
  }

  #follow() {
    const { vote = null, shown } = this.#store.classroom;
    this.#source.open(lessonOf(this.#store.classroom));
    const asked = JSON.stringify([vote, shown]);
    if (asked !== this.#asked) this.#source.ask();
    this.#asked = asked;
    this.#draw();
  }

  /** @param {boolean} isOpen */
  #open(isOpen) {
    this.#isOpen = isOpen;
    this.#draw();
  }

  /** Let the projector show the tallies, or only count until all who are here have predicted. @param {boolean} isProjected */
  async #show(isProjected) {
    const step = isProjected ? SHOWN_STEP : null;
    const isDone = await this.#try(() => wallApi.show({ kind: "lesson", lesson: this.#source.slug, step }));
    if (isDone) return; // the class's message comes by itself
    this.#drawn = ""; // the box shows what the server has refused
    this.#draw();
  }

  /**
   * @param {string} question
   * @param {Vote["phase"]} phase
   */
  #move(question, phase) {
    return this.#try(async () => {
      await roomApi.moveVote(this.#source.slug, question, phase);
      await this.#source.ask();
    });
  }

  /** @param {() => Promise<unknown>} action @returns {Promise<boolean>} whether it was done */
  async #try(action) {
    try {
      await action();
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#toast?.show(explain(error), { wrong: true });
      return false;
    }
  }

  /** The colour of a run, if the chart of the class has one for it. @param {string} name */
  #color(name) {
    return this.#groups.some((group) => group.name === name) ? this.#colorOf(name) : "";
  }

  #draw() {
    const { room } = this.#source;
    const isShown = room !== null && room.people > 0;
    this.#card.hidden = !isShown;
    if (!isShown) return;
    const canShow = this.#isOpen || !this.#toast;
    const colors = this.#groups.map(({ name }) => [name, this.#colorOf(name)]);
    const { shown } = this.#store.classroom;
    const drawn = JSON.stringify([canShow, colors, shown, language()]);
    if (drawn === this.#drawn && room === this.#room) return;
    this.#drawn = drawn;
    this.#room = room;
    setText(this.#title, t("lesson.room.predictions"));
    this.#body.setAttribute("aria-label", t("lesson.room.predictions"));
    setText(this.#toggle, t(this.#isOpen ? "lesson.room.hide" : "lesson.room.show"));
    this.#toggle.hidden = room.bars === null;
    setText(this.#projectText, t("lesson.room.project"));
    this.#projectLabel.hidden = this.#toggle.hidden || !canShow || shown?.kind !== "lesson";
    this.#project.checked = (shown?.step ?? 0) >= SHOWN_STEP;
    const isVoting = room.vote !== null && room.vote.phase !== "closed"; // an open vote is shown alone
    const hasTallies = room.bars !== null && canShow && !isVoting;
    const options = { colorOf: (/** @type {string} */ name) => this.#color(name) };
    const tally = voteTally(room.vote, options.colorOf);
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.vote : "";
    const isRead = this.#body.querySelector("details")?.open ?? false;
    this.#body.replaceChildren(
      ...(isVoting ? this.#voting(room) : [countLine(room)]),
      ...(isVoting || hasTallies ? [] : [seatGrid(room.seats, null)]),
      ...(tally && canShow ? [tally] : []),
      ...(hasTallies ? talliesOf(room, options) : []),
      ...(canShow && !isVoting && room.exits?.length ? [exitsOf(room.exits, isRead)] : []),
    );
    if (this.#toast)
      for (const tally of [...(room.bars ?? []), room.transfer]) if (tally) this.#offerVote(tally);
    if (focused)
      /** @type {HTMLElement | null} */ (
        this.#body.querySelector(`[data-vote="${CSS.escape(focused)}"]`)
      )?.focus();
  }

  /** A button that lets the class vote on a question. @param {Bars | Numbers} tally */
  #offerVote(tally) {
    if (!("options" in tally) || !tally.votable) return;
    const { question } = tally;
    const heading = this.#body.querySelector(`[data-question="${CSS.escape(question)}"] h3`);
    const begin = () => this.#move(question, "first");
    heading?.after(
      h(
        "button",
        { type: "button", className: "toggle", "data-vote": question, onclick: begin },
        t("lesson.vote.begin"),
      ),
    );
  }

  /** The open vote: its question, how many have voted, and for the teacher how it goes on. @param {Room} room */
  #voting({ vote, people }) {
    if (!vote) return [];
    const current = PHASES.indexOf(vote.phase);
    const round = vote.phase === "second" ? 1 : 0;
    const steps = PHASES.map((phase, i) =>
      h(
        "button",
        {
          type: "button",
          className: "toggle",
          disabled: i < current,
          "data-vote": phase,
          "aria-pressed": String(i === current),
          onclick: () => i > current && this.#move(vote.question, phase),
        },
        t(`lesson.vote.step.${phase}`),
      ),
    );
    const options = (vote.asked.options ?? []).map(({ text }) => h("li", {}, text));
    return [
      h(
        "section",
        { className: "room-part voting" },
        h("p", { className: "vote-phase" }, t(`lesson.vote.${vote.phase}`)),
        h("h3", {}, vote.asked.ask),
        h("ul", { className: "vote-list" }, ...options),
        h("p", { className: "room-count" }, ...counted("lesson.vote.voted", vote.voted[round], people)),
        ...(this.#toast ? [h("div", { className: "vote-steps", role: "group" }, ...steps)] : []),
      ),
    ];
  }
}

/**
 * The lesson whose predictions are shown: the one that is shown to all, or the one of the vote.
 * @param {WallStore["classroom"]} classroom
 */
export function lessonOf({ shown, vote = null, ended = false }) {
  if (ended) return "";
  return (shown?.kind === "lesson" ? shown.lesson : vote?.phase === "closed" ? "" : vote?.lesson) ?? "";
}

/**
 * What is still unclear to students.
 * @param {string[]} texts
 * @param {boolean} open
 */
function exitsOf(texts, open) {
  return h(
    "details",
    { className: "room-exits", open },
    h("summary", {}, t("lesson.room.exits", { n: number(texts.length) })),
    h("ul", {}, ...texts.map((text) => h("li", {}, text))),
  );
}
