/**
 * Draws parallel coordinates as SVG. Plotly's parallel coordinates compile code at run time, which the page's security policy
 * forbids. Dragging along an axis chooses a part of it; a click or the arrow keys choose one tick. Lines outside of the chosen
 * parts turn pale. `sweep-lines.js` computes where axes and lines are.
 */

import { h, svg } from "../page/dom.js";
import { arrowStep, onKey } from "../page/keys.js";
import { t } from "../words/i18n.js";
import {
  heightAt,
  isChosen,
  MARGIN,
  parallelCoordinates,
  partAt,
  partBetween,
  placeAt,
} from "./sweep-lines.js";

/**
 * @import { Metric, SweepField, SweepPoint } from "./sweep-figures.js"
 * @import { Axis, ChosenParts, Line } from "./sweep-lines.js"
 */

/** A press becomes a drag when the pointer has moved by more than this many pixels. */
const MIN_DRAG = 4;
/** A press up to this many pixels left or right of an axis is still on the axis. */
const REACH = 14;

/**
 * The data of the drawing. `most`: of more points than this, only the first have a line; the chosen runs are of all points.
 * @typedef {{points: SweepPoint[], fields: SweepField[], metric: Metric, most?: number}} Content
 */

export class SweepParallel {
  element = h("div", { className: "parallel", hidden: true });
  #on;
  /** @type {Content | null} */
  #content = null;
  /** @type {ChosenParts} */
  #chosenParts = new Map();
  #drawnSize = "";
  /** @type {string | null} */
  #emphasized = null;
  /** Shows the chosen parts, in the axes and by pale lines, without drawing all again. @type {() => void} */
  #showChosen = () => {};

  /** Whether a part of an axis is being dragged. A new drawing waits until its end: it would remove the dragged axis. */
  #dragging = false;
  #drawingDue = false;

  /**
   * @param {{select: (run: string) => void, point: (words: string, run: string) => void,
   *   count: (chosen: number, all: number, runs: string[]) => void}} on called with ids of runs: `select` when a line is
   *   clicked; `point` when one is pointed at, with its values as a text, or with empty texts; `count` with the number of chosen
   *   and of all points, and the runs of the chosen ones
   */
  constructor(on) {
    this.#on = on;
    // Only whole pixels count: a new drawing during a drag would remove the dragged element.
    new ResizeObserver(() => this.#size() !== this.#drawnSize && this.#draw()).observe(this.element);
  }

  /** Draw these runs; no part of an axis is chosen. @param {Content} content */
  draw(content) {
    this.#chosenParts.clear();
    this.update(content);
  }

  /** Draw newer figures on the same axes: their chosen parts stay. @param {Content} content */
  update(content) {
    this.#content = content;
    this.#draw();
  }

  /** Let the line of a run stand out, and no other; null: none. @param {string | null} run */
  emphasize(run) {
    this.#emphasized = run;
    for (const line of this.element.querySelectorAll(".line"))
      line.classList.toggle("emphasized", line.getAttribute("data-sweep-run") === run);
  }

  #size() {
    return `${this.element.clientWidth}×${this.element.clientHeight}`;
  }

