/** The cards beside the tiles: how to join, who needs the teacher, the queue, and where the class is. */

import { h, setChildren, setText } from "../page/dom.js";
import { duration } from "../words/duration.js";
import { number, t } from "../words/i18n.js";
import { classIcon } from "./icons.js";
import { countsOf, needsOf } from "./tile.js";

/**
 * @import { Need, Tile } from "./tile.js"
 * @import { WallStore } from "./wall-store.js"
 */

/** The queue lists this many that wait, and says how many more there are. */
const MAX_WAITING = 12;
/** A line has the numbers of this many students, and says how many more there are; the nicknames of these many. */
const MAX_NUMBERS = 8;
const MAX_NAMES = 2;
/** The icon of each need. @type {Record<Need["kind"], string>} */
const NEED_ICONS = { hand: "hand", failed: "warning", idle: "clock", away: "away" };

/** "482913" → "482 913" @param {string} code */
export const spaced = (code) => code.replace(/^(\d{3})(\d{3})$/, "$1 $2");

/** An address as people type it. @param {string} address one of the lab's; "": the page's own */
export const plain = (address) => address.replace(/^http:\/\//, "") || location.host;

/**
 * The address of the QR code. The code is in it, so that no older picture is shown.
 * @param {string} code
 * @param {string} address one of the lab's
 */
export const qrOf = (code, address) => `api/class/qr.svg?${new URLSearchParams({ code, address })}`;

/** A student in a line of text: the number in bold, and the nickname where names are shown. @param {Tile} tile */
const named = (tile) =>
  h(
    "span",
    {},
    h("b", {}, nameOrNumber(tile)),
    tile.number !== null && tile.nickname ? ` ${tile.nickname}` : "",
  );

/** @param {Tile} tile */
const nameOrNumber = ({ number: place }) => (place === null ? t("class.the_teacher") : String(place));

/**
 * Students in a line: at most some of them.
 * @param {Tile[]} tiles
 * @param {number} others how many more there are
 */
function names(tiles, others = 0) {
  const line = (/** @type {Tile} */ tile) =>
    tiles.length > MAX_NAMES ? h("b", {}, nameOrNumber(tile)) : named(tile);
  const some = tiles.slice(0, MAX_NUMBERS).flatMap((tile, i) => (i ? [", ", line(tile)] : [line(tile)]));
  const more = Math.max(0, tiles.length - MAX_NUMBERS) + others;
  return more > 0 ? [...some, " ", t("class.wall.more", { n: number(more) })] : some;
}

/**
 * Who has a training that runs or waits.
 * @param {Tile[]} tiles
 * @param {number} others
 */
function ownerNames(tiles, others) {
  return tiles.length ? names(tiles, others) : [t("class.wall.queue.other")];
}

/**
 * Lists of lines whose elements stay while they say the same, so that what is pointed at does not change below the pointer.
 * @param {HTMLElement} list
 */
function lines(list) {
  /** @type {Map<string, {element: HTMLElement, says: string}>} */
  const known = new Map();
  /** @param {{key: string, says: string, make: () => HTMLElement}[]} wanted */
  return (wanted) => {
    const elements = wanted.map(({ key, says, make }) => {
      const old = known.get(key);
      if (old?.says === says) return old.element;
      const element = make();
      known.set(key, { element, says });
      return element;
    });
    const keys = new Set(wanted.map(({ key }) => key));
    for (const key of known.keys()) if (!keys.has(key)) known.delete(key);
    setChildren(list, elements);
  };
}

/** Who needs the teacher. */
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
   * @param {number} now in Unix seconds
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
        const who = people.map(({ number: place, nickname }) => `${place} ${nickname}`).join();
        const key = kind === "hand" ? `${kind} ${people[0].person}` : kind;
        return { key, says: `${who} ${words}`, make: () => this.#line(kind, people, words) };
      }),
    );
  }

  /**
   * @param {Need["kind"]} kind
   * @param {Tile[]} people
   * @param {string} words
   */
  #line(kind, people, words) {
    const line = h(
      "button",
      { type: "button", className: "line-button", onclick: () => this.#onOpen(people[0].person) },
      classIcon(NEED_ICONS[kind]),
      h("span", { className: "who" }, ...names(people)),
      h("span", { className: "quiet" }, words),
    );
    return h("li", { "data-kind": kind }, line);
  }
}

/** What runs, what waits, and for how long. */
export class QueueCard {
  #title = h("h2");
  #how = h("span", { className: "quiet controls" });
  #running = h("ul", { className: "lines running" });
  #waiting = h("ol", { className: "lines waiting" });
  #none = h("p", { className: "quiet" });
  #more = h("p", { className: "quiet" });
  #drawRunning = lines(this.#running);
  #drawWaiting = lines(this.#waiting);

  /** @param {HTMLElement} card */
  constructor(card) {
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
    return { key: training, says: `${says_(tiles)} ${others} ${iteration}`, make };
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
        h("span", { className: "who" }, ...ownerNames(tiles, others)),
        h("span", { className: "quiet" }, next),
        h("span", { className: "quiet" }, time),
      );
    return { key: training, says: `${says_(tiles)} ${others} ${next} ${time}`, make };
  }
}

/** @param {Tile[]} tiles */
const says_ = (tiles) => tiles.map(({ number: place, nickname }) => `${place} ${nickname}`).join();

/** Where the class is: how many have done what, as bars. */
export class CountsCard {
  #title = h("h2");
  #list = h("dl", { className: "count-bars" });

  /** @param {HTMLElement} card */
  constructor(card) {
    card.replaceChildren(h("header", { className: "card-head" }, this.#title), this.#list);
  }

  /** @param {Tile[]} tiles */
  draw(tiles) {
    setText(this.#title, t("class.wall.counts"));
    const counts = countsOf(tiles);
    const rows = /** @type {(keyof typeof counts)[]} */ (["joined", "here", "launched", "finished"]);
    this.#list.replaceChildren(
      ...rows.flatMap((name) => {
        const bar = h("span");
        bar.style.width = `${(100 * counts[name]) / Math.max(1, counts.joined)}%`;
        return [
          h("dt", {}, t(`class.wall.counts.${name}`)),
          h("dd", {}, h("span", { className: "bar" }, bar), h("b", {}, number(counts[name]))),
        ];
      }),
    );
  }
}

/** How to join: code, address and QR code; a click shows them in the whole window. */
export class JoinCard {
  #code = h("b", { className: "join-code" });
  #address = h("span", { className: "join-address" });
  #how = h("span", { className: "quiet" });
  #button = h("button", { type: "button", className: "join-button" });
  #picture = h("img", { className: "join-qr", alt: "", width: 66, height: 66 });

  /** @param {HTMLElement} card @param {() => void} onOpen */
  constructor(card, onOpen) {
    this.#button.append(
      this.#picture,
      h("span", { className: "join-words" }, this.#how, this.#address, this.#code),
    );
    this.#button.addEventListener("click", onOpen);
    card.replaceChildren(this.#button);
  }

  /**
   * @param {string} code "": there is none
   * @param {string} address
   */
  draw(code, address) {
    this.#button.hidden = !code;
    setText(this.#code, spaced(code));
    setText(this.#address, plain(address));
    setText(this.#how, t("class.wall.join_at"));
    this.#button.title = t("class.wall.join.large");
    this.#picture.hidden = !address; // where none is known that others reach, there is no picture
    const source = qrOf(code, address);
    if (address && this.#picture.getAttribute("src") !== source) this.#picture.src = source;
  }
}
