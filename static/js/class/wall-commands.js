/** The commands above the wall, for the teacher: buttons, a menu and keys. */

import { h, icon, label, setText } from "../page/dom.js";
import { isForBrowser, onKey } from "../page/keys.js";
import { wireMenu } from "../page/menu.js";
import { OFF } from "../page/shortcuts.js";
import { ApiError } from "../server/api.js";
import { onLanguage, t } from "../words/i18n.js";
import { allLessons, inReadersLanguage } from "../words/labels.js";
import { explain } from "../words/reasons.js";
import { classIcon } from "./icons.js";
import { StepTogether } from "./step-together.js";
import { wallApi } from "./wall-api.js";
import { exportLinks, openEndOfClass, openProjectorLink } from "./wall-dialogs.js";

/**
 * @import { Toast } from "../page/toast.js"
 * @import { WallStore } from "./wall-store.js"
 */

/** A student's newest runs as what all screens show. @param {string} person */
export const viewOf = (person) => ({ kind: "person", person });

export class WallCommands {
  #store;
  #toast;
  #picked;
  #hold = h("button", { type: "button", className: "tool", onclick: () => this.hold() });
  #step = new StepTogether((iterations) => void this.#try(() => wallApi.step(iterations)));
  #show = h("summary", { className: "tool" });
  #choices = h("div", { className: "card panel" });
  #menu = h("details", { className: "menu" }, this.#show, this.#choices);
  #numbers = h("input", { type: "checkbox", onchange: () => this.setNumbersOnly(this.#numbers.checked) });
  #numbersText = h("span");
  #numbersLabel = h("label", { className: "tool check" }, this.#numbers, this.#numbersText);
  #cloud = h("input", { type: "checkbox", onchange: () => this.setCloud(this.#cloud.checked) });
  #cloudText = h("span");
  #cloudLabel = h("label", { className: "check" }, this.#cloud, this.#cloudText);
  #link = h("button", { type: "button", className: "tool", onclick: openProjectorLink });
  #challenge = h("button", { type: "button", className: "tool", onclick: () => this.#openChallenge() });
  #exportText = h("summary", { className: "tool" });
  #exportList = h("div", { className: "card panel" });
  #exports = h("details", { className: "menu" }, this.#exportText, this.#exportList);
  #end = h("button", { type: "button", className: "tool danger", onclick: openEndOfClass });
  /** How the class is drawn, as JSON. */
  #drawn = "";

