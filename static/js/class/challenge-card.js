/** The wall's card of the challenge: for the teacher all places and what can be done, for the projector the first three. */

import { h, setText } from "../page/dom.js";
import { loadStyle } from "../page/style.js";
import { ApiError } from "../server/api.js";
import { t } from "../words/i18n.js";
import { datasetCalled, registerDatasets, titlesVersion } from "../words/labels.js";
import { openEndOfChallenge, openTestSet } from "./challenge-dialogs.js";
import { placeLines } from "./challenge-list.js";
import { phaseText, placeOf, termsText } from "./challenge-words.js";
import { wallApi } from "./wall-api.js";

/**
 * @import { WallStore } from "./wall-store.js"
 * @import { ChallengeView } from "./types.js"
 */

await loadStyle("challenge");

export class ChallengeCard {
  #card;
  #isTeacher;
  #title = h("h2");
  #count = h("span", { className: "quiet" });
  #terms = h("p", { className: "quiet" });
  #list = h("ol", { className: "challenge-top", tabIndex: -1 });
  #none = h("p", { className: "quiet" });
  #open = h("button", { type: "button", className: "toggle" });
  #end = h("button", { type: "button", className: "toggle" });
  #actions = h("div", { className: "person-actions" }, this.#open, this.#end);
  #drawn = "";
  /** The data sets whose titles were asked for. */
  #asked = new Set();

  /**
   * @param {HTMLElement} card
   * @param {boolean} isTeacher
   */
  constructor(card, isTeacher) {
    this.#card = card;
    this.#isTeacher = isTeacher;
    this.#open.addEventListener("click", openTestSet);
    this.#end.addEventListener("click", openEndOfChallenge);
    card.replaceChildren(
      h("header", { className: "card-head" }, this.#title, this.#count),
      this.#terms,
      this.#none,
      this.#list,
      ...(isTeacher ? [this.#actions] : []),
    );
  }

  /** @param {WallStore} store */
  draw(store) {
    const { challenge } = store;
    this.#card.hidden = !challenge;
    if (!challenge) return;
    void this.#learnTitle(challenge.dataset, store);
    const entries = this.#isTeacher ? all(store, challenge) : null;
    const state = JSON.stringify([challenge, entries, titlesVersion(), document.documentElement.lang]);
    if (state === this.#drawn) return;
    this.#drawn = state;
    setText(this.#title, challenge.name);
    this.#title.title = challenge.name;
    setText(this.#count, phaseText(challenge));
    setText(this.#terms, termsText(challenge));
    this.#list.replaceChildren(...placeLines(entries ?? challenge.top, challenge));
    this.#none.hidden = this.#list.children.length > 0;
    setText(this.#none, t("class.challenge.none"));
    setText(this.#open, t("class.challenge.open"));
    this.#open.hidden = challenge.phase !== "open";
    setText(this.#end, t("class.challenge.end"));
  }

  /**
   * Ask for the title of a data set that this page does not know yet, and draw it. Until then it has the name that the lab
   * knows it by.
   * @param {string} name
   * @param {WallStore} store
   */
  async #learnTitle(name, store) {
    if (datasetCalled(name) || this.#asked.has(name)) return;
    this.#asked.add(name);
    try {
      registerDatasets((await wallApi.datasets()).datasets);
      this.draw(store);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#asked.delete(name); // the next drawing asks again
    }
  }
}

/**
 * All places with nicknames, the best first.
 * @param {WallStore} store
 * @param {ChallengeView} challenge
 */
function all({ standings, tiles }, challenge) {
  const place = (/** @type {import("./types.js").TopEntry} */ entry) => placeOf(entry, challenge) ?? Infinity;
  return [...standings.values()]
    .flatMap(({ person, entry }) =>
      entry ? [{ ...entry, nickname: tiles.get(person)?.nickname ?? null }] : [],
    )
    .sort((a, b) => place(a) - place(b) || a.place - b.place || a.number - b.number);
}
