/** What one has drawn of a sketch, stroke by stroke, and what can be undone. It uses no document. */

import { withHandleMoved } from "./handles.js";
import { isComplete, thinned, valueAt, withEnds, withLine } from "./points.js";

/** @import { Points } from "./points.js" */

/** How many strokes can be undone. */
const MAX_UNDO = 50;

export class Drawing {
  #runs;
  #iterations;
  /** By the names of their runs. @type {Map<string, Points>} */
  #curves = new Map();
  /** What was drawn before each of the newest strokes. @type {Map<string, Points>[]} */
  #before = [];
  /** The handle that was moved last: moving it again is no new step for undo. */
  #moved = "";
  /** Whether moves of the pen are drawn: not after an undo or a clearing, until the next stroke begins. */
  #takesMoves = false;

  /**
   * @param {string[]} runs whose curves are to be drawn
   * @param {number} iterations how long they are
   */
  constructor(runs, iterations) {
    this.#runs = runs;
    this.#iterations = iterations;
  }

  /** The curves that there are, by the names of their runs. @returns {Record<string, Points>} */
  get curves() {
    return Object.fromEntries(this.#curves);
  }

  /** Take over curves that were drawn before; nothing of them can be undone. @param {Record<string, Points>} curves */
  set curves(curves) {
    this.#curves = new Map(Object.entries(curves).filter(([run]) => this.#runs.includes(run)));
    this.#before = [];
    this.#moved = "";
  }

  /** The points of a run's curve; an empty list if nothing was drawn for the run. @param {string} run @returns {Points} */
  of(run) {
    return this.#curves.get(run) ?? [];
  }

  /** @param {string} run */
  isComplete(run) {
    return isComplete(this.of(run), this.#iterations);
  }

  /** The runs whose curves are not complete. */
  get missing() {
    return this.#runs.filter((run) => !this.isComplete(run));
  }

  get isEmpty() {
    return !this.#curves.size;
  }

  get canUndo() {
    return this.#before.length > 0;
  }

  /** The value of a curve at an iteration; without a curve, where it would begin. @param {string} run @param {number} at @param {number} level */
  value(run, at, level) {
    const points = this.of(run);
    return points.length ? valueAt(points, at) : level;
  }

  /** A stroke begins. */
  begin() {
    this.#moved = "";
    this.#before.push(new Map(this.#curves));
    if (this.#before.length > MAX_UNDO) this.#before.shift();
    this.#takesMoves = true;
  }

  /**
   * The pen of a run moves.
   * @param {string} run
   * @param {[number, number]} from
   * @param {[number, number]} to
   */
  line(run, from, to) {
    if (this.#takesMoves) this.#curves.set(run, withLine(this.of(run), from, to));
  }

  /** A stroke ends: its curve gets as few points as are needed, and a stroke of one point is none. @param {string} run */
  end(run) {
    const points = thinned(withEnds(this.of(run), this.#iterations));
    if (points.length > 1) this.#curves.set(run, points);
    else this.#curves.delete(run);
  }

  /**
   * Move a handle of a run's curve.
   * @param {string} run
   * @param {number} handle
   * @param {number} by in the unit of the values
   * @param {{level: number, high: number}} range where a curve begins, and the highest value
   */
  moveHandle(run, handle, by, range) {
    const moved = `${handle} ${run}`;
    if (moved !== this.#moved) this.begin();
    this.#moved = moved;
    const points = withHandleMoved(this.of(run), handle, by, { iterations: this.#iterations, ...range });
    this.#curves.set(run, thinned(points));
  }

  /** Take away the last stroke. */
  undo() {
    this.#moved = "";
    this.#takesMoves = false;
    this.#curves = this.#before.pop() ?? this.#curves;
  }

  /** Take away a curve, or all. @param {string | null} run null: all */
  clear(run) {
    this.begin();
    if (run === null) this.#curves.clear();
    else this.#curves.delete(run);
    this.#takesMoves = false;
  }
}
