/** The order of the queue by hand: the teacher drags what waits by its grip, or moves it with the arrow keys. */

import { iconButton, label } from "../page/dom.js";
import { drag } from "../page/drag.js";
import { arrowStep, onKey } from "../page/keys.js";
import { t } from "../words/i18n.js";

/** Milliseconds for which a line is shown where it was put, until the lab's order has it there. */
const PATIENCE = 3000;

/**
 * Lets a training start right after another one; null: before all.
 * @callback Put
 * @param {string} training
 * @param {string | null} behind
 * @returns {unknown}
 */

/**
 * The training right before another one that is moved to a place; null if it comes first.
 * @param {string[]} order
 * @param {string} training one of them
 * @param {number} place among the others
 */
export function oneBefore(order, training, place) {
  const others = order.filter((waiting) => waiting !== training);
  return others[Math.min(place, others.length) - 1] ?? null;
}

/**
 * The lines with one of them put behind another; as they are where one of the two is gone.
 * @template {[string, ...unknown[]]} Line
 * @param {Line[]} waiting
 * @param {string} training
 * @param {string | null} behind
 */
export function arranged(waiting, training, behind) {
  const moved = waiting.find(([one]) => one === training);
  const others = waiting.filter((line) => line !== moved);
  const index = behind === null ? 0 : others.findIndex(([id]) => id === behind) + 1;
  if (!moved || (behind !== null && !index)) return waiting;
  return [...others.slice(0, index), moved, ...others.slice(index)];
}

export class QueueOrder {
  #list;
  #put;
  #redraw;
  /** Where a line was put, until the lab's order has it there. @type {{training: string, behind: string | null, until: number} | null} */
  #asked = null;
  /** The order that is shown. @type {string[]} */
  #shown = [];
  isDragging = false;

  /**
   * @param {HTMLElement} list
   * @param {Put} put
   * @param {() => void} redraw
   */
  constructor(list, put, redraw) {
    this.#list = list;
    this.#put = put;
    this.#redraw = redraw;
  }

  /**
   * What waits, in the order that is to be shown.
   * @template {[string, ...unknown[]]} Line
   * @param {Line[]} waiting as the lab says
   */
  arrange(waiting) {
    const asked = this.#asked;
    const lines = asked ? arranged(waiting, asked.training, asked.behind) : waiting;
    if (!asked || performance.now() > asked.until || lines.every((line, i) => line === waiting[i])) {
      this.#asked = null;
      this.#shown = waiting.map(([training]) => training);
      return waiting;
    }
    this.#shown = lines.map(([training]) => training);
    return lines;
  }

  /** What a line is moved by. @param {string} training */
  grip(training) {
    const grip = iconButton("grip", "", () => {});
    grip.classList.add("grip");
    onKey(grip, (event) => {
      const step = arrowStep(event);
      if (!step) return;
      event.preventDefault();
      const place = this.#shown.indexOf(training) + step;
      if (place >= 0 && place < this.#shown.length) this.#move(training, place);
    });
    grip.addEventListener("pointerdown", (event) =>
      drag(event, grip, {
        over: (y) => {
          this.isDragging = true;
          this.#mark(training, this.#placeAt(training, y));
        },
        drop: (y) => {
          this.isDragging = false;
          this.#mark(training, null);
          if (y !== null) this.#move(training, this.#placeAt(training, y));
          else this.#redraw();
        },
      }),
    );
    return grip;
  }

  /** Name a grip by whose line it moves. @param {HTMLElement} grip @param {string} who */
  name(grip, who) {
    label(grip, t("class.wall.queue.move", { who }));
  }

  /** @param {string} training @param {number} place among the others */
  #move(training, place) {
    if (this.#shown.indexOf(training) === place) return this.#redraw();
    const behind = oneBefore(this.#shown, training, place);
    this.#asked = { training, behind, until: performance.now() + PATIENCE };
    this.#put(training, behind);
    this.#redraw();
  }

  /** The elements of the lines, by training. */
  #lines() {
    return new Map(this.#shown.map((training, i) => [training, this.#list.children[i]]));
  }

  /**
   * The place among the other lines at a height in the window.
   * @param {string} training
   * @param {number} y
   */
  #placeAt(training, y) {
    const others = [...this.#lines()].filter(([one, line]) => one !== training && line);
    return others.filter(([, line]) => {
      const { top, height } = line.getBoundingClientRect();
      return y > top + height / 2;
    }).length;
  }

  /** Mark where a line would be put; null: nowhere. @param {string} training @param {number | null} place */
  #mark(training, place) {
    const lines = this.#lines();
    const others = [...lines].filter(([one, line]) => one !== training && line);
    lines.get(training)?.classList.toggle("dragged", place !== null);
    others.forEach(([, line], i) => {
      line.classList.toggle("drop-before", i === place);
      line.classList.toggle("drop-after", i === others.length - 1 && place === others.length);
    });
  }
}
