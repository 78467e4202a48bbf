/**
 * The layer of a sketch over a chart: the dashed curves with their names, the accuracy by chance, and, while one draws, the field
 * for the pen and the handles for the keyboard. It is placed where the chart's axes are; the chart draws nothing of it.
 */

import { coalesced } from "../../page/coalesced.js";
import { h, setText, svg } from "../../page/dom.js";
import { cssColor } from "../../page/palette.js";
import { percent, t } from "../../words/i18n.js";
import { HandleRow } from "./handle-row.js";
import { labelPlaces } from "./labels.js";

/**
 * @import { Chart } from "../../charts/chart.js"
 * @import { SketchScale, Place } from "./sketch-scale.js"
 * @import { Points } from "./points.js"
 */

/** A curve as it is drawn. @typedef {{run: string, hue: number, points: Points}} Drawn */

/**
 * What the layer shows.
 * @typedef {object} Shown
 * @property {Drawn[]} curves
 * @property {number | null} chance the accuracy by chance in per cent
 * @property {string | null} pen the run whose curve is drawn; null: nothing can be drawn
 * @property {number} iterations
 * @property {number} highest the highest value that can be drawn: a chart's axis may reach beyond 100 %
 * @property {string} hint what is to be done; empty: nothing
 * @property {(iteration: number) => number} value of the pen's curve, or where it begins
 * @property {boolean} isPercent
 */

/**
 * @typedef {object} OnLayer
 * @property {() => void} begin called before a stroke
 * @property {(from: [number, number], to: [number, number]) => void} line the pen has moved, in iterations and values
 * @property {() => void} end called after a stroke
 * @property {(handle: number, by: number) => void} move a handle is moved by keyboard, by this number of steps
 * @property {() => void} undo
 */

/** A press becomes a stroke when the pen has moved by this number of pixels: a click must not leave a point. */
const MIN_STROKE = 3;

export class SketchLayer {
  #on;
  #paths = svg("g", { class: "sketch-curves" });
  #chance = svg("line", { class: "sketch-chance" });
  #svg = svg("svg", { "aria-hidden": "true" }, this.#chance, this.#paths);
  #chanceText = h("span", { className: "sketch-chance-text" });
  #names = h("div", { className: "sketch-names", "aria-hidden": "true" });
  #hint = h("p", { className: "sketch-hint" });
  #field = h("div", { className: "sketch-field" });
  #handles;
  element = h(
    "div",
    { className: "sketch", hidden: true },
    this.#svg,
    this.#chanceText,
    this.#names,
    this.#hint,
    this.#field,
  );
  /** @type {SketchScale | null} */
  #scale = null;
  /** @type {Shown | null} */
  #shown = null;
  /** What the names were last placed for, as text to compare. */
  #named = "";
  /** The pointer that draws, and where it was last. @type {{id: number, at: [number, number], begun: boolean, x: number, y: number} | null} */
  #stroke = null;

