/** End names: the curves' names beside the plot, at the heights where they end; and their last values, if turned on. */

import { h, put } from "../page/dom.js";
import { t } from "../words/i18n.js";
import { apart, withRoom } from "./apart.js";
import { distinctNames } from "./curve-names.js";

/**
 * @import { DrawnAxes } from "./drawn-axes.js"
 * @import { HoverEvents } from "./hover.js"
 * @import { Trace } from "./traces.js"
 */

/** Milliseconds between two moves of names while their curves grow. */
const EVERY = 100;
/** How wide a letter is on average, in em; a Chinese character or kana is 1 em wide. */
const LETTER = 0.6;

/**
 * A name beside the plot.
 * @typedef {object} EndName
 * @property {HTMLElement} element
 * @property {HTMLElement} value what the curve ends with, beside its name
 * @property {Trace} trace of the curve that it names
 * @property {string[]} runs that the curve stands for
 * @property {number} top where it is; NaN: nowhere
 */

export class EndNames {
  #element = h("div", { className: "end-names", "aria-hidden": "true" });
  /** How many names there was no room for. */
  #more = h("span", { className: "more-names", hidden: true });
  #plotElement;
  /** @type {EndName[]} */
  #names = [];
  /** @type {Set<string>} */
  #front = new Set();
  #movedAt = 0;
  /** How the last value of a curve is written. @type {((y: number) => string) | null} */
  #write = null;

