/** The tiles of all students. A tile's element stays the same while its student is in the class, and keeps the focus. */

import { closest, setChildren } from "../page/dom.js";
import { isForBrowser, onKey } from "../page/keys.js";
import { TileElement } from "./tile-element.js";
import { gridOf, NARROW } from "./tile-grid.js";

/** @import { Tile } from "./tile.js" */

/** This many tiles are drawn before the page gets time for other things. */
const TILES_IN_STEP = 20;
/** How far the arrow keys move the focus, in rows and columns. @type {Record<string, [number, number]>} */
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export class TilesView {
  #list;
  #isAlwaysBrief;
  #onPick;
  #onOpen;
  /** The tiles' elements by the ids of their students. @type {Map<string, TileElement>} */
  #elements = new Map();
  #columns = 1;
  /** The size of the list in pixels. */
  #size = { width: 0, height: 0 };
  /** How many tiles the layout is made for. */
  #count = 0;
  /** The ids of the students, in the order of their tiles on the page. @type {string[]} */
  #order = [];
  /** Whether tiles have a line for the nickname. */
  #hasNames = false;
  /** Whether tiles have room for their curves. */
  #hasCurves = true;
  /** Whether tiles have room for short words only. */
  #isBrief = false;
  /** The id of the student whose tile the Tab key reaches. */
  #current = "";

  /**
   * @param {HTMLElement} list
   * @param {boolean} brief whether tiles use short words even if there is room for longer ones
   * @param {(person: string | null) => void} onPick called with the student whose tile is pointed at or has the focus
   * @param {(person: string) => void} onOpen called when a tile is clicked
   */
  constructor(list, brief, onPick, onOpen) {
    this.#list = list;
    this.#isAlwaysBrief = brief;
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

  /** Lay out the tiles again if the list has another size. */
  #measure() {
    const { clientWidth: width, clientHeight: height } = this.#list;
    if (width === this.#size.width && height === this.#size.height) return;
    this.#size = { width, height };
    this.#layOut();
  }

  /** Choose the columns, the tiles' height and what a tile has room for. */
  #layOut() {
    const letter = Number.parseFloat(getComputedStyle(this.#list).fontSize);
    const { columns, height, curves } = gridOf(this.#count, this.#size, { letter, named: this.#hasNames });
    this.#columns = columns;
    this.#list.style.setProperty("--columns", String(columns));
    this.#list.style.setProperty("--tile-height", `${height}px`);
    this.#list.classList.toggle("small", !curves);
    this.#hasCurves = curves;
    this.#isBrief = this.#isAlwaysBrief || !curves || this.#size.width < NARROW;
  }

  /**
   * Draw the tiles step by step, so that the page can do other things in between.
   * @param {Tile[]} tiles in the order in which they are to stand
   * @param {(name: string) => string} colorOf the colour of the curves of runs with this name
   */
  *draw(tiles, colorOf) {
    tiles = this.#inOrder(tiles);
    const hasNames = tiles.some(({ nickname }) => nickname);
    if (tiles.length !== this.#count || hasNames !== this.#hasNames) {
      this.#count = tiles.length;
      this.#hasNames = hasNames;
      this.#layOut();
    }
    const gone = new Set(this.#elements.keys());
    const elements = [];
    for (const tile of tiles) {
      gone.delete(tile.person);
      const drawn = this.#elements.get(tile.person) ?? this.#add(tile);
      drawn.draw(tile, colorOf, { brief: this.#isBrief, curves: this.#hasCurves });
      elements.push(drawn.element);
      if (elements.length % TILES_IN_STEP === 0) yield;
    }
    for (const person of gone) this.#elements.delete(person);
    setChildren(this.#list, elements);
    this.#order = tiles.map(({ person }) => person);
    if (!this.#elements.has(this.#current) && tiles.length) this.#setCurrent(tiles[0].person);
    if (gone.size) this.#onPick(null);
  }

  /**
   * Add a new tile at the end of the list. It is added here and not with all others at the end of `draw`, because the browser
   * would lay out all new tiles at once then, which takes long.
   * @param {Tile} tile
   */
  #add(tile) {
    const tileElement = new TileElement(tile);
    this.#elements.set(tile.person, tileElement);
    this.#list.append(tileElement.element);
    return tileElement;
  }

  /**
   * The tiles in the order in which they are drawn. While the pointer is over the list, or the keyboard has its focus there,
   * they keep the order that they have on the page, so that no tile moves away from under the pointer.
   * @param {Tile[]} tiles in the order in which they are to stand
   */
  #inOrder(tiles) {
    if (!this.#list.matches(":hover, :has(:focus-visible)")) return tiles;
    const places = new Map(this.#order.map((person, place) => [person, place]));
    const place = (/** @type {Tile} */ { person }) => places.get(person) ?? this.#order.length; // new ones come last
    return tiles.toSorted((a, b) => place(a) - place(b));
  }

  /** Mark the tiles of those whose curve is pointed at. @param {Set<string>} people */
  mark(people) {
    for (const [person, { element }] of this.#elements)
      element.classList.toggle("pointed", people.has(person));
  }

  /** Make this student's tile the one that the Tab key reaches. @param {string} person */
  #setCurrent(person) {
    const before = this.#elements.get(this.#current);
    if (before) before.element.tabIndex = -1;
    this.#current = person;
    const now = this.#elements.get(person);
    if (now) now.element.tabIndex = 0;
  }

  /** Move the focus to a neighbour, or to the first or last tile. @param {KeyboardEvent} event */
  #move(event) {
    if (isForBrowser(event) || event.shiftKey) return;
    const tiles = [...this.#list.children];
    const index = tiles.findIndex((tile) => tile.matches(":focus"));
    if (index < 0) return;
    const step = STEPS[event.key];
    const next = step
      ? index + step[0] * this.#columns + step[1]
      : { Home: 0, End: tiles.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault(); // the page does not scroll by itself
    const tile = tiles[next];
    if (tile instanceof HTMLElement) tile.focus();
  }
}
