/** The tiles of all students. A tile's element stays the same while its student is in the class, and keeps the focus. */

import { closest, h, setChildren, setText, svg } from "../page/dom.js";
import { onKey } from "../page/keys.js";
import { duration } from "../words/duration.js";
import { number, percent, t } from "../words/i18n.js";
import { classIcon } from "./icons.js";
import { gridOf, NARROW } from "./tile-grid.js";

/** @import { CurveView, Tile } from "./tile.js" */

/** How many tiles are drawn in one step. */
const TILES_IN_STEP = 20;
/** Units of a sparkline's picture, which is stretched to the tile's size. */
const SPARK = { width: 100, height: 30 };
/** Words that are shown also beside a curve: what went on without being seen in it. */
const SPOKEN = new Set(["paused", "diverged", "failed", "cancelled"]);
/** Steps of the arrow keys, in rows and columns. @type {Record<string, [number, number]>} */
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export class TilesView {
  #list;
  #isBrief;
  #onPick;
  #onOpen;
  /** @type {Map<string, TileElement>} */
  #elements = new Map();
  #columns = 1;
  #room = { width: 0, height: 0 };
  #count = 0;
  /** The persons of the tiles, in the order in which these are. @type {string[]} */
  #shown = [];
  /** Whether tiles have a line for the nickname. */
  #named = false;
  /** Whether tiles have room for their curves. */
  #curves = true;
  /** Whether tiles have room for short words only. */
  #brief = false;
  /** The tile that the Tab key reaches. */
  #current = "";

  /**
   * @param {HTMLElement} list
   * @param {boolean} brief whether tiles say all in short words
   * @param {(person: string | null) => void} onPick called with the student whose tile is pointed at or has the focus
   * @param {(person: string) => void} onOpen called when a tile is clicked
   */
  constructor(list, brief, onPick, onOpen) {
    this.#list = list;
    this.#isBrief = brief;
    this.#onPick = onPick;
    this.#onOpen = onOpen;
    /** @param {Event} event */
    const personOf = (event) => closest(event, ".tile")?.dataset.person ?? null;
    list.addEventListener("pointerover", (event) => onPick(personOf(event)));
    list.addEventListener("pointerleave", () => onPick(null));
    list.addEventListener("focusin", (event) => {
      const person = personOf(event);
      if (person) this.#setCurrent(person);
      if (event.target instanceof Element && event.target.matches(":focus-visible")) onPick(person);
    });
    list.addEventListener("focusout", () => onPick(null));
    list.addEventListener("click", (event) => {
      const person = personOf(event);
      if (person) this.#onOpen(person);
    });
    onKey(list, (event) => this.#move(event));
    new ResizeObserver(() => this.#measure()).observe(list);
  }

  #measure() {
    const { clientWidth: width, clientHeight: height } = this.#list;
    if (width === this.#room.width && height === this.#room.height) return;
    this.#room = { width, height };
    this.#layOut();
  }

  #layOut() {
    const letter = Number.parseFloat(getComputedStyle(this.#list).fontSize);
    const { columns, height, curves } = gridOf(this.#count, this.#room, { letter, named: this.#named });
    this.#columns = columns;
    this.#list.style.setProperty("--columns", String(columns));
    this.#list.style.setProperty("--tile-height", `${height}px`);
    this.#list.classList.toggle("small", !curves);
    this.#curves = curves;
    this.#brief = this.#isBrief || !curves || this.#room.width < NARROW;
  }

  /**
   * Draw the tiles step by step: the page can do other things in between.
   * @param {Tile[]} tiles in their order
   * @param {(name: string) => string} colorOf
   */
  *draw(tiles, colorOf) {
    tiles = this.#inOrder(tiles);
    const named = tiles.some(({ nickname }) => nickname);
    if (tiles.length !== this.#count || named !== this.#named) {
      this.#count = tiles.length;
      this.#named = named;
      this.#layOut();
    }
    const gone = new Set(this.#elements.keys());
    const elements = [];
    for (const tile of tiles) {
      gone.delete(tile.person);
      const known = this.#elements.get(tile.person) ?? this.#add(tile);
      known.draw(tile, colorOf, { brief: this.#brief, curves: this.#curves });
      elements.push(known.element);
      if (elements.length % TILES_IN_STEP === 0) yield;
    }
    for (const person of gone) this.#elements.delete(person);
    setChildren(this.#list, elements);
    this.#shown = tiles.map(({ person }) => person);
    if (!this.#elements.has(this.#current) && tiles.length) this.#setCurrent(tiles[0].person);
    if (gone.size) this.#onPick(null);
  }

  /** A new tile, last; all at once would be laid out in one long go. @param {Tile} tile */
  #add(tile) {
    const made = new TileElement(tile);
    this.#elements.set(tile.person, made);
    this.#list.append(made.element);
    return made;
  }

  /**
   * The tiles in their order; while they are pointed at or one has the focus of the keyboard, in the order in which they are,
   * so that none moves away from under the pointer.
   * @param {Tile[]} tiles
   */
  #inOrder(tiles) {
    if (!this.#list.matches(":hover, :has(:focus-visible)")) return tiles;
    const places = new Map(this.#shown.map((person, place) => [person, place]));
    const place = (/** @type {Tile} */ { person }) => places.get(person) ?? this.#shown.length;
    return tiles.toSorted((a, b) => place(a) - place(b));
  }

  /** Mark the tiles of those whose curve is pointed at. @param {Set<string>} people */
  mark(people) {
    for (const [person, { element }] of this.#elements)
      element.classList.toggle("pointed", people.has(person));
  }

  /** @param {string} person */
  #setCurrent(person) {
    const before = this.#elements.get(this.#current);
    if (before) before.element.tabIndex = -1;
    this.#current = person;
    const now = this.#elements.get(person);
    if (now) now.element.tabIndex = 0;
  }

  /** Move the focus to a neighbour. @param {KeyboardEvent} event */
  #move(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const tiles = [...this.#list.children];
    const at = tiles.findIndex((tile) => tile.matches(":focus"));
    if (at < 0) return;
    const step = STEPS[event.key];
    const next = step
      ? at + step[0] * this.#columns + step[1]
      : { Home: 0, End: tiles.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault(); // the page does not scroll by itself
    const tile = tiles[next];
    if (tile instanceof HTMLElement) tile.focus();
  }
}

class TileElement {
  element = h("button", { type: "button", className: "tile", tabIndex: -1 });
  #number = h("b", { className: "tile-number" });
  #best = h("b", { className: "tile-best" });
  #spark = svg("svg", {
    class: "tile-spark",
    viewBox: `0 0 ${SPARK.width} ${SPARK.height}`,
    preserveAspectRatio: "none",
    "aria-hidden": "true",
  });
  #word = h("span", { className: "tile-word" });
  #name = h("span", { className: "tile-name" });
  #hand = h("span", { className: "tile-hand", hidden: true });
  #progress = h("span", { className: "tile-progress" }, h("span"));
  /** The curves that are drawn, and their colors. @type {unknown[]} */
  #drawn = [];

  /** @param {Tile} tile */
  constructor({ person }) {
    this.element.dataset.person = person;
    this.#hand.append(classIcon("hand"));
    this.element.append(
      this.#number,
      this.#best,
      this.#spark,
      this.#word,
      this.#name,
      this.#hand,
      this.#progress,
    );
  }

  /**
   * @param {Tile} tile
   * @param {(name: string) => string} colorOf
   * @param {{brief: boolean, curves: boolean}} room for whole words, and for curves
   */
  draw(tile, colorOf, { brief, curves }) {
    const { state, away_since, hand_at, best, nickname } = tile;
    this.element.dataset.state = state;
    this.element.toggleAttribute("data-away", away_since !== null);
    this.element.toggleAttribute("data-hand", hand_at !== null);
    const figure = best === null ? "" : percent(best);
    const word = wordOf(tile);
    setText(this.#number, String(tile.number ?? ""));
    setText(this.#best, best === null || !brief ? figure : percent(best, 0));
    setText(this.#name, nickname ?? "");
    const isDrawn = tile.curves.some(({ points }) => points.length);
    const isSeen = isDrawn && !SPOKEN.has(state) && away_since === null;
    const written = isSeen ? "" : brief ? briefWordOf(tile) : word;
    setText(this.#word, written);
    // for the style sheet, which would have to look into every tile otherwise
    this.element.toggleAttribute("data-curve", isDrawn);
    this.element.toggleAttribute("data-word", written !== "");
    this.element.toggleAttribute("data-best", best !== null);
    this.#hand.hidden = hand_at === null;
    const bar = this.#progress.firstElementChild;
    this.#progress.hidden = state !== "running";
    if (bar instanceof HTMLElement) bar.style.width = `${(100 * tile.progress).toFixed(1)}%`;
    const label = [
      [tile.number, nickname].filter(Boolean).join(" "),
      word,
      figure,
      hand_at === null ? "" : t("class.wall.hand_up"),
    ];
    const spoken = label.filter(Boolean).join(", ");
    if (this.element.getAttribute("aria-label") !== spoken) this.element.setAttribute("aria-label", spoken);
    if (curves) this.#drawSpark(tile, colorOf);
  }

  /**
   * @param {Tile} tile
   * @param {(name: string) => string} colorOf
   */
  #drawSpark({ curves, runs }, colorOf) {
    const colors = curves.map(({ training }) =>
      colorOf(runs.find((run) => run.training === training)?.name ?? ""),
    );
    const drawn = [...curves, ...colors];
    if (drawn.length === this.#drawn.length && drawn.every((one, i) => one === this.#drawn[i])) return;
    this.#drawn = drawn;
    const end = Math.max(1, ...curves.map(({ iterations }) => iterations));
    this.#spark.replaceChildren(
      ...curves.map((curve, i) => {
        const path = svg("path", { d: sparkOf(curve, end) });
        path.style.stroke = colors[i];
        return path;
      }),
    );
  }
}

/**
 * @param {CurveView} curve
 * @param {number} end
 */
function sparkOf({ points }, end) {
  if (!points.length) return "";
  const places = points.map(
    ([iteration, value]) =>
      `${((SPARK.width * iteration) / end).toFixed(1)},${(SPARK.height * (1 - value)).toFixed(1)}`,
  );
  return `M${places.join("L")}`;
}

/**
 * What a student does, in few words.
 * @param {Tile} tile
 */
export function wordOf({ state, away_since, ahead, seconds }) {
  if (away_since !== null) return t("class.wall.state.away");
  if (state !== "queued") return t(`class.wall.state.${state}`);
  if (seconds !== null)
    return t("class.wall.state.queued_for", { time: duration(Math.max(1, Math.ceil(seconds))) });
  return ahead === null
    ? t("class.wall.state.queued")
    : t("class.wall.state.queued_at", { n: number(ahead + 1) });
}

/**
 * The same in one or two short words.
 * @param {Tile} tile
 */
function briefWordOf({ state, away_since, ahead, seconds }) {
  if (away_since !== null) return t("class.wall.state.away");
  if (state === "joined") return t("class.wall.state.joined.brief");
  if (state !== "queued") return t(`class.wall.state.${state}`);
  if (seconds !== null) return t("class.wall.queue.in", { time: duration(Math.max(1, Math.ceil(seconds))) });
  return ahead === null
    ? t("class.wall.state.queued")
    : t("class.wall.state.queued_at.brief", { n: number(ahead + 1) });
}
