/** The curve of a rate finder: the loss over the learning rate, on a logarithmic axis, with a rate that can be moved. */

import { logTicks, tickTexts } from "../charts/log-ticks.js";
import { svg } from "../page/dom.js";
import { isForBrowser, onKey } from "../page/keys.js";
import { HEIGHT, linearTicks, MARGIN, nearest, placesOf, rounded } from "./rate-places.js";

/**
 * @import { RateTest } from "../types.js"
 * @import { Places } from "./rate-places.js"
 */

/** The smallest distances between ticks, in pixels. */
const APART = { x: 52, y: 34 };
/** Page Up, Page Down, and an arrow key with Shift move by this many places. */
const FAR = 10;
/** How far each key moves. @type {Record<string, number>} */
const MOVES = {
  ArrowRight: 1,
  ArrowUp: 1,
  ArrowLeft: -1,
  ArrowDown: -1,
  PageUp: FAR,
  PageDown: -FAR,
  Home: -Infinity,
  End: Infinity,
};

export class RatePlot {
  element = svg("svg", { class: "rate-plot", height: HEIGHT, tabindex: 0, role: "slider" });
  #test;
  #onMove;
  #width = 0;
  /** The suggestion, or a rate of the test that was chosen instead. */
  #rate;
  #marker = svg("g", { class: "rate-chosen" });
  /** How a chosen rate is said. @type {(rate: number, place: number) => string} */
  #say;

  /**
   * @param {RateTest} test with at least two entries
   * @param {{label: string, x: string, y: string, rate: number, say: (rate: number, place: number) => string, onMove: (rate: number) => void}} options
   *   `rate`: the chosen one at the start
   */
  constructor(test, { label, x, y, rate, say, onMove }) {
    this.#test = test;
    this.#rate = rate;
    this.#say = say;
    this.#onMove = onMove;
    const { element } = this;
    element.setAttribute("aria-label", label);
    element.setAttribute("aria-valuemin", "1");
    element.setAttribute("aria-valuemax", String(test.rates.length));
    const titles = { x, y };
    new ResizeObserver(() => this.#draw(titles)).observe(element);
    element.addEventListener("pointerdown", (event) => {
      element.setPointerCapture(event.pointerId);
      this.#point(event);
    });
    element.addEventListener("pointermove", (event) => event.buttons && this.#point(event));
    onKey(element, (event) => this.#key(event));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const by = MOVES[event.key];
    if (by === undefined || isForBrowser(event)) return;
    event.preventDefault();
    event.stopPropagation();
    const { rates } = this.#test;
    this.#choose(nearest(rates, this.#rate) + by * (event.shiftKey ? FAR : 1));
  }

  /** @param {PointerEvent} event */
  #point({ clientX }) {
    const { left } = this.element.getBoundingClientRect();
    const { rates } = this.#test;
    const share = (clientX - left - MARGIN.left) / (this.#width - MARGIN.left - MARGIN.right);
    this.#choose(Math.round(share * (rates.length - 1)));
  }

  /** @param {number} place */
  #choose(place) {
    const { rates } = this.#test;
    this.#rate = rounded(rates[Math.min(Math.max(place, 0), rates.length - 1)]);
    this.#mark();
    this.#onMove(this.#rate);
  }

  /** @param {{x: string, y: string}} titles */
  #draw(titles) {
    const width = Math.round(this.element.clientWidth || this.element.getBoundingClientRect().width);
    if (!width || width === this.#width) return;
    this.#width = width;
    const { rates, losses, smoothed, best, suggestion } = this.#test;
    const places = placesOf(this.#test, width);
    const { x, y, top } = places;
    const [bottom, right] = [HEIGHT - MARGIN.bottom, width - MARGIN.right];
    const wide = right - MARGIN.left;
    const across = logTicks(rates[0] * 0.999, rates[rates.length - 1] * 1.001, wide / APART.x);
    const texts = tickTexts(across);
    const up = linearTicks(top, (bottom - MARGIN.top) / APART.y);
    this.element.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    this.element.replaceChildren(
      ...up.flatMap((loss) => [
        svg("line", { class: "grid", x1: MARGIN.left, x2: right, y1: y(loss), y2: y(loss) }),
        svg("text", { x: MARGIN.left - 6, y: y(loss) + 4, "text-anchor": "end" }, String(loss)),
      ]),
      ...across.flatMap((rate, i) => [
        svg("line", { class: "grid", x1: x(rate), x2: x(rate), y1: bottom, y2: bottom + 4 }),
        svg("text", { x: x(rate), y: bottom + 16, "text-anchor": "middle" }, texts[i]),
      ]),
      svg(
        "text",
        { class: "axis", x: MARGIN.left + wide / 2, y: HEIGHT - 4, "text-anchor": "middle" },
        titles.x,
      ),
      svg("text", { class: "axis", x: 2, y: 11 }, titles.y),
      svg("path", { class: "rate-losses", d: pathOf(rates, losses, places) }),
      svg("path", { class: "rate-smoothed", d: pathOf(rates, smoothed, places) }),
      ...(best === null
        ? []
        : [svg("circle", { class: "rate-best", cx: x(rates[best]), cy: y(smoothed[best]), r: 3.5 })]),
      ...(suggestion === null
        ? []
        : [svg("path", { class: "rate-suggested", d: `M${x(suggestion)} ${bottom}l5 7h-10z` })]),
      this.#marker,
    );
    this.#mark();
  }

  #mark() {
    const { rates, smoothed } = this.#test;
    const place = nearest(rates, this.#rate);
    const text = this.#say(this.#rate, place);
    this.element.setAttribute("aria-valuenow", String(place + 1));
    this.element.setAttribute("aria-valuetext", text);
    if (!this.#width) return;
    const { x, y } = placesOf(this.#test, this.#width);
    const position = x(this.#rate);
    const end = position > this.#width / 2;
    this.#marker.replaceChildren(
      svg("line", { x1: position, x2: position, y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom }),
      svg("circle", { cx: position, cy: y(smoothed[place]), r: 4.5 }),
      svg(
        "text",
        { x: position + (end ? -6 : 6), y: MARGIN.top + 10, "text-anchor": end ? "end" : "start" },
        String(this.#rate),
      ),
    );
  }
}

/**
 * @param {number[]} rates
 * @param {number[]} losses
 * @param {Places} places
 */
function pathOf(rates, losses, { x, y }) {
  return rates.map((rate, i) => `${i ? "L" : "M"}${x(rate).toFixed(1)} ${y(losses[i]).toFixed(1)}`).join("");
}
