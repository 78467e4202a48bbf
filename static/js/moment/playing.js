/** Playing: the moment runs through the life of its run by itself, until the viewer moves it or it is at the newest iteration. */

/** @import { Playhead } from "./playhead.js" */

/** A whole run is played in about this many steps, one after the other at this distance in milliseconds. */
const STEPS = 120;
const EVERY = 100;

export class Playing {
  #playhead;
  #timer = 0;
  /** Where it has moved the moment to; a moment elsewhere was moved by the viewer. */
  #iteration = NaN;

  /** @param {Pick<Playhead, "iteration" | "newest" | "isLive" | "moveTo" | "on" | "run">} playhead */
  constructor(playhead) {
    this.#playhead = playhead;
    playhead.on("change", () => this.isOn && playhead.iteration !== this.#iteration && this.stop());
  }

  get isOn() {
    return this.#timer !== 0;
  }

  /** Play, from the start if the moment is at the end; or stop. */
  toggle() {
    if (this.isOn) return this.stop();
    const { iteration, newest } = this.#playhead;
    this.#timer = setInterval(() => this.#step(), EVERY);
    this.#moveTo(iteration >= newest ? 0 : iteration);
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = 0;
    this.#iteration = NaN;
  }

  #step() {
    const { iteration, newest } = this.#playhead;
    const next = Math.min(newest, iteration + Math.max(1, Math.round(newest / STEPS)));
    if (next >= newest) this.stop();
    this.#moveTo(next);
  }

  /** @param {number} iteration */
  #moveTo(iteration) {
    if (this.isOn) this.#iteration = iteration;
    this.#playhead.moveTo(iteration);
  }
}
