/** The image that a person gives to networks: drawn by hand, or a test image that they change. All cards of a page share it. */

import { Emitter } from "../state/emitter.js";
import { drawnPixels } from "./digit-pixels.js";
import { goOn } from "./pen.js";

/** @import { Place } from "./digit-pixels.js" */

/** A test image, perhaps changed. @typedef {{dataset: string, number: number, pixels: Uint8Array}} TestImage */
/** @typedef {{strokes: Place[][], image: TestImage | null}} State */

/** The most steps that can be taken back. */
const MAX_STEPS = 50;
/** While one draws, the networks get the new pixels at most this often, in milliseconds. */
const MIN_INTERVAL = 33;

/** Emits "change" when networks should see new pixels. */
export class Drawing extends Emitter {
  /** @type {State} */
  #state = { strokes: [], image: null };
  /** @type {State[]} */
  #before = [];
  /** Whether a move of the pen or of the eraser goes on with its step; not when that was taken back meanwhile. */
  #goesOn = false;
  /** The drawn pixels by size. @type {Map<string, Uint8Array>} */
  #pixels = new Map();
  #timer = 0;
  #announced = 0;

  get strokes() {
    return this.#state.strokes;
  }

  get image() {
    return this.#state.image;
  }

  get isEmpty() {
    return !this.#state.image && !this.#state.strokes.length;
  }

  get canUndo() {
    return this.#before.length > 0;
  }

  /** The place where a stroke begins; it takes the place of a test image. @param {Place} place */
  begin(place) {
    this.#set({ strokes: [...this.#state.strokes, [place]], image: null });
  }

  /** The stroke goes on. @param {Place} place */
  extend(place) {
    if (this.#goesOn && goOn(this.#state.strokes, place)) this.#announce();
  }

  /**
   * Show a test image, as it is or changed.
   * @param {TestImage} image
   * @param {boolean} isStep true: this change is a step of its own for `undo`; false: it belongs to the step before, like the next
   *   move of an eraser
   */
  show(image, isStep = true) {
    if (isStep) this.#set({ strokes: [], image });
    else if (this.#goesOn) {
      this.#state.image = image;
      this.#announce();
    }
  }

  clear() {
    if (!this.isEmpty) this.#set({ strokes: [], image: null });
    this.#goesOn = false;
  }

  undo() {
    const before = this.#before.pop();
    if (!before) return;
    this.#state = before;
    this.#goesOn = false;
    this.#announce();
  }

  /**
   * The pixels for networks that learn from a data set; null: there are none for them.
   * @param {string} dataset
   * @param {number[]} shape [1, height, width]
   */
  pixelsFor(dataset, [channels, height, width]) {
    const { image, strokes } = this.#state;
    if (image) return image.dataset === dataset ? image.pixels : null;
    if (!strokes.length || channels !== 1) return null;
    const key = `${height} ${width}`;
    const pixels = this.#pixels.get(key) ?? drawnPixels(strokes, height, width);
    this.#pixels.set(key, pixels);
    return pixels;
  }

  /** @param {State} state */
  #set(state) {
    this.#before.push({ ...this.#state });
    if (this.#before.length > MAX_STEPS) this.#before.shift();
    this.#state = state;
    this.#goesOn = true;
    this.#announce();
  }

  /** Emit "change" soon, at least `MIN_INTERVAL` ms after the last one. */
  #announce() {
    if (this.#timer) return;
    const wait = Math.max(0, this.#announced + MIN_INTERVAL - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      this.#announced = performance.now();
      this.#pixels.clear();
      this.emit("change");
    }, wait);
  }
}

/** The drawing that all cards of this page share. */
export const drawing = new Drawing();
