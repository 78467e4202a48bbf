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
  #onMoved;
  /** The ids of all rows, in their order. @type {string[]} */
  #rows = [];
  /** Row → its height in pixels when it was in the document. @type {Map<string, number>} */
  #heights = new Map();
  /** The same in the order of the rows; 0: not measured yet. */
  #heightAt = new Float64Array();
  /** The mean height of the rows that were measured first. It stays, so that gaps do not change all the time. */
  #mean = 0;
  #width = 0;
  /** The visible part, in pixels below the top of the first row. */
  #visible = { top: 0, bottom: 0 };
  /** Measures the rows that are in the document. @type {ResizeObserver} */
  #sizeObserver;
  /** Elements for gaps, which are used again. @type {HTMLElement[]} */
  #gaps = [];
  /** The rows in the document: element → the row's place. @type {Map<Element, number>} */
  #placed = new Map();

  /**
   * @param {HTMLElement} list
   * @param {() => void} onMoved called when other rows may be visible now
   */
  constructor(list, onMoved) {
    this.#list = list;
    this.#onMoved = onMoved;
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
        const place = this.#placed.get(target);
        if (place === undefined) continue;
        this.#heights.set(this.#rows[place], borderBoxSize[0].blockSize);
        this.#heightAt[place] = borderBoxSize[0].blockSize;
      }
      // not at once: the observer would report the change of a height in its own callback as an error
      requestAnimationFrame(moved);
    });
    this.#sizeObserver.observe(list);
  }

  /** The ids of all rows, in their order; then `inSight` and `children` are called. @param {string[]} rows */
  set rows(rows) {
    this.#rows = rows;
    this.#heightAt = Float64Array.from(rows, (row) => this.#heights.get(row) ?? 0);
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
    this.#heightAt.fill(0);
    this.#mean = 0;
  }

  /** The measured or expected height of a row, in pixels. @param {number} place */
  #height(place) {
    return this.#heightAt[place] || this.#mean || EXPECTED_HEIGHT;
  }

  /**
   * Which rows must be in the document. After a jump to rows that are not, only the visible ones: those around them follow in the
   * next frame, because making all of them at once would delay this one.
   * @param {number[]} kept indices of rows that stay in the document when they are not visible, such as one with the focus
   * @param {(place: number) => boolean} isThere whether a row is in the document now
   * @param {(place: number) => number} headOf the index of the head of a row's group: the head of the first visible row's group
   *   sticks to the upper edge of the list; of a row without one, its own index
   * @returns {number[]} their indices, in ascending order
   */
  inSight(kept, isThere, headOf) {
    if (!this.#mean && this.#heights.size) this.#mean = meanOf(this.#heights.values());
    const { top, bottom } = this.#visible;
    const visible = this.#between(top, bottom);
    const isJump = 2 * visible.filter(isThere).length < visible.length;
    // a timer, because what is planned for a frame while a scroll is handled belongs to the frame that shows the scroll
    if (isJump) requestAnimationFrame(() => setTimeout(() => this.#onMoved()));
    const places = isJump ? visible : this.#between(top - MARGIN, bottom + MARGIN);
    const heads = visible.slice(0, 1).map(headOf);
    return [...new Set([...kept, ...heads, ...places])].sort((a, b) => a - b);
  }

  /**
   * The places of the rows between two heights.
   * @param {number} from in pixels below the top of the first row
   * @param {number} to
   */
  #between(from, to) {
    /** @type {number[]} */
    const places = [];
    let top = 0;
    for (let place = 0; place < this.#rows.length && top <= to; place++) {
      top += this.#height(place);
      if (top >= from) places.push(place);
    }
    return places;
  }

  /**
   * The children of the list: the elements of some rows, with gaps between them for the others.
   * @param {number[]} places of the rows that are in the document, in ascending order
   * @param {(place: number) => HTMLElement} elementAt
   */
  children(places, elementAt) {
    /** @type {HTMLElement[]} */
    const children = [];
    /** @type {Map<Element, number>} */
    const placed = new Map();
    let gaps = 0;
    let next = 0;
    for (const place of [...places, this.#rows.length]) {
      let height = 0;
      for (; next < place; next++) height += this.#height(next);
      if (height) children.push(this.#gap(gaps++, height));
      if (place === this.#rows.length) break;
      const element = elementAt(place);
      element.ariaSetSize = String(this.#rows.length);
      element.ariaPosInSet = String(place + 1);
      children.push(element);
      placed.set(element, place);
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
