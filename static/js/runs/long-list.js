/**
 * A long run list: only the rows that are visible, and some above and below them, are in the document. In place of the others
 * there are gaps, empty elements of their height. A row of the list is a run's entry or the head of a group; it has an id here.
 *
 * Rows differ in height, because names may take several lines. For a row that was in the document, its height there is used; for
 * all others the mean height. When the height of a gap changes, the browser keeps the visible rows where they are.
 */

import { h } from "../page/dom.js";

/** Rows up to this many pixels above and below the visible part are in the document. */
const MARGIN = 300;
/** The expected height of a row, in pixels, until one was measured. */
const EXPECTED_HEIGHT = 50;

export class LongList {
  #list;
  /** Row → its height in pixels when it was in the document. @type {Map<string, number>} */
  #heights = new Map();
  /** The mean height of the rows that were measured first. It stays, so that gaps do not change all the time. */
  #mean = 0;
  #width = 0;
  /** The visible part, in pixels below the top of the first row. */
  #visible = { top: 0, bottom: 0 };
  /** Measures the rows that are in the document. @type {ResizeObserver} */
  #sizeObserver;
  /** Elements for gaps, which are used again. @type {HTMLElement[]} */
  #gaps = [];
  /** The rows in the document: element → the row's id. @type {Map<Element, string>} */
  #placed = new Map();

  /**
   * @param {HTMLElement} list
   * @param {() => void} onMoved called when other rows may be visible now
   */
  constructor(list, onMoved) {
    this.#list = list;
    this.#measure();
    const moved = () => {
      this.#measure();
      onMoved();
    };
    // on a narrow screen the list itself does not scroll, but an element around it
    addEventListener("scroll", ({ target }) => target instanceof Node && target.contains(list) && moved(), {
      capture: true,
      passive: true,
    });
    this.#sizeObserver = new ResizeObserver((entries) => {
      for (const { target, borderBoxSize } of entries) {
        const row = this.#placed.get(target);
        if (row !== undefined) this.#heights.set(row, borderBoxSize[0].blockSize);
      }
      // not at once: the observer would report the change of a height in its own callback as an error
      requestAnimationFrame(moved);
    });
    this.#sizeObserver.observe(list);
  }

  /** Measure which part of the list is visible. */
  #measure() {
    const { scrollTop, clientWidth } = this.#list;
    const { top, bottom } = this.#list.getBoundingClientRect();
    this.#visible = {
      top: scrollTop + Math.max(0, -top),
      bottom: scrollTop + Math.min(bottom, innerHeight) - top,
    };
    if (clientWidth === this.#width) return;
    // names may take more lines now, or fewer
    this.#width = clientWidth;
    this.#heights.clear();
    this.#mean = 0;
  }

  /** The measured or expected height of a row, in pixels. @param {string} row its id */
  #height(row) {
    return this.#heights.get(row) ?? (this.#mean || EXPECTED_HEIGHT);
  }

  /**
   * Which rows must be in the document.
   * @param {string[]} rows the ids of all rows, in their order
   * @param {(row: string) => boolean} isKept whether a row stays in the document when it is not visible, such as one with the focus
   * @returns {number[]} their places in `rows`, in ascending order
   */
  inSight(rows, isKept) {
    if (!this.#mean && this.#heights.size) this.#mean = meanOf(this.#heights.values());
    const [from, to] = [this.#visible.top - MARGIN, this.#visible.bottom + MARGIN];
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
   * @param {string[]} rows the ids of all rows, in their order
   * @param {number[]} places in `rows` of those that are in the document
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
    for (const element of this.#placed.keys())
      if (!placed.has(element)) this.#sizeObserver.unobserve(element);
    for (const element of placed.keys()) if (!this.#placed.has(element)) this.#sizeObserver.observe(element);
    this.#placed = placed;
    return children;
  }

  /**
   * @param {number} number of the gap, from the top of the list, counted from 0
   * @param {number} height in pixels
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
