/**
 * End names: the names of curves beside the plot, near the height where each curve ends. A line leads from the end of a curve
 * to its name. In some charts the last value stands beside the name.
 */

import { h, setText, svg } from "../page/dom.js";
import { t } from "../words/i18n.js";
import { apart, sharedRows, withRoom } from "./apart.js";
import { commonStart, distinctNames } from "./curve-names.js";
import { DIVERGED, hasDiverged } from "./marks.js";

/**
 * @import { DrawnAxes } from "./drawn-axes.js"
 * @import { HoverEvents } from "./hover.js"
 * @import { Trace } from "./traces.js"
 */

/** At least this many milliseconds between two moves of names while their curves grow. */
const EVERY = 100;
/** Distances from the plot in em: the end of the line that leads to a name, and the first letter (as in the style sheet). */
const [LEAD, START] = [1.1, 1.4];
/** The short line before a name that no line leads to: its begin and end, in em from the start of the name. */
const SAMPLE = [0.6, 1.2];
/** The distance between two names in a line, in em. */
const APART = 0.4;
/** If a curve has ended more than this many pixels before the end of the plot, the line from it to its name is thin. */
const EARLY = 8;
/** The height of the axis below a plot, about, in lines of names. */
const AXIS_LINES = 2;
/** A bold name is this many times as wide. */
const BOLD = 1.08;
/** Names in more than two columns are at most this wide together, in em. */
const MANY_WIDE = 20;

/**
 * A name beside the plot.
 * @typedef {object} EndName
 * @property {HTMLElement} element
 * @property {HTMLElement} value the last value of the curve, beside its name
 * @property {SVGPathElement} lead the line from the curve's end to its name
 * @property {Trace} trace the curve
 * @property {string[]} runs the runs of the curve
 * @property {string} text
 * @property {number} length the width of its text, in em
 * @property {string} place its position as text, to compare; empty: it is not shown
 */

/**
 * Where a name is.
 * @typedef {object} NamePlace
 * @property {string} text
 * @property {number} at the height of its middle, in pixels from the top of the plot
 * @property {number} across the distance between the plot and its start, in pixels
 * @property {{x: number, y: number} | null} end where the line that leads to it begins: the end of its curve, in pixels from the
 *   right end of the plot and from its top. If it is null, a short line in the colour of the curve is before the name: the
 *   curve has left the picture, or another name in the same row has the line.
 */

export class EndNames {
  #element = h("div", { className: "end-names", "aria-hidden": "true" });
  #leads = svg("svg");
  #pen = /** @type {CanvasRenderingContext2D} */ (h("canvas", {}).getContext("2d"));
  /** The text that says how many names have no room. */
  #more = h("span", { className: "more-names", hidden: true });
  #plotElement;
  /** @type {EndName[]} */
  #names = [];
  /** The words with which all names begin, if only the topmost name shows them; else empty. */
  #start = "";
  /** @type {Set<string>} */
  #front = new Set();
  #movedAt = 0;
  /** How the last value of a curve is written. @type {((y: number) => string) | null} */
  #write = null;