  /**
   * @param {HTMLElement} plotElement they stand beside it
   * @param {Pick<HoverEvents, "point" | "pick">} on a name does what its curve does
   */
  constructor(plotElement, on) {
    this.#plotElement = plotElement;
    plotElement.after(this.#element);
    const runsOf = (/** @type {Event} */ event) =>
      this.#names.find(({ element }) => element === event.target)?.runs ?? [];
    this.#element.addEventListener("pointerover", (event) => on.point(runsOf(event)));
    this.#element.addEventListener("pointerleave", () => on.point([]));
    this.#element.addEventListener("pointerup", (event) => {
      if (runsOf(event).length) on.pick(runsOf(event), event);
    });
  }

  /**
   * Name these curves; of a run with several, the last one, which is on test images.
   * @param {Trace[]} traces
   * @param {((y: number) => string) | null} write what a curve ends with, where that is to be read
   * @returns {number} how long the longest name is, in em
   */
  take(traces, write = null) {
    this.#write = write;
    /** @type {Map<string, Trace>} */
    const last = new Map();
    for (const trace of traces) if (trace.line) last.set(keyOf(trace), trace);
    const curves = [...last.values()];
    const texts = distinctNames(curves.map(({ line }) => line?.label ?? ""));
    const before = new Map(this.#names.map((name) => [keyOf(name.trace), name]));
    this.#names = curves.map((trace, i) => {
      const known = before.get(keyOf(trace));
      const element = known?.element ?? h("span", { className: "end-name", hidden: true });
      const value = known?.value ?? h("span", { className: "end-value", hidden: true });
      element.textContent = texts[i];
      element.title = trace.line?.label ?? "";
      element.style.setProperty("--curve", trace.color ?? "");
      return { element, value, trace, runs: trace.runs ?? [], top: known?.top ?? NaN };
    });
    this.#element.replaceChildren(
      ...this.#names.flatMap(({ element, value }) => (write ? [element, value] : [element])),
      this.#more,
    );
    return Math.max(0, ...texts.map(lengthOf));
  }

  /** Let the names of these runs stand out. @param {Set<string>} ids */
  emphasize(ids) {
    this.#front = ids;
    const fronts = this.#fronts();
    for (const name of this.#names) name.element.classList.toggle("front", fronts.has(name));
  }

  /** The names that stand out; if all would, none does. */
  #fronts() {
    const chosen = this.#names.filter(({ runs }) => runs.some((id) => this.#front.has(id)));
    return new Set(chosen.length < this.#names.length ? chosen : []);
  }

  /**
   * Put the names where their curves end, unless they have just been put there.
   * @param {DrawnAxes | null} axes
   * @param {number} now
   */
  follow(axes, now) {
    if (now - this.#movedAt < EVERY) return;
    this.#movedAt = now;
    this.place(axes);
  }

  /** Put the names where their curves end. @param {DrawnAxes | null} axes */
  place(axes) {
    if (!axes) return;
    const { top, height } = axes.area;
    const line = parseFloat(getComputedStyle(this.#element).lineHeight);
    const { style } = this.#element;
    style.top = `${this.#plotElement.offsetTop + top}px`;
    style.height = `${height}px`;
    const there = this.#names
      .map((name) => ({ name, ...endOf(name.trace, axes) }))
      .map(({ name, y, top: end }) => ({ name, y, wanted: end - top }))
      .filter(({ wanted }) => Number.isFinite(wanted))
      .sort((one, other) => one.wanted - other.wanted);
    const lowest = height - line / 2; // below the plot stands what x is
    const inside = there.map(({ wanted }) => Math.min(Math.max(wanted, 0), lowest));
    const fronts = this.#fronts();
    const isNeeded = (/** @type {number} */ i) =>
      fronts.has(there[i].name) || isFirstOrLast(there[i].name.trace);
    const most = Math.floor(lowest / line) + 1;
    const isCrowded = there.length > most;
    const kept = withRoom(inside, isCrowded ? most - 1 : most, isNeeded);
    const places = apart(
      kept.map((i) => inside[i]),
      line,
      0,
      isCrowded ? lowest - line : lowest,
    );
    this.#showMore(
      there.filter((_, i) => !kept.includes(i)).map(({ name }) => name),
      lowest - line / 2,
    );
    const shown = new Map(kept.map((i, at) => [there[i].name, Math.round(places[at] - line / 2)]));
    if (this.#write) for (const { name, y } of there) put(name.value, this.#write(y));
    for (const name of this.#names) {
      const at = shown.get(name) ?? NaN;
      name.value.hidden = Number.isNaN(at) || !this.#write;
      if (Object.is(at, name.top)) continue;
      name.top = at;
      name.element.hidden = Number.isNaN(at);
      for (const { style } of [name.element, name.value]) style.transform = `translateY(${at}px)`;
    }
  }

  /**
   * Say below the names how many there is no room for.
   * @param {EndName[]} names
   * @param {number} top
   */
  #showMore(names, top) {
    this.#more.hidden = !names.length;
    put(this.#more, t("chart.more_names", { n: names.length }));
    this.#more.title = names.map(({ element }) => element.title).join("\n");
    this.#more.style.transform = `translateY(${Math.round(top)}px)`;
  }
}

/** How long a text is about, in em. @param {string} text */
function lengthOf(text) {
  return [...text].reduce((sum, letter) => sum + (letter >= "\u2e80" ? 1 : LETTER), 0);
}

/** @param {Trace} trace */
function keyOf({ line }) {
  return line ? `${line.run.id} ${line.value ?? line.layer?.name ?? ""}` : "";
}

/** Is it the curve of a network's first layer, or of its last one? Those between are known by them. @param {Trace} trace */
function isFirstOrLast({ line }) {
  const { place, count } = line?.layer ?? { place: 1, count: 0 };
  return place === 0 || place === count - 1;
}

/**
 * A curve's last point in the picture: its value, and how far down it is, in pixels.
 * @param {Trace} trace
 * @param {DrawnAxes} axes
 */
function endOf({ points }, axes) {
  const { x, y } = points ?? { x: [], y: [] };
  for (let i = x.length - 1; i >= 0; i--) {
    const { top } = axes.place(x[i], y[i]);
    if (Number.isFinite(top) && axes.scale.x.holds(x[i])) return { y: y[i], top };
  }
  return { y: NaN, top: NaN };
}