  /** @param {OnLayer} on */
  constructor(on) {
    this.#on = on;
    this.#field.addEventListener("pointerdown", (event) => this.#press(event));
    this.#field.addEventListener("pointermove", (event) => this.#move(event));
    for (const type of /** @type {const} */ (["pointerup", "pointercancel"]))
      this.#field.addEventListener(type, (event) => this.#release(event));
    this.#handles = new HandleRow(on);
    this.element.append(this.#handles.element);
  }

  /** Move the layer to a chart. @param {Chart} chart */
  attach({ card: { plotElement } }) {
    plotElement.after(this.element);
  }

  remove() {
    this.element.remove();
    this.#finish(); // a pointer that is down has lost its field
  }

  /** Whether one draws now. */
  get isDrawing() {
    return this.#stroke !== null;
  }

  /**
   * @param {SketchScale | null} scale null: the chart shows something else
   * @param {Shown} shown
   * @param {{left: number, top: number}} corner of the plot's element in its card
   */
  draw(scale, shown, { left, top }) {
    this.#scale = scale;
    this.#shown = shown;
    this.element.hidden = !scale;
    if (!scale) return;
    const { area } = scale;
    const { style } = this.element;
    style.transform = `translate(${left + area.left}px, ${top + area.top}px)`;
    style.width = `${area.width}px`;
    style.height = `${area.height}px`;
    const curves = shown.curves
      .map((curve) => ({ ...curve, places: scale.places(curve.points) }))
      .filter(({ places }) => places.length > 1);
    this.#drawCurves(curves);
    this.#drawChance(scale, shown);
    this.#names.hidden = Boolean(this.#stroke); // they would be in the way, and would jump
    if (!this.#stroke) this.#drawNames(curves, scale);
    const canDraw = shown.pen !== null;
    this.element.classList.toggle("drawable", canDraw);
    this.#hint.hidden = !shown.hint || Boolean(this.#stroke);
    setText(this.#hint, shown.hint);
    this.#field.hidden = this.#handles.element.hidden = !canDraw;
    if (canDraw) this.#handles.draw(scale, shown);
  }

  /** @param {(Drawn & {places: Place[]})[]} curves */
  #drawCurves(curves) {
    while (this.#paths.childElementCount > curves.length) this.#paths.lastElementChild?.remove();
    for (const [i, { hue, places, run }] of curves.entries()) {
      const path = /** @type {SVGElement} */ (
        this.#paths.children[i] ?? this.#paths.appendChild(svg("path"))
      );
      path.style.color = cssColor(hue);
      path.dataset.run = run;
      path.setAttribute("d", `M${places.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join("L")}`);
    }
  }

  /**
   * @param {SketchScale} scale
   * @param {Shown} shown
   */
  #drawChance(scale, { chance }) {
    const y = chance === null ? NaN : scale.place(1, chance).y;
    const isInside = y >= 0 && y <= scale.area.height;
    this.#chance.toggleAttribute("hidden", !isInside);
    this.#chanceText.hidden = !isInside;
    if (!isInside || chance === null) return;
    for (const [name, at] of Object.entries({ x1: 0, x2: scale.area.width, y1: y, y2: y }))
      this.#chance.setAttribute(name, String(at));
    this.#chanceText.style.top = `${y}px`;
    setText(
      this.#chanceText,
      t("lesson.sketch.chance", { n: percent(chance / 100, Number.isInteger(chance) ? 0 : 1) }),
    );
  }

  /**
   * @param {(Drawn & {places: Place[]})[]} curves
   * @param {SketchScale} scale
   */
  #drawNames(curves, scale) {
    const texts = curves.map(({ run }) => t("lesson.sketch.name", { run }));
    const key = JSON.stringify([scale.key, curves.map(({ points, hue }) => [points, hue]), texts]);
    if (key === this.#named) return;
    this.#named = key;
    const names = curves.map(({ hue, run }, i) => {
      const name = h("span", { "data-run": run }, texts[i]);
      name.style.color = cssColor(hue);
      return name;
    });
    this.#names.replaceChildren(...names);
    const { width, height } = scale.area;
    const places = labelPlaces(
      curves.map((curve, i) => ({ places: curve.places, width: names[i].offsetWidth })),
      { width, height, line: names[0]?.offsetHeight ?? 0 },
    );
    for (const [i, place] of places.entries()) {
      names[i].hidden = !place;
      if (place)
        names[i].style.transform =
          `translate(${Math.round(place.x - names[i].offsetWidth / 2)}px, ${Math.round(place.y)}px)`;
    }
  }

  // -- the pen -------------------------------------------------------------------------------------

  /** @param {PointerEvent} event @returns {[number, number]} */
  #at({ clientX, clientY }) {
    const scale = /** @type {SketchScale} */ (this.#scale);
    const { left, top, width, height } = this.#field.getBoundingClientRect();
    const place = {
      x: ((clientX - left) / width) * scale.area.width,
      y: (Math.max(0, Math.min(clientY - top, height)) / height) * scale.area.height,
    };
    return scale.values(place, /** @type {Shown} */ (this.#shown));
  }

  /** @param {PointerEvent} event */
  #press(event) {
    if (event.button || this.#stroke || !this.#scale) return;
    event.preventDefault(); // no selection of texts
    this.#field.setPointerCapture(event.pointerId);
    const { pointerId: id, clientX: x, clientY: y } = event;
    this.#stroke = { id, at: this.#at(event), begun: false, x, y };
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const stroke = this.#stroke;
    if (stroke?.id !== event.pointerId || !this.#scale) return;
    if (!stroke.begun) {
      if (Math.hypot(event.clientX - stroke.x, event.clientY - stroke.y) < MIN_STROKE) return;
      stroke.begun = true;
      this.#on.begin();
    }
    for (const each of coalesced(event)) {
      const to = this.#at(each);
      this.#on.line(stroke.at, to);
      stroke.at = to;
    }
  }

  /** @param {PointerEvent} event */
  #release(event) {
    if (this.#stroke?.id === event.pointerId) this.#finish();
  }

  #finish() {
    const hasBegun = this.#stroke?.begun;
    this.#stroke = null;
    if (hasBegun) this.#on.end();
  }
}
