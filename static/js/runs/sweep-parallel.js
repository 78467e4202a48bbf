/**
 * Draws parallel coordinates as SVG. Plotly's parallel coordinates compile code at run time, which the page's security policy
 * forbids. Dragging along an axis chooses a part of it, and a click or the arrow keys choose one mark. Lines outside of the
 * chosen parts turn pale.
 */

import { h, svg } from "../page/dom.js";
import { arrowStep, onKey } from "../page/keys.js";
import { t } from "../words/i18n.js";
import { heightAt, isChosen, MARGIN, parallel, partAt, partBetween, placeAt } from "./sweep-lines.js";

/**
 * @import { Metric, SweepField, SweepPoint } from "./sweep-figures.js"
 * @import { Axis, Brushes, Line } from "./sweep-lines.js"
 */

/** A press becomes a drag when the pointer has moved by more than this many pixels. */
const MIN_DRAG = 4;
/** A press this many pixels beside an axis still counts as on the axis. */
const REACH = 14;

/** The data of the drawing. @typedef {{points: SweepPoint[], fields: SweepField[], metric: Metric}} Content */

export class SweepParallel {
  element = h("div", { className: "parallel", hidden: true });
  #on;
  /** @type {Content | null} */
  #content = null;
  /** @type {Brushes} */
  #brushes = new Map();
  #drawnSize = "";
  /** @type {string | null} */
  #marked = null;
  /** Updates which lines are pale. @type {() => void} */
  #update = () => {};

  /** Whether a part of an axis is being dragged: the drawing waits, as it would take the axis away. */
  #dragging = false;
  #drawingDue = false;

