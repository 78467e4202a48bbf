/**
 * The card of the class in a lesson, below the runs of a student's page: how many have predicted; and, when the own prediction is
 * sealed, what all expect, beside the result. It names no student.
 */

import { launchedLast } from "../../class/class-cloud.js";
import { find, h, setText } from "../../page/dom.js";
import { cssColor } from "../../page/palette.js";
import { loadStyle } from "../../page/style.js";
import { onLanguage, t } from "../../words/i18n.js";
import { counted, talliesOf, voteTally } from "./room-parts.js";
import { pauseOfStudents, RoomSource } from "./room-source.js";
import { seatGrid } from "./seats.js";

/**
 * @import { Run } from "../../types.js"
 * @import { Store } from "../../state/store.js"
 * @import { Room } from "./types.js"
 */

await loadStyle("room");

export class RoomCard {
  #store;
  #source = new RoomSource(pauseOfStudents);
  #title = h("h2");
  #count = h("span", { className: "quiet" });
  /** It may scroll, so it can be focused. */
  #body = h("div", { className: "room-body", role: "group", tabIndex: 0 });
  #card = h("article", { className: "card room", id: "room", hidden: true });
  /** The seed of this person's runs; null: all have the same. @type {number | null} */
  #seed = null;
  /** The vote of the class when the room was last asked for, as JSON. */
  #vote = "";
  /** What the card shows, as JSON. */
  #drawn = "";

  /** @param {Store} store of a class */
  constructor(store) {
    this.#store = store;
    this.#card.append(h("header", { className: "card-head" }, this.#title, this.#count), this.#body);
    find(document, ".side > .chosen", HTMLElement).before(this.#card);
    this.#source.on("change", () => this.#draw());
    store.on("class", () => this.#follow());
    store.on("person", () => this.#draw());
    store.on("draw", () => this.#draw());
    onLanguage(() => {
      this.#source.ask();
      this.#draw();
    });
  }

  /**
   * Show the class in a lesson.
   * @param {string} slug
   * @param {{seed?: number | null}} play the seed of this person's runs, if each has their own
   */
  open(slug, { seed = null } = {}) {
    this.#seed = seed;
    this.#source.open(slug);
  }

  /** Something of the own attempt has changed: the class may be seen differently. */
  renew() {
    this.#source.ask();
  }

  close() {
    this.#source.open("");
  }

  /** Ask for the room again if the vote has changed. */
  #follow() {
    const vote = JSON.stringify(this.#store.messages.class?.vote ?? null);
    if (vote === this.#vote) return;
    this.#vote = vote;
    this.#source.ask();
  }

  /** The own runs of the lesson that were launched last. */
  get #runs() {
    const own = [...this.#store.runs.values()].filter(
      (run) => run.lesson === this.#source.slug && this.#store.isOwn(run),
    );
    return launchedLast(own);
  }

  #draw() {
    const { room } = this.#source;
    this.#card.hidden = !room?.people;
    if (!room) return;
    const runs = room.bars ? this.#runs : [];
    const { number = null } = this.#store.messages.person?.person ?? {};
    const drawn = JSON.stringify([
      room,
      number,
      this.#seed,
      t("lesson.room.title"),
      runs.map(({ name, hue }) => [name, hue]),
    ]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    setText(this.#title, t("lesson.room.title"));
    this.#body.setAttribute("aria-label", t("lesson.room.title"));
    this.#count.replaceChildren(...counted("lesson.room.predicted", room.predicted, room.people));
    this.#body.replaceChildren(
      ...(room.bars === null ? this.#before(number, room) : this.#after(room, runs)),
    );
  }

  /**
   * @param {number | null} number
   * @param {Room} room
   */
  #before(number, { people, seats }) {
    const seed =
      this.#seed === null || number === null
        ? ""
        : t("lesson.room.seed", { number, of: people, seed: this.#seed });
    const who = seed || (number === null ? "" : t("lesson.room.number", { number }));
    const sentence = [who, t("lesson.room.sealed")].filter(Boolean).join(" ");
    return [seatGrid(seats, number), h("p", { className: "quiet" }, sentence)];
  }

  /**
   * @param {Room} room
   * @param {Run[]} runs
   */
  #after(room, runs) {
    const byName = new Map(runs.map((run) => [run.name, run]));
    const colorOf = (/** @type {string} */ name) => {
      const run = byName.get(name);
      return run ? cssColor(run.hue) : "";
    };
    const vote = voteTally(room.vote, colorOf);
    return [...(vote ? [vote] : []), ...talliesOf(room, { colorOf })];
  }
}
