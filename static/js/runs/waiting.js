/**
 * The message over empty charts while all shown runs wait for a worker: their place in the queue, and roughly when they
 * start.
 */

import { h } from "../page/dom.js";
import { cssColor } from "../page/palette.js";
import { isSoon } from "../state/queue.js";
import { duration } from "../words/duration.js";
import { number, onLanguage, t } from "../words/i18n.js";

/**
 * @import { LabQueue } from "../state/lab-queue.js"
 * @import { Store } from "../state/store.js"
 * @import { Run } from "../types.js"
 */

/** At most this many waiting runs are listed. */
const NAMED = 5;

export class Waiting {
  #store;
  #queue;
  /** Screen readers read only the title when it changes, not the times that count down. */
  #title = h("h2", { role: "status" });
  #list = h("ol");
  #more = h("p");
  #element = h(
    "div",
    { className: "waiting", hidden: true },
    h("div", { className: "card" }, this.#title, this.#list, this.#more),
  );
  #drawn = "";

  /**
   * @param {HTMLElement} charts the message is placed before this element
   * @param {Store} store
   * @param {LabQueue} queue
   */
  constructor(charts, store, queue) {
    this.#store = store;
    this.#queue = queue;
    charts.before(this.#element);
    store.on("draw", () => this.#draw());
    queue.on("change", () => this.#draw());
    onLanguage(() => this.#draw());
    this.#draw();
  }

  #draw() {
    const shown = this.#store.shown();
    const isEmpty = shown.every(({ status, train }) => status === "queued" && !train.length);
    this.#element.hidden = !shown.length || !isEmpty;
    if (this.#element.hidden) return;
    const waits = shown
      .map((run) => ({ run, place: 0, seconds: null, ...this.#queue.now.waits.get(run.id) }))
      .sort((a, b) => a.place - b.place);
    const rows = waits.slice(0, NAMED).map(({ run, ...wait }) => ({ run, text: waitText(wait) }));
    const title = t("waiting.title", { count: number(shown.length) });
    const more = waits.length > NAMED ? t("waiting.more", { count: number(waits.length - NAMED) }) : "";
    const drawn = JSON.stringify([title, rows.map(({ run, text }) => [run.name, run.hue, text]), more]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    if (this.#title.textContent !== title) this.#title.textContent = title;
    this.#list.replaceChildren(...rows.map(({ run, text }) => row(run, text)));
    this.#more.textContent = more;
  }
}

/**
 * @param {Run} run
 * @param {string} text
 */
function row(run, text) {
  const swatch = h("span", { className: "waiting-swatch" });
  swatch.style.background = cssColor(run.hue);
  return h("li", {}, swatch, h("b", {}, run.name), h("span", {}, text));
}

/** @param {{place: number, seconds: number | null}} wait */
function waitText({ place, seconds }) {
  const words = { place: number(place), time: duration(seconds ?? 0) };
  if (seconds === null) return t("waiting.place", words);
  return t(isSoon(seconds) ? "waiting.next" : "waiting.begins", words);
}