  /**
   * @param {HTMLElement} plotElement the names are beside it
   * @param {Pick<HoverEvents, "point" | "pick">} on pointing at a name or clicking it is like doing so on its curve
   */
  constructor(plotElement, on) {
    this.#plotElement = plotElement;
    this.#leads.setAttribute("class", "leads");
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
   * Make the names for these curves. If a run has several curves, only the last one gets a name, that of the test images.
   * @param {Trace[]} traces
   * @param {((y: number) => string) | null} write the text for the last value of a curve; null: values are not shown
   * @returns {{width: number, isCrowded: boolean}} the width of the names, in em; `isCrowded`: names are in several columns,
   *   because there are more names than lines
   */
  update(traces, write = null) {
    this.#write = write;
    /** @type {Map<string, Trace>} */
    const last = new Map();
    for (const trace of traces) if (trace.line) last.set(keyOf(trace), trace);
    const curves = [...last.values()];
    const full = distinctNames(curves.map(({ line }) => line?.label ?? ""));
    const styles = getComputedStyle(this.#element);
    this.#pen.font = `100px ${styles.fontFamily}`;
    const lines = this.#plotElement.clientHeight / parseFloat(styles.lineHeight) - AXIS_LINES;
    const columns = lines > 1 && !write ? Math.ceil(curves.length / lines) : 1;
    this.#start = columns > 2 ? commonStart(full) : "";
    const before = new Map(this.#names.map((name) => [keyOf(name.trace), name]));
    this.#names = curves.map((trace, i) => {
      const earlier = before.get(keyOf(trace));
      const element = earlier?.element ?? h("span", { className: "end-name", hidden: true });
      const value = earlier?.value ?? h("span", { className: "end-value", hidden: true });
      const text = full[i].slice(this.#start.length) + (isDiverged(trace) ? ` ${DIVERGED}` : "");
      setText(element, text);
      element.title = trace.line?.label ?? "";
      const lead = earlier?.lead ?? svg("path");
      lead.style.stroke = trace.color ?? "";
      const length = this.#lengthOf(text);
      return {
        element,
        value,
        lead,
        trace,
        runs: trace.runs ?? [],
        text,
        length,
        place: earlier?.place ?? "",
      };
    });
    this.#leads.replaceChildren(...this.#names.flatMap(({ lead, place }) => (place ? [lead] : [])));
    this.#element.replaceChildren(
      this.#leads,
      ...this.#names.flatMap(({ element, value }) => (write ? [element, value] : [element])),
      this.#more,
    );
    const longest = Math.max(0, ...this.#names.map(({ length }) => length));
    const wide = columns * (longest + START + APART) - START - APART + this.#lengthOf(this.#start);
    const isCrowded = columns === 2 || (columns > 2 && wide <= MANY_WIDE);
    return { width: isCrowded ? wide : longest, isCrowded };
  }

  /** The width of a bold text, in em. @param {string} text */
  #lengthOf(text) {
    return (BOLD * this.#pen.measureText(text).width) / 100;
  }

  /** Emphasize the names of these runs. @param {Set<string>} ids */
  emphasize(ids) {
    this.#front = ids;
    const fronts = this.#fronts();
    for (const name of this.#names)
      for (const { classList } of [name.element, name.lead]) classList.toggle("front", fronts.has(name));
  }

  /** The emphasized names; none if all would be emphasized. */
  #fronts() {
    const chosen = this.#names.filter(({ runs }) => runs.some((id) => this.#front.has(id)));
    return new Set(chosen.length < this.#names.length ? chosen : []);
  }

  /**
   * Move the names to the ends of their curves, but not too often.
   * @param {DrawnAxes | null} axes
   * @param {number} now
   */
  follow(axes, now) {
    if (now - this.#movedAt < EVERY) return;
    this.#movedAt = now;
    this.place(axes);
  }

  /**
   * Move the names to the ends of their curves. If there is not enough room for one line per name, curves that end at about the
   * same height share a line. If there is still not enough room, some names are left out.
   * @param {DrawnAxes | null} axes
   */
  place(axes) {
    if (!axes) return;
    const { top, height } = axes.area;
    const styles = getComputedStyle(this.#element);
    const [line, em] = [styles.lineHeight, styles.fontSize].map(parseFloat);
    const { style } = this.#element;
    style.top = `${this.#plotElement.offsetTop + top}px`;
    style.height = `${height}px`;
    const lowest = height - line / 2; // below it is the title of the x axis
    const ends = this.#names
      .map((name) => ({ name, ...endOf(name.trace, axes) }))
      .map(({ name, x, y, top: end }) => ({ name, x, y, end: end - top }))
      // a run that diverged before it had a value here is named at the bottom
      .map((label) =>
        Number.isNaN(label.end) && isDiverged(label.name.trace) ? { ...label, end: Infinity } : label,
      )
      .filter(({ end }) => !Number.isNaN(end))
      .sort((a, b) => a.end - b.end);
    const heights = ends.map(({ end }) => Math.min(Math.max(end, 0), lowest));
    const widths = ends.map(
      ({ name }, i) => (name.length + START + APART + (i ? 0 : this.#lengthOf(this.#start))) * em,
    );
    const most = Math.floor(lowest / line) + 1;
    const width = this.#write ? 0 : axes.area.right + APART * em; // with values, names cannot share a line
    const rows = sharedRows(heights, line, most, widths, width);
    const middles = rows.map((row) => row.reduce((sum, i) => sum + heights[i], 0) / row.length);
    const fronts = this.#fronts();
    const isNeeded = (/** @type {number} */ row) =>
      row === rows.length - 1 ||
      rows[row].some((i) => fronts.has(ends[i].name) || isFirstOrLast(ends[i].name.trace));
    const isCrowded = rows.length > most;
    const kept = withRoom(middles, isCrowded ? most - 1 : most, isNeeded);
    const places = apart(
      kept.map((row) => middles[row]),
      line,
      0,
      isCrowded ? lowest - line : lowest,
    );
    /** @type {Map<EndName, NamePlace>} */
    const shown = new Map();
    for (const [nth, row] of kept.entries()) {
      let across = 0;
      for (const i of rows[row]) {
        const { name, x, end } = ends[i];
        const isLed = !across && end >= 0 && end <= height;
        const text = shown.size ? name.text : this.#start + name.text;
        shown.set(name, { text, at: places[nth], across, end: isLed ? { x, y: end } : null });
        across += widths[i];
      }
    }
    this.#showMore(
      ends.flatMap(({ name }) => (shown.has(name) ? [] : [name])),
      lowest - line / 2,
    );
    if (this.#write) for (const { name, y } of ends) setText(name.value, this.#write(y));
    for (const name of this.#names) {
      name.value.hidden = !shown.has(name) || !this.#write;
      this.#move(name, shown.get(name), line, em);
    }
  }

  /**
   * @param {EndName} name
   * @param {NamePlace | undefined} place undefined: the name is hidden
   * @param {number} line the height of a line of text, in pixels
   * @param {number} em
   */
  #move(name, place, line, em) {
    const key = place ? JSON.stringify([place, line, em]) : "";
    if (key === name.place) return;
    name.place = key;
    name.element.hidden = !place;
    if (!place) return name.lead.remove();
    const { end } = place;
    const [at, across] = [place.at, place.across].map(Math.round);
    const top = at - Math.round(line / 2);
    setText(name.element, place.text);
    name.element.style.transform = `translate(${across}px, ${top}px)`;
    name.value.style.transform = `translateY(${top}px)`;
    const isEarly = Boolean(end && end.x < -EARLY && name.trace.line?.run.finished_at);
    const path = end
      ? `M${isEarly ? Math.round(end.x) : 0},${Math.round(end.y)}H0L${LEAD * em},${at}`
      : `M${across + SAMPLE[0] * em},${at}H${across + SAMPLE[1] * em}`;
    name.lead.setAttribute("d", path);
    name.lead.classList.toggle("early", isEarly);
    this.#leads.append(name.lead);
  }

  /**
   * Show below the names how many have no room.
   * @param {EndName[]} names
   * @param {number} top
   */
  #showMore(names, top) {
    this.#more.hidden = !names.length;
    setText(this.#more, t("chart.more_names", { n: names.length }));
    this.#more.title = names.map(({ element }) => element.title).join("\n");
    this.#more.style.transform = `translateY(${Math.round(top)}px)`;
  }
}

/** @param {Trace} trace */
function keyOf({ line }) {
  return line ? `${line.run.id} ${line.value ?? line.layer?.name ?? ""}` : "";
}

/** @param {Trace} trace */
function isDiverged({ line }) {
  return Boolean(line && hasDiverged(line.run));
}

/** Whether this is the curve of the first or the last layer; with their names, the layers between are clear. @param {Trace} trace */
function isFirstOrLast({ line }) {
  const { place, count } = line?.layer ?? { place: 1, count: 0 };
  return place === 0 || place === count - 1;
}

/**
 * The last visible point of a curve: its value, and its position in pixels from the right end of the plot and from the top.
 * @param {Trace} trace
 * @param {DrawnAxes} axes
 */
function endOf({ points }, axes) {
  const { x, y } = points ?? { x: [], y: [] };
  for (let i = x.length - 1; i >= 0; i--) {
    const { left, top } = axes.place(x[i], y[i]);
    if (Number.isFinite(top) && axes.scale.x.holds(x[i]))
      return { x: left - axes.area.left - axes.area.width, y: y[i], top };
  }
  return { x: NaN, y: NaN, top: NaN };
}
