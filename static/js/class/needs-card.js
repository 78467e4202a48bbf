/** The card of those who need the teacher. */

import { find, h, setText } from "../page/dom.js";
import { number, t } from "../words/i18n.js";
import { classIcon } from "./icons.js";
import { needsOf } from "./needs.js";
import { lines, names, saysWho } from "./student-lines.js";

/**
 * @import { Need } from "./needs.js"
 * @import { Tile } from "./tile.js"
 */

/** The icon of each need. @type {Record<Need["kind"], string>} */
const NEED_ICONS = { hand: "hand", failed: "warning", idle: "clock", away: "away" };

export class NeedsCard {
  #title = h("h2");
  #count = h("span", { className: "quiet" });
  #list = h("ul", { className: "lines" });
  #none = h("p", { className: "quiet" });
  #draw = lines(this.#list);
  #onOpen;

  /**
   * @param {HTMLElement} card
   * @param {(person: string) => void} onOpen
   */
  constructor(card, onOpen) {
    this.#onOpen = onOpen;
    card.replaceChildren(
      h("header", { className: "card-head" }, this.#title, this.#count),
      this.#none,
      this.#list,
    );
  }

  /**
   * @param {Tile[]} tiles
   * @param {number} now in Unix seconds, by the server's clock
   */
  draw(tiles, now) {
    const needs = needsOf(tiles, now);
    setText(this.#title, t("class.wall.needs"));
    setText(this.#count, needs.length ? number(needs.length) : "");
    this.#none.hidden = needs.length > 0;
    setText(this.#none, t("class.wall.needs.none"));
    this.#draw(
      needs.map(({ kind, tiles: people, since }) => {
        const minutes = since === null ? null : Math.max(1, Math.floor((now - since) / 60));
        const waited = minutes === null ? "" : t("time.minutes", { n: number(minutes) });
        const words = [t(`class.wall.needs.${kind}`), waited].filter(Boolean).join(" · ");
        const update = (/** @type {HTMLElement} */ line) => fill(line, people, words);
        const key = kind === "hand" ? `${kind} ${people[0].person}` : kind;
        return { key, content: `${saysWho(people)} ${words}`, make: () => this.#line(kind), update };
      }),
    );
  }

  /** @param {Need["kind"]} kind */
  #line(kind) {
    const button = h(
      "button",
      { type: "button", className: "line-button" },
      classIcon(NEED_ICONS[kind]),
      h("span", { className: "who" }),
      h("span", { className: "quiet" }),
    );
    const line = h("li", { "data-kind": kind }, button);
    button.addEventListener("click", () => this.#onOpen(line.dataset.person ?? ""));
    return line;
  }
}

/**
 * @param {HTMLElement} line
 * @param {Tile[]} people
 * @param {string} words
 */
function fill(line, people, words) {
  line.dataset.person = people[0].person;
  find(line, ".who", HTMLElement).replaceChildren(...names(people));
  setText(find(line, ".quiet", HTMLElement), words);
}
