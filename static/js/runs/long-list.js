/**
 * A long run list: only the rows in sight, and some above and below them, are in the document. Gaps stand for the others.
 *
 * Rows differ in height, because names may take several lines. A row that was in the document is taken to have the height that
 * it had there, and each other one their mean. As gaps become more exact, the browser keeps in place what is in sight.
 */

import { h } from "../page/dom.js";

/** So many pixels above and below what is in sight are in the document. */
const MARGIN = 300;
/** The height of a row, in pixels, until one was in the document. */
const GUESS = 50;

export class LongList {
  #list;
  /** Row → its height in pixels when it was in the document. @type {Map<string, number>} */
  #heights = new Map();
  /** The mean height of the rows that were measured first. It stays, so that gaps do not change all the time. */
  #mean = 0;
  #width = 0;
  /** What is in sight, in pixels below the first row. */
  #sight = { top: 0, bottom: 0 };
  #sizes;
  /** @type {HTMLElement[]} */
  #gaps = [];
  /** Element → its row. @type {Map<Element, string>} */
  #placed = new Map();

  /**
   * @param {HTMLElement} list
   * @param {() => void} onMoved called when other rows may be in sight
   */
  constructor(list, onMoved) {
    this.#list = list;
    this.#look();
    const looked = () => {
      this.#look();
      onMoved();
    };
    // on a narrow screen not the list scrolls but what it stands in
    addEventListener("scroll", ({ target }) => target instanceof Node && target.contains(list) && looked(), {
      capture: true,
      passive: true,
    });
    this.#sizes = new ResizeObserver((entries) => {
      for (const { target, borderBoxSize } of entries) {
        const row = this.#placed.get(target);
        if (row !== undefined) this.#heights.set(row, borderBoxSize[0].blockSize);
      }
      requestAnimationFrame(looked); // what is changed in here would be reported again
    });
    this.#sizes.observe(list);
  }

  /** Find out what is in sight. */
  #look() {
    const { scrollTop, clientWidth } = this.#list;
    const { top, bottom } = this.#list.getBoundingClientRect();
    this.#sight = {
      top: scrollTop + Math.max(0, -top),
      bottom: scrollTop + Math.min(bottom, innerHeight) - top,
    };
    if (clientWidth === this.#width) return;
    this.#width = clientWidth; // names take more lines now, or fewer
    this.#heights.clear();
    this.#mean = 0;
  }

  /** @param {string} row */
  #height(row) {
    return this.#heights.get(row) ?? (this.#mean || GUESS);
  }

  /**
   * Which rows are to be in the document.
   * @param {string[]} rows all of them, in their order
   * @param {(row: string) => boolean} isKept whether a row stays in the document also out of sight, as one that has the focus
   * @returns {number[]} their places, in order
   */
  inSight(rows, isKept) {
    if (!this.#mean && this.#heights.size) this.#mean = meanOf(this.#heights.values());
    const [from, to] = [this.#sight.top - MARGIN, this.#sight.bottom + MARGIN];
    /** @type {number[]} */
    const places = [];
    let top = 0;
    for (let place = 0; place < rows.length; place++) {
      const bottom = top + this.#height(rows[place]);
      if ((bottom >= from && top <= to) || isKept(rows[place])) places.push(place);
      top = bottom;
    }
    return places;
  }

  /**
   * The children of the list: the elements of some rows, with gaps between them for the others.
   * @param {string[]} rows all of them, in their order
   * @param {number[]} places of those that are in the document
   * @param {(place: number) => HTMLElement} elementAt
   */
  children(rows, places, elementAt) {
    /** @type {HTMLElement[]} */
    const children = [];
    /** @type {Map<Element, string>} */
    const placed = new Map();
    let gaps = 0;
    let next = 0;
    for (const place of [...places, rows.length]) {
      let height = 0;
      for (; next < place; next++) height += this.#height(rows[next]);
      if (height) children.push(this.#gap(gaps++, height));
      if (place === rows.length) break;
      const element = elementAt(place);
      element.ariaSetSize = String(rows.length);
      element.ariaPosInSet = String(place + 1);
      children.push(element);
      placed.set(element, rows[place]);
      next = place + 1;
    }
    for (const element of this.#placed.keys()) if (!placed.has(element)) this.#sizes.unobserve(element);
    for (const element of placed.keys()) if (!this.#placed.has(element)) this.#sizes.observe(element);
    this.#placed = placed;
    return children;
  }

  /**
   * @param {number} number
   * @param {number} height
   */
  #gap(number, height) {
    this.#gaps[number] ??= h("li", { className: "run-gap", "aria-hidden": "true" });
    const gap = this.#gaps[number];
    gap.style.height = `${height}px`;
    return gap;
  }
}

/** @param {Iterable<number>} values */
function meanOf(values) {
  const all = [...values];
  return all.reduce((sum, value) => sum + value, 0) / all.length;
}