  /**
   * @param {HTMLElement} bar
   * @param {WallStore} store
   * @param {Toast} toast
   * @param {() => string | null} picked the student whose tile is pointed at, or was opened last
   */
  constructor(bar, store, toast, picked) {
    this.#store = store;
    this.#toast = toast;
    this.#picked = picked;
    bar.replaceChildren(
      this.#hold,
      this.#step.element,
      this.#menu,
      this.#numbersLabel,
      this.#link,
      this.#challenge,
      h("span", { className: "gap" }),
      this.#exports,
      this.#end,
    );
    for (const menu of [this.#menu, this.#exports]) wireMenu(menu);
    this.#menu.addEventListener("toggle", () => this.#menu.open && this.#fillChoices());
    store.on("classroom", () => this.#draw());
    store.on("change", () => this.#drawChallenge());
    onLanguage(() => this.#write());
    onKey(document, (event) => this.#key(event));
    this.#write();
  }

  /** Write what does not depend on the class, in the language of now. */
  #write() {
    this.#hold.title = t("class.wall.hold.help");
    this.#step.write();
    this.#show.title = t("class.wall.show.help");
    this.#numbersLabel.title = t("class.wall.numbers_only.help");
    this.#cloudLabel.title = t("class.wall.cloud_to_all.help");
    setText(this.#cloudText, t("class.wall.cloud_to_all"));
    setText(this.#numbersText, t("class.wall.numbers_only"));
    this.#link.replaceChildren(icon("projector"), t("class.wall.projector"));
    this.#challenge.title = t("class.challenge.start.help");
    this.#challenge.replaceChildren(classIcon("cup"), t("class.challenge.start"));
    this.#exportText.replaceChildren(icon("download"), t("export.title"));
    this.#exportList.replaceChildren(...exportLinks());
    this.#end.replaceChildren(t("class.wall.end"));
    this.#drawn = "";
    this.#draw();
  }

  /** There is one challenge at a time. */
  #drawChallenge() {
    this.#challenge.hidden = Boolean(this.#store.classroom.ended || this.#store.challenge);
  }

  async #openChallenge() {
    const { openStart } = await import("./challenge-dialogs.js");
    await this.#try(openStart);
  }

  /** Draw how the class is, if that has changed: a message comes with each student who joins. */
  #draw() {
    const { held, shown, numbers_only = true, cloud = false, ended = false } = this.#store.classroom;
    const shownText = shown ? this.#shownText() : t("class.wall.show");
    const state = JSON.stringify([held, Boolean(shown), shownText, numbers_only, cloud, ended]);
    if (state === this.#drawn) return;
    this.#drawn = state;
    for (const element of [
      this.#hold,
      this.#step.element,
      this.#menu,
      this.#numbersLabel,
      this.#link,
      this.#end,
    ])
      element.hidden = ended;
    this.#drawChallenge();
    this.#hold.classList.toggle("on", held);
    this.#hold.replaceChildren(
      icon(held ? "play" : "pause"),
      t(held ? "class.wall.hold.release" : "class.wall.hold"),
    );
    this.#show.classList.toggle("on", Boolean(shown));
    this.#show.replaceChildren(icon("eye"), shownText);
    this.#numbers.checked = numbers_only;
    this.#cloud.checked = cloud;
  }

  /** What is shown to all. */
  #shownText() {
    const { lesson, person } = this.#store.classroom.shown ?? {};
    const shownLesson = allLessons().find(({ slug }) => slug === lesson);
    if (shownLesson)
      return t("class.wall.show.now", {
        who: `${shownLesson.section} ${inReadersLanguage(shownLesson.title)}`,
      });
    return t("class.wall.show.now", { who: person ? this.#nameOf(person) : t("class.wall.show.runs") });
  }

  /** @param {string} person */
  #nameOf(person) {
    const tile = this.#store.tiles.get(person);
    return [tile?.number, tile?.nickname].filter(Boolean).join(" ");
  }

  #fillChoices() {
    const choice = (/** @type {string} */ text, /** @type {object | null} */ view) =>
      h(
        "button",
        {
          type: "button",
          className: "row-link",
          onclick: () => {
            this.#menu.open = false;
            this.show(view);
          },
        },
        text,
      );
    const own = this.#store.ownRuns().map(({ id }) => id);
    const choices = [
      ...(this.#store.classroom.shown ? [choice(t("class.wall.show.end"), null)] : []),
      ...(own.length ? [choice(t("class.wall.show.own_newest"), { kind: "runs", runs: own })] : []),
    ];
    const students = this.#store
      .students()
      .filter(({ runs }) => runs.length)
      .map(({ person, number: place, nickname }) => {
        const button = choice(String(place ?? ""), viewOf(person));
        label(button, t("class.wall.show.of", { who: [place, nickname].filter(Boolean).join(" ") }));
        return button;
      });
    const lessons = allLessons().map(({ slug, section, title }) =>
      choice(`${section} ${inReadersLanguage(title)}`, { kind: "lesson", lesson: slug }),
    );
    this.#choices.replaceChildren(
      this.#cloudLabel,
      ...choices,
      h("p", { className: "quiet" }, t("class.wall.show.student")),
      h("div", { className: "numbers" }, ...students),
      h("p", { className: "quiet" }, t("class.wall.show.lesson")),
      ...lessons,
    );
  }

  /** @param {() => Promise<unknown>} action */
  async #try(action) {
    try {
      await action();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#toast.show(explain(error), { wrong: true });
      this.#drawn = ""; // a box shows what was refused
      this.#draw();
    }
  }

  hold() {
    return this.#try(() => wallApi.hold(!this.#store.classroom.held));
  }

  /**
   * Let a training start right after another one that waits, or before all.
   * @param {string} training
   * @param {string | null} behind
   */
  put(training, behind) {
    return this.#try(() =>
      behind === null ? wallApi.putFirst(training) : wallApi.putBehind(training, behind),
    );
  }

  /** Show something on every screen, or nothing any more. @param {object | null} view */
  show(view) {
    return this.#try(() => wallApi.show(view));
  }

  /** @param {boolean} isShown */
  setCloud(isShown) {
    return this.#try(() => wallApi.change({ cloud: isShown }));
  }

  /** @param {boolean} numbersOnly */
  setNumbersOnly(numbersOnly) {
    return this.#try(() => wallApi.change({ numbers_only: numbersOnly }));
  }

  /** Show the runs of the student whose tile is pointed at; if runs are shown already, hide them. */
  #showOrRelease() {
    if (this.#store.classroom.shown) return this.show(null);
    const person = this.#picked();
    if (person && this.#store.tiles.get(person)?.runs.length) return this.show(viewOf(person));
    const own = this.#store.ownRuns().map(({ id }) => id);
    if (own.length) return this.show({ kind: "runs", runs: own });
    this.#toast.show(t("class.wall.show.none"));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { key, target } = event;
    if (isForBrowser(event) || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (window.kept.get(OFF) === "1") return;
    if (target instanceof HTMLInputElement && target.type === "text") return;
    /** @type {Record<string, () => unknown>} */
    const keys = {
      h: () => this.hold(),
      ".": () => this.#step.step(),
      s: () => this.#showOrRelease(),
      n: () => this.setNumbersOnly(!this.#numbers.checked),
    };
    const act = keys[key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  }
}
