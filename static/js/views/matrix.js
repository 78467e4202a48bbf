/** The matrix of a confusion matrix, on a canvas: its cells can be chosen by mouse and by keys. */

import { h } from "../page/dom.js";
import { isForBrowser, onKey } from "../page/keys.js";
import { number, t } from "../words/i18n.js";
import { inks, prepared } from "./canvas.js";
import { cellAfter, nameEvery, rowShares } from "./confusion-table.js";
import { css, sizeColor } from "./scales.js";

/** @import { Cell } from "./confusion-table.js" */

/**
 * What a matrix reports: a cell that is chosen, and one that is pointed at by the mouse or by keys; null: none.
 * @typedef {{choose: (cell: Cell) => void, point: (cell: Cell | null) => void}} OnMatrix
 */

/** The least and the most pixels of a cell, and the least with room for its count. */
const CELL = { least: 3, most: 44, counts: 25 };
/** The most pixels that the names of the classes take. */
const NAMES = 64;
/** Pixels for the titles beside the names: "true class" and "the network says". */
const TITLE = 14;

export class Matrix {
  canvas = h("canvas", { className: "matrix", role: "img", tabIndex: 0 });
  #on;
  #classes = 0;
  /** Where the cells are drawn. */
  #place = { left: 0, cell: 1 };
  /** The cell that keys move. @type {Cell} */
  #cursor = { truth: 0, predicted: 0 };
  #hasCursor = false;
  #redraw = () => {};

  /** @param {OnMatrix} on */
  constructor(on) {
    this.#on = on;
    const { canvas } = this;
    canvas.addEventListener("click", (event) => {
      const cell = this.#cellAt(event);
      if (!cell) return;
      this.#cursor = cell;
      on.choose(cell);
    });
    canvas.addEventListener("mousemove", (event) => on.point(this.#cellAt(event)));
    canvas.addEventListener("mouseleave", () => on.point(null));
    canvas.addEventListener("focus", () => this.#showCursor(canvas.matches(":focus-visible")));
    canvas.addEventListener("blur", () => this.#showCursor(false));
    onKey(canvas, (event) => this.#key(event));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (isForBrowser(event) || !this.#classes) return;
    const next = cellAfter(this.#cursor, event.key, this.#classes);
    if (!next && event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation(); // the arrow keys would move the moment
    if (next) this.#cursor = next;
    else this.#on.choose(this.#cursor);
    this.#showCursor(true);
  }

  /** @param {boolean} shows */
  #showCursor(shows) {
    this.#hasCursor = shows;
    this.#on.point(shows ? this.#cursor : null);
    this.#redraw();
  }

  /** @param {MouseEvent} event @returns {Cell | null} */
  #cellAt({ offsetX, offsetY }) {
    const { left, cell } = this.#place;
    const truth = Math.floor(offsetY / cell);
    const predicted = Math.floor((offsetX - left) / cell);
    const inside = Math.min(truth, predicted) >= 0 && Math.max(truth, predicted) < this.#classes;
    return inside ? { truth, predicted } : null;
  }

  /**
   * @param {{counts: ArrayLike<number>, names: string[], chosen: Cell | null, dark: boolean}} what
   * @param {{width: number, height: number}} room
   */
  draw(what, room) {
    this.#redraw = () => this.draw(what, room);
    const { counts, names, chosen, dark } = what;
    const classes = names.length;
    this.#classes = classes;
    const inside = (/** @type {number} */ index) => Math.min(index, classes - 1);
    this.#cursor = { truth: inside(this.#cursor.truth), predicted: inside(this.#cursor.predicted) };
    const { ink, quiet, accent, font } = inks(this.canvas);
    const letter = `11px ${font}`;
    const pen = prepared(this.canvas, 1, 1);
    pen.font = letter;
    const longest = Math.min(NAMES, Math.max(...names.map((name) => pen.measureText(name).width)));
    const left = TITLE + longest + 5;
    const isLong = longest > 14;
    const below = TITLE + (isLong ? longest + 4 : 13);
    const fits = Math.floor(Math.min((room.width - left) / classes, (room.height - below) / classes));
    const cell = Math.max(CELL.least, Math.min(CELL.most, fits));
    const size = cell * classes;
    this.#place = { left, cell };
    const context = prepared(this.canvas, left + size + 1, size + below);
    const shares = rowShares(counts, classes);
    const gap = cell >= 8 ? 1 : 0;
    for (let row = 0, at = 0; row < classes; row++)
      for (let column = 0; column < classes; column++, at++) {
        const [x, y, share] = [left + column * cell, row * cell, Math.sqrt(shares[at])];
        const color = sizeColor(0.04 + 0.96 * share, dark); // an empty cell can be seen too
        context.fillStyle = css(color);
        context.fillRect(x, y, cell - gap, cell - gap);
        if (cell < CELL.counts || !counts[at]) continue;
        const [red, green, blue] = color;
        context.fillStyle = 0.3 * red + 0.59 * green + 0.11 * blue > 130 ? "#0b1018" : "#fff";
        Object.assign(context, { font: letter, textAlign: "center", textBaseline: "middle" });
        context.fillText(number(counts[at]), x + cell / 2, y + cell / 2, cell - 2);
      }
    const frame = (/** @type {Cell} */ { truth, predicted }, /** @type {string} */ color) => {
      context.strokeStyle = color;
      context.lineWidth = 2;
      context.strokeRect(left + predicted * cell, truth * cell + 1, cell - gap, cell - gap - 1);
    };
    if (this.#hasCursor) frame(this.#cursor, ink);
    if (chosen) frame(chosen, accent);
    const every = nameEvery(cell, 12);
    Object.assign(context, { fillStyle: quiet, textBaseline: "middle", textAlign: "right" });
    names.forEach((name, i) => {
      const isChosen = (/** @type {keyof Cell} */ way) => chosen?.[way] === i;
      /** @param {boolean} bold */
      const setFont = (bold) => {
        context.font = bold ? `bold ${letter}` : letter;
        context.fillStyle = bold ? ink : quiet;
      };
      const middle = (i + 0.5) * cell;
      setFont(isChosen("truth"));
      context.textAlign = "right";
      if (i % every === 0) context.fillText(name, left - 4, middle, longest);
      setFont(isChosen("predicted"));
      if (i % every) return;
      context.save();
      context.translate(left + middle, size + (isLong ? 3 : 8));
      if (isLong) context.rotate(-Math.PI / 2);
      context.textAlign = isLong ? "right" : "center";
      context.fillText(name, 0, 0, longest);
      context.restore();
    });
    Object.assign(context, { font: letter, fillStyle: quiet, textAlign: "center" });
    context.fillText(t("views.network_says"), left + size / 2, size + below - 6, Math.max(size, 60));
    context.save();
    context.translate(6, size / 2);
    context.rotate(-Math.PI / 2);
    context.fillText(t("views.true_class"), 0, 0, size);
    context.restore();
  }
}
