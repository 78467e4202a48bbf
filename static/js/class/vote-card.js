/**
 * A student's card of the vote that the class has: the question with its options, then the discussion, then the question again, and
 * at the end both tallies. Loaded with the first vote.
 */

import { barList } from "../lessons/room/bars.js";
import { pauseOfStudents, RoomSource } from "../lessons/room/room-source.js";
import { find, h, setText } from "../page/dom.js";
import { cssColor } from "../page/palette.js";
import { loadStyle } from "../page/style.js";
import { ApiError } from "../server/api.js";
import { onLanguage, t } from "../words/i18n.js";
import { textsOf } from "../words/part-texts.js";
import { explain } from "../words/reasons.js";

/**
 * @import { Vote } from "../lessons/room/types.js"
 * @import { Store } from "../state/store.js"
 */

/** The same width as in the style sheets. */
const narrow = matchMedia("(max-width: 899px)");

await Promise.all([loadStyle("room"), textsOf("lessons")]);

export class VoteCard {
  #store;
  #source = new RoomSource(pauseOfStudents);
  #title = h("h2");
  #close = h("button", { type: "button", className: "toggle", onclick: () => this.#leave() });
  #body = h("div", { className: "room-body" });
  #card = h("section", { className: "card vote", id: "vote", hidden: true, tabIndex: -1 });
  /** The newest vote that the card has drawn, as JSON. */
  #lastVote = "";
  /** The question whose vote was open while the page was: its tally is shown. */
  #open = "";
  #problem = "";

  /** @param {Store} store */
  constructor(store) {
    this.#store = store;
    const head = h(
      "header",
      { className: "card-head" },
      this.#title,
      h("div", { className: "controls" }, this.#close),
    );
    this.#card.append(head, this.#body);
    this.#place();
    narrow.addEventListener("change", () => this.#place());
    this.#source.on("change", () => this.#draw());
    store.on("class", () => this.#follow());
    onLanguage(() => {
      this.#source.ask();
      this.#draw();
    });
    this.#follow();
  }

  /** Above the charts; where all parts are below each other, above all that one works at. */
  #place() {
    if (narrow.matches) find(document, "#form", HTMLElement).before(this.#card);
    else find(document, "#curves", HTMLElement).prepend(this.#card);
  }

  /** The vote as the class's message has it. @returns {{lesson: string, question: string, phase: Vote["phase"]} | null} */
  get #vote() {
    return this.#store.messages.class?.vote ?? null;
  }

  #follow() {
    const vote = this.#vote;
    const text = JSON.stringify(vote);
    if (text === this.#lastVote) return;
    this.#lastVote = text;
    this.#problem = "";
    if (vote && vote.phase !== "closed") this.#open = vote.question;
    const isShown = vote !== null && vote.question === this.#open;
    this.#source.open(isShown ? vote.lesson : "");
    this.#source.ask();
    this.#draw();
  }

  #leave() {
    this.#open = "";
    this.#source.open("");
  }

  /** @param {string} value the id of an option */
  async #choose(value) {
    const vote = this.#vote;
    if (!vote) return;
    this.#problem = "";
    try {
      await this.#source.vote(vote.question, value);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#problem = explain(error);
    }
    this.#draw();
  }

  #draw() {
    const vote = this.#source.room?.vote;
    // who took no part sees no tally
    const isOpen = Boolean(vote && vote.question === this.#open && (vote.phase !== "closed" || vote.second));
    const wasHidden = this.#card.hidden;
    this.#card.hidden = !isOpen;
    if (!vote || !isOpen) return;
    const { phase, asked } = vote;
    setText(this.#title, t(`lesson.vote.${phase}`));
    this.#close.hidden = phase !== "closed";
    setText(this.#close, t("lesson.vote.leave"));
    const focused =
      document.activeElement instanceof HTMLElement ? document.activeElement.dataset.option : "";
    this.#body.replaceChildren(h("p", { className: "question" }, asked.ask), ...this.#parts(vote));
    /** @type {HTMLElement | null} */ (
      focused ? this.#body.querySelector(`[data-option="${CSS.escape(focused)}"]`) : null
    )?.focus();
    if (wasHidden) this.#card.scrollIntoView({ block: "nearest" });
  }

  /** The colour of a run of the lesson, if it is shown. @param {string} name */
  #color(name) {
    const run = this.#store
      .shown()
      .find((shown) => shown.name === name && shown.lesson === this.#source.slug);
    return run ? cssColor(run.hue) : "";
  }

  /** @param {Vote} vote */
  #parts({ phase, asked, mine, first, second }) {
    const predicted = this.#source.room?.mine?.[asked.id] ?? null; // which counts in the first round
    const rounds = [mine[0] ?? predicted, mine[1]];
    if (phase === "closed" && second) {
      const own = rounds[1] ?? rounds[0];
      const bars = barList(second, { own, colorOf: (name) => this.#color(name), before: first });
      return [bars, h("p", { className: "quiet" }, t("lesson.vote.both"))];
    }
    const [before, now] = phase === "second" ? rounds : [null, rounds[0]];
    const canVote = phase === "first" || phase === "second";
    const options = (asked.options ?? []).map(({ id, text }) =>
      h(
        "button",
        {
          type: "button",
          className: "vote-option",
          disabled: !canVote,
          "data-option": id,
          "aria-pressed": String(id === now),
          onclick: () => this.#choose(id),
        },
        text,
        id === before ? h("span", { className: "room-you" }, t("lesson.vote.before")) : null,
      ),
    );
    const said =
      this.#problem || t(canVote ? (now ? "lesson.vote.taken" : "lesson.vote.choose") : "lesson.vote.talk");
    return [
      h("div", { className: "vote-options", role: "group", "aria-label": asked.ask }, ...options),
      h("p", { className: this.#problem ? "error" : "quiet", role: "status" }, said),
    ];
  }
}
