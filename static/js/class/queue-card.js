/** The card of the queue: what runs, what waits, and for how long. */

import { h, setText } from "../page/dom.js";
import { duration } from "../words/duration.js";
import { number, t } from "../words/i18n.js";
import { lines, ownerNames, saysWho } from "./student-lines.js";

/**
 * @import { Tile } from "./tile.js"
 * @import { WallStore } from "./wall-store.js"
 */

/** The queue lists this many that wait, and says how many more there are. */
const MAX_WAITING = 12;

export class QueueCard {
  #title = h("h2");
  #how = h("span", { className: "quiet controls" });
  #running = h("ul", { className: "lines running" });
  #waiting = h("ol", { className: "lines waiting" });
  #none = h("p", { className: "quiet" });
  #more = h("p", { className: "quiet" });
  #drawRunning = lines(this.#running);
  #drawWaiting = lines(this.#waiting);

  #onFirst;

  /**
   * @param {HTMLElement} card
   * @param {((training: string) => void) | null} onFirst lets a training start before all others; null: nobody here may
   */
  constructor(card, onFirst) {
    this.#onFirst = onFirst;
    card.replaceChildren(
      h("header", { className: "card-head" }, this.#title, this.#how),
      this.#running,
      this.#none,
      this.#waiting,
      this.#more,
    );
  }

  /** @param {WallStore} store */
  draw(store) {
    setText(this.#title, t("class.wall.queue"));
    setText(this.#how, t("class.wall.queue.how"));
    /** @param {string[]} people */
    const tilesOf = (people) =>
      people.map((person) => store.tiles.get(person)).filter((tile) => tile !== undefined);
    this.#drawRunning(
      store.running.map(([training, iteration, iterations, people, others]) =>
        this.#runningLine(training, iteration, iterations, tilesOf(people), others),
      ),
    );
    const waiting = store.waiting.slice(0, MAX_WAITING);
    this.#none.hidden = store.waiting.length > 0;
    setText(this.#none, t("class.wall.queue.none"));
    this.#drawWaiting(
      waiting.map(([training, seconds, people, others], i) =>
        this.#waitingLine(training, seconds, i, tilesOf(people), others),
      ),
    );
    const more = store.waiting.length - waiting.length;
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
    return { key: training, says: `${saysWho(tiles)} ${others} ${iteration}`, make };
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
    const first = ahead && this.#onFirst ? [this.#first(training)] : [];
    const make = () =>
      h(
        "li",
        {},
        h("span", { className: "who" }, ...ownerNames(tiles, others)),
        ...first,
        h("span", { className: "quiet" }, next),
        h("span", { className: "quiet" }, time),
      );
    return { key: training, says: `${saysWho(tiles)} ${others} ${next} ${time} ${first.length}`, make };
  }

  /** @param {string} training */
  #first(training) {
    return h(
      "button",
      {
        type: "button",
        className: "toggle first",
        title: t("class.wall.queue.first.help"),
        onclick: () => this.#onFirst?.(training),
      },
      t("class.wall.queue.first"),
    );
  }
}
