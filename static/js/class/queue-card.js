/** The card of the queue: what runs, what waits, and for how long. */

import { h, setText } from "../page/dom.js";
import { duration } from "../words/duration.js";
import { number, t } from "../words/i18n.js";
import { QueueOrder } from "./queue-order.js";
import { lines, ownerNames, saysWho } from "./student-lines.js";

/**
 * @import { Put } from "./queue-order.js"
 * @import { Tile } from "./tile.js"
 * @import { WallStore } from "./wall-store.js"
 */

/** The queue lists this many that wait, and says how many more there are. */
const MAX_WAITING = 12;

export class QueueCard {
  #title = h("h2");
  #help = h("span", { className: "quiet controls" });
  #running = h("ul", { className: "lines running" });
  #waiting = h("ol", { className: "lines waiting" });
  #none = h("p", { className: "quiet" });
  #more = h("p", { className: "quiet" });
  #drawRunning = lines(this.#running);
  #drawWaiting = lines(this.#waiting);

  #put;
  /** @type {QueueOrder | null} */
  #order = null;
  /** @type {WallStore | null} */
  #store = null;

  /**
   * @param {HTMLElement} card
   * @param {Put | null} put moves a waiting training to another place; null: nothing may be moved on this page
   */
  constructor(card, put) {
    this.#put = put;
    if (put) this.#order = new QueueOrder(this.#waiting, put, () => this.#store && this.draw(this.#store));
    card.replaceChildren(
      h("header", { className: "card-head" }, this.#title, this.#help),
      this.#running,
      this.#none,
      this.#waiting,
      this.#more,
    );
  }

  /** @param {WallStore} store */
  draw(store) {
    this.#store = store;
    setText(this.#title, t("class.wall.queue"));
    setText(this.#help, t("class.wall.queue.how"));
    /** @param {string[]} people */
    const tilesOf = (people) =>
      people.map((person) => store.tiles.get(person)).filter((tile) => tile !== undefined);
    this.#drawRunning(
      store.running.map(([training, iteration, iterations, people, others]) =>
        this.#runningLine(training, iteration, iterations, tilesOf(people), others),
      ),
    );
    if (this.#order?.isDragging) return; // what is dragged is not moved by others meanwhile
    const first = store.waiting.slice(0, MAX_WAITING);
    const waiting = this.#order ? this.#order.arrange(first) : first;
    this.#none.hidden = store.waiting.length > 0;
    setText(this.#none, t("class.wall.queue.none"));
    const focused = this.#waiting.contains(document.activeElement) ? document.activeElement : null;
    this.#drawWaiting(
      waiting.map(([training, seconds, people, others], i) =>
        this.#waitingLine(training, seconds, i, tilesOf(people), others),
      ),
    );
    // a line that is moved in the document loses the focus, and so does a button that is hidden
    if (focused?.isConnected && focused instanceof HTMLElement) {
      /** @type {HTMLElement | null | undefined} */
      const grip = focused.closest("li")?.querySelector(".grip");
      (focused.hidden ? grip : focused)?.focus();
    }
    const more = store.waitingTotal - waiting.length;
    this.#more.hidden = more <= 0;
    setText(this.#more, t("class.wall.queue.more", { n: number(more) }));
  }

  /**
   * @param {string} training
   * @param {number} iteration
   * @param {number} iterations
   * @param {Tile[]} tiles
   * @param {number} others
   */
  #runningLine(training, iteration, iterations, tiles, others) {
    const share = Math.min(1, iteration / Math.max(1, iterations));
    const make = () => {
      const bar = h("span");
      bar.style.width = `${(100 * share).toFixed(1)}%`;
      return h(
        "li",
        {},
        h("span", { className: "who" }, ...ownerNames(tiles, others)),
        h("span", { className: "bar" }, bar),
        h("span", { className: "quiet" }, `${number(iteration)} / ${number(iterations)}`),
      );
    };
    return { key: training, content: `${saysWho(tiles)} ${others} ${iteration}`, make };
  }

  /**
   * @param {string} training
   * @param {number | null} seconds
   * @param {number} ahead
   * @param {Tile[]} tiles
   * @param {number} others
   */
  #waitingLine(training, seconds, ahead, tiles, others) {
    const time =
      seconds === null ? "" : t("class.wall.queue.in", { time: duration(Math.max(1, Math.ceil(seconds))) });
    const next = ahead ? "" : t("class.wall.queue.next");
    const make = () =>
      h(
        "li",
        {},
        ...(this.#order ? [this.#order.grip(training)] : []),
        h("span", { className: "who" }),
        ...(this.#put ? [this.#first(training)] : []),
        h("span", { className: "quiet" }),
        h("span", { className: "quiet" }),
      );
    /** The line stays, so that it can be dragged and keeps the focus. @param {HTMLElement} line */
    const update = (line) => {
      /** @type {NodeListOf<HTMLElement>} */
      const spans = line.querySelectorAll(":scope > span");
      const [who, ...texts] = spans;
      who.replaceChildren(...ownerNames(tiles, others));
      for (const [i, text] of [next, time].entries()) setText(texts[i], text);
      const [grip, first] = line.querySelectorAll("button");
      if (!grip || !first) return;
      this.#order?.name(grip, who.textContent ?? "");
      setText(first, t("class.wall.queue.first"));
      first.title = t("class.wall.queue.first.help");
      first.hidden = !ahead;
    };
    return {
      key: training,
      content: `${saysWho(tiles)} ${others} ${next} ${time} ${ahead > 0}`,
      make,
      update,
    };
  }

  /** @param {string} training */
  #first(training) {
    return h("button", {
      type: "button",
      className: "toggle first",
      onclick: () => this.#put?.(training, null),
    });
  }
}
