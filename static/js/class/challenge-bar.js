/** The challenge in the lab's page: a quiet line with one's own place, which opens to what it is about and the first places. */

import { keepBack } from "../form/validation.js";
import { h, setText } from "../page/dom.js";
import { loadStyle } from "../page/style.js";
import { onLanguage, t } from "../words/i18n.js";
import { placeLines } from "./challenge-list.js";
import { ownText, phaseText, termsText, uncountedText } from "./challenge-words.js";
import { classIcon } from "./icons.js";

/**
 * @import { Form } from "../form/form.js"
 * @import { Store } from "../state/store.js"
 * @import { ChallengeView, OwnStanding } from "./types.js"
 */

await loadStyle("challenge");

export class ChallengeBar {
  #store;
  #name = h("b");
  #own = h("span", { role: "status" });
  #terms = h("p");
  #testSetText = h("p", { className: "quiet" });
  #list = h("ol", { className: "challenge-top" });
  #uncounted = h("ul", { className: "challenge-uncounted" });
  #useButton = h("button", { type: "button", className: "toggle" });
  #element = h(
    "details",
    { className: "challenge-bar" },
    h("summary", {}, classIcon("cup"), this.#name, this.#own),
    h(
      "div",
      { className: "challenge-body" },
      this.#terms,
      this.#testSetText,
      this.#useButton,
      this.#list,
      this.#uncounted,
    ),
  );
  #drawn = "";

  /**
   * @param {Store} store
   * @param {Form} form
   */
  constructor(store, form) {
    this.#store = store;
    this.#useButton.addEventListener("click", () => {
      const { dataset, validation_size } = this.#challenge ?? {};
      if (!dataset || !validation_size) return;
      form.edit((draft) => {
        draft.chooseDatasets([dataset]);
        draft.document.dataset = { name: dataset, test_size: 0 };
        draft.folds = 1;
        keepBack(draft, validation_size);
      });
    });
    const before = document.querySelector(".class-banner") ?? document.querySelector("header");
    before?.after(this.#element);
    const draw = () => this.#draw();
    store.on("challenge", draw);
    store.on("standing", draw);
    onLanguage(() => {
      this.#drawn = "";
      draw();
    });
    draw();
  }

  /** @returns {ChallengeView | null} */
  get #challenge() {
    return this.#store.messages.challenge?.challenge ?? null;
  }

  /** One's own place; a teacher has none. @returns {OwnStanding | null} */
  get #standing() {
    const { messages, person } = this.#store;
    return messages.standing?.person === person?.id ? messages.standing : null;
  }

  #draw() {
    const challenge = this.#challenge;
    this.#element.hidden = !challenge;
    const isStudent = this.#store.person?.role === "student";
    const state = JSON.stringify([challenge, this.#standing]);
    if (!challenge || state === this.#drawn) return;
    this.#drawn = state;
    const standing = this.#standing;
    setText(this.#name, t("class.challenge.named", { name: challenge.name }));
    const own =
      challenge.phase === "opening" || !isStudent ? phaseText(challenge) : ownText(standing, challenge);
    setText(this.#own, own);
    setText(this.#terms, termsText(challenge));
    setText(
      this.#testSetText,
      t(challenge.phase === "opened" ? "class.challenge.is_open" : "class.challenge.is_closed"),
    );
    this.#useButton.hidden = challenge.phase !== "open" || !isStudent;
    setText(this.#useButton, t("class.challenge.use"));
    this.#useButton.title = t("class.challenge.use.help");
    this.#list.replaceChildren(...placeLines(challenge.top, challenge, standing?.entry?.number));
    this.#uncounted.replaceChildren(
      ...(standing?.uncounted ?? []).map((entry) => h("li", {}, uncountedText(entry))),
    );
  }
}