  /**
   * @param {{select: (run: string) => void, point: (words: string, run: string) => void,
   *   count: (chosen: number, all: number, runs: string[]) => void}} on the actions; `runs`: the chosen ones
   */
  constructor(on) {
    this.#on = on;
    // Only whole pixels count: a new drawing during a drag would remove the dragged element.
    new ResizeObserver(() => this.#size() !== this.#drawnSize && this.#draw()).observe(this.element);
  }

  /** @param {Content} content */
  draw(content) {
    this.#brushes.clear();
    this.update(content);
  }

  /** Draw more of the same: the chosen parts of the axes stay. @param {Content} content */
  update(content) {
    this.#content = content;
    this.#draw();
  }

  /** Mark the line of a run, and no other. @param {string | null} run */
  mark(run) {
    this.#marked = run;
    for (const line of this.element.querySelectorAll(".line"))
      line.classList.toggle("marked", line.getAttribute("data-sweep-run") === run);
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
    const { points, fields, metric } = this.#content;
    const { axes, lines, width } = parallel(points, fields, metric, room);
    const drawn = lines.map((line) => this.#line(line, axes, height));
    const parts = axes.map((axis, i) => this.#axis(axis, i, height));
    const focused = [...this.element.querySelectorAll(".axis")].indexOf(
      /** @type {Element} */ (document.activeElement),
    );
    this.element.replaceChildren(svg("svg", { width, height }, ...drawn, ...parts.map(({ group }) => group)));
    this.#update = () => {
      const chosen = lines.map((line) => isChosen(line, this.#brushes));
      for (const [i, path] of drawn.entries()) path.classList.toggle("pale", !chosen[i]);
      for (const { update } of parts) update();
      const runs = lines.filter((_, i) => chosen[i]).map(({ point }) => point.run);
      this.#on.count(runs.length, lines.length, runs);
    };
    this.#update();
    this.mark(this.#marked);
    if (focused >= 0) parts[focused]?.group.focus();
  }

  /**
   * @param {Line} line
   * @param {Axis[]} axes
   * @param {number} height
   */
  #line({ point, places, good }, axes, height) {
    const d = axes.map(({ x }, i) => `${i ? "L" : "M"}${x} ${heightAt(places[i], height)}`).join("");
    const words = [point.name, ...axes.map(({ title, words: of }) => `${title} ${of(point)}`)].join(" · ");
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
   * @param {number} number
   * @param {number} height
   */
  #axis({ title, x, marks }, number, height) {
    const [top, bottom] = [heightAt(1, height), heightAt(0, height)];
    const chosen = svg("rect", { class: "brush", x: x - 6, width: 12 });
    const group = svg(
      "g",
      {
        class: "axis",
        tabindex: 0,
        role: "slider",
        "aria-label": t("sweep.axis", { field: title }),
        "aria-orientation": "vertical",
        "aria-valuemin": 0,
        "aria-valuemax": marks.length,
      },
      svg("rect", { class: "reach", x: x - REACH, y: top - 10, width: 2 * REACH, height: bottom - top + 20 }),
      svg("path", { d: `M${x} ${top}V${bottom}` }),
      chosen,
      number
        ? svg("text", { class: "title", x, y: MARGIN.top - 18 }, title)
        : svg("text", { class: "title first", x: 2, y: MARGIN.top - 18 }, title),
      ...marks.map(({ place, text }) =>
        svg(
          "g",
          { class: "mark", "data-place": place },
          svg("path", { d: `M${x - 4} ${heightAt(place, height)}h8` }),
          svg("text", { x: x + 8, y: heightAt(place, height) + 4 }, text),
        ),
      ),
    );
    const update = () => {
      const part = this.#brushes.get(number);
      const [low, high] = (part ?? [0, 0]).map((place) => heightAt(place, height));
      chosen.setAttribute("y", String(Math.min(low, high) - 3));
      chosen.setAttribute("height", part ? String(Math.abs(low - high) + 6) : "0");
      const within = marks.filter(({ place }) => part && place >= part[0] && place <= part[1]);
      group.setAttribute("aria-valuenow", String(part ? marks.indexOf(within[0]) + 1 : 0));
      group.setAttribute("aria-valuetext", part ? within.map(({ text }) => text).join(", ") : t("sweep.all"));
    };
    this.#drag(/** @type {SVGElement} */ (group), number, height, marks);
    onKey(group, (event) => this.#key(event, number, marks));
    return { group: /** @type {SVGElement} */ (group), update };
  }

  /**
   * @param {SVGElement} group
   * @param {number} number
   * @param {number} height
   * @param {Axis["marks"]} marks
   */
  #drag(group, number, height, marks) {
    /** @type {number | null} */
    let from = null;
    let dragged = false;
    const at = (/** @type {PointerEvent} */ { clientY }) =>
      clientY - this.element.getBoundingClientRect().top;
    group.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      from = at(event);
      dragged = false;
      this.#dragging = true;
      group.setPointerCapture(event.pointerId);
    });
    group.addEventListener("pointermove", (event) => {
      if (from === null) return;
      dragged ||= Math.abs(at(event) - from) > MIN_DRAG;
      if (dragged) this.#choose(number, partBetween(from, at(event), height));
    });
    const end = () => {
      from = null;
      this.#dragging = false;
      if (this.#drawingDue) this.#draw();
    };
    group.addEventListener("pointerup", (event) => {
      if (from !== null && !dragged) this.#press(number, at(event), height, marks);
      end();
    });
    group.addEventListener("pointercancel", end);
  }

  /**
   * A click on an axis: if it is in the chosen part, choose the whole axis again; otherwise choose the mark near the click.
   * @param {number} number
   * @param {number} y
   * @param {number} height
   * @param {Axis["marks"]} marks
   */
  #press(number, y, height, marks) {
    const near = marks.find(({ place }) => Math.abs(heightAt(place, height) - y) <= 2 * MIN_DRAG);
    const [low = 0, high = 0] = this.#brushes.get(number) ?? [];
    const isInPart =
      this.#brushes.has(number) && placeAt(y, height) >= low - 0.02 && placeAt(y, height) <= high + 0.02;
    this.#choose(number, near && !isInPart ? partAt(near.place) : null);
  }

  /**
   * @param {KeyboardEvent} event
   * @param {number} number
   * @param {Axis["marks"]} marks
   */
  #key(event, number, marks) {
    const by = arrowStep(event);
    const isBack = event.key === "Delete" || event.key === "Backspace";
    if (!by && !isBack) return;
    event.preventDefault();
    const part = this.#brushes.get(number);
    const order = marks.toSorted((a, b) => a.place - b.place);
    const now = part ? order.findIndex(({ place }) => place >= part[0] && place <= part[1]) : -1;
    const next = isBack ? undefined : order[now < 0 ? (by === -1 ? 0 : order.length - 1) : now - Number(by)];
    this.#choose(number, next ? partAt(next.place) : null);
  }

  /**
   * @param {number} number
   * @param {[low: number, high: number] | null} part
   */
  #choose(number, part) {
    if (part) this.#brushes.set(number, part);
    else this.#brushes.delete(number);
    this.#update();
  }
}