  #draw() {
    this.#drawingDue = this.#dragging;
    if (this.#dragging) return;
    this.#drawnSize = this.#size();
    const { clientWidth: room, clientHeight: height } = this.element;
    if (!this.#content || !room || !height) return;
    const { points, fields, metric, most } = this.#content;
    const { axes, lines, width } = parallelCoordinates(points, fields, metric, room);
    const withLine = new Set(points.slice(0, most));
    const drawn = lines
      .filter(({ point }) => withLine.has(point))
      .map((line) => ({ line, path: this.#line(line, axes, height) }));
    const parts = axes.map((axis, i) => this.#axis(axis, i, height));
    const focused = [...this.element.querySelectorAll(".axis")].indexOf(
      /** @type {Element} */ (document.activeElement),
    );
    this.element.replaceChildren(
      svg("svg", { width, height }, ...drawn.map(({ path }) => path), ...parts.map(({ group }) => group)),
    );
    this.#showChosen = () => {
      const chosen = new Set(lines.filter((line) => isChosen(line, this.#chosenParts)));
      for (const { line, path } of drawn) path.classList.toggle("pale", !chosen.has(line));
      for (const { update } of parts) update();
      const runs = [...chosen].map(({ point }) => point.run);
      this.#on.count(runs.length, lines.length, runs);
    };
    this.#showChosen();
    this.emphasize(this.#emphasized);
    if (focused >= 0) parts[focused]?.group.focus();
  }

  /**
   * @param {Line} line
   * @param {Axis[]} axes
   * @param {number} height
   */
  #line({ point, places, good }, axes, height) {
    const d = axes.map(({ x }, i) => `${i ? "L" : "M"}${x} ${heightAt(places[i], height)}`).join("");
    const words = [point.name, ...axes.map((axis) => `${axis.title} ${axis.words(point)}`)].join(" · ");
    const path = svg(
      "g",
      { class: "line", "data-sweep-run": point.run, style: `--good: ${Math.round(100 * good)}%` },
      svg("title", {}, words),
      svg("path", { class: "reach", d }),
      svg("path", { class: "curve", d }),
    );
    path.addEventListener("click", () => this.#on.select(point.run));
    path.addEventListener("pointerenter", () => this.#on.point(words, point.run));
    path.addEventListener("pointerleave", () => this.#on.point("", ""));
    return path;
  }

  /**
   * @param {Axis} axis
   * @param {number} index of the axis
   * @param {number} height
   */
  #axis({ title, x, ticks }, index, height) {
    const [top, bottom] = [heightAt(1, height), heightAt(0, height)];
    const chosen = svg("rect", { class: "chosen-part", x: x - 6, width: 12 });
    const group = svg(
      "g",
      {
        class: "axis",
        tabindex: 0,
        role: "slider",
        "aria-label": t("sweep.axis", { field: title }),
        "aria-orientation": "vertical",
        "aria-valuemin": 0,
        "aria-valuemax": ticks.length,
      },
      svg("rect", { class: "reach", x: x - REACH, y: top - 10, width: 2 * REACH, height: bottom - top + 20 }),
      svg("path", { d: `M${x} ${top}V${bottom}` }),
      chosen,
      index
        ? svg("text", { class: "title", x, y: MARGIN.top - 18 }, title)
        : svg("text", { class: "title first", x: 2, y: MARGIN.top - 18 }, title),
      ...ticks.map(({ place, text }) =>
        svg(
          "g",
          { class: "tick", "data-place": place },
          svg("path", { d: `M${x - 4} ${heightAt(place, height)}h8` }),
          svg("text", { x: x + 8, y: heightAt(place, height) + 4 }, text),
        ),
      ),
    );
    const update = () => {
      const part = this.#chosenParts.get(index);
      const [low, high] = (part ?? [0, 0]).map((place) => heightAt(place, height));
      chosen.setAttribute("y", String(Math.min(low, high) - 3));
      chosen.setAttribute("height", part ? String(Math.abs(low - high) + 6) : "0");
      const within = ticks.filter(({ place }) => part && place >= part[0] && place <= part[1]);
      group.setAttribute("aria-valuenow", String(part ? ticks.indexOf(within[0]) + 1 : 0));
      group.setAttribute("aria-valuetext", part ? within.map(({ text }) => text).join(", ") : t("sweep.all"));
    };
    this.#drag(/** @type {SVGElement} */ (group), index, height, ticks);
    onKey(group, (event) => this.#key(event, index, ticks));
    return { group: /** @type {SVGElement} */ (group), update };
  }

  /**
   * @param {SVGElement} group
   * @param {number} index of the axis
   * @param {number} height
   * @param {Axis["ticks"]} ticks
   */
  #drag(group, index, height, ticks) {
    /** @type {number | null} */
    let from = null;
    let dragged = false;
    const yOf = (/** @type {PointerEvent} */ { clientY }) =>
      clientY - this.element.getBoundingClientRect().top;
    group.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      from = yOf(event);
      dragged = false;
      this.#dragging = true;
      group.setPointerCapture(event.pointerId);
    });
    group.addEventListener("pointermove", (event) => {
      if (from === null) return;
      dragged ||= Math.abs(yOf(event) - from) > MIN_DRAG;
      if (dragged) this.#choose(index, partBetween(from, yOf(event), height));
    });
    const end = () => {
      from = null;
      this.#dragging = false;
      if (this.#drawingDue) this.#draw();
    };
    group.addEventListener("pointerup", (event) => {
      if (from !== null && !dragged) this.#press(index, yOf(event), height, ticks);
      end();
    });
    group.addEventListener("pointercancel", end);
  }

  /**
   * A click on an axis: if it is in the chosen part, choose the whole axis again; otherwise choose the nearest tick, if one is near.
   * @param {number} index of the axis
   * @param {number} y
   * @param {number} height
   * @param {Axis["ticks"]} ticks
   */
  #press(index, y, height, ticks) {
    const distance = (/** @type {{place: number}} */ { place }) => Math.abs(heightAt(place, height) - y);
    const [near] = ticks
      .filter((tick) => distance(tick) <= 2 * MIN_DRAG)
      .toSorted((a, b) => distance(a) - distance(b));
    const [low = 0, high = 0] = this.#chosenParts.get(index) ?? [];
    const isInPart =
      this.#chosenParts.has(index) && placeAt(y, height) >= low - 0.02 && placeAt(y, height) <= high + 0.02;
    this.#choose(index, near && !isInPart ? partAt(near.place) : null);
  }

  /**
   * @param {KeyboardEvent} event
   * @param {number} index of the axis
   * @param {Axis["ticks"]} ticks
   */
  #key(event, index, ticks) {
    const by = arrowStep(event);
    const clears = event.key === "Delete" || event.key === "Backspace";
    if (!by && !clears) return;
    event.preventDefault();
    const part = this.#chosenParts.get(index);
    const order = ticks.toSorted((a, b) => a.place - b.place);
    const now = part ? order.findIndex(({ place }) => place >= part[0] && place <= part[1]) : -1;
    // the order goes upwards, and a step up is -1
    const next = clears ? undefined : order[now < 0 ? (by === -1 ? 0 : order.length - 1) : now - Number(by)];
    this.#choose(index, next ? partAt(next.place) : null);
  }

  /**
   * @param {number} index of the axis
   * @param {[low: number, high: number] | null} part
   */
  #choose(index, part) {
    if (part) this.#chosenParts.set(index, part);
    else this.#chosenParts.delete(index);
    this.#showChosen();
  }
}
