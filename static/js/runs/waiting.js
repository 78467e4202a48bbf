/**
 * The message over empty charts while all shown runs wait for a worker: their place in the queue, and roughly when they
 * start.
 */

import { h } from "../page/dom.js";
import { cssColor } from "../page/palette.js";
import { number, onLanguage, t } from "../words/i18n.js";
import { placeText } from "./run-result.js";

/**
 * @import { Store } from "../state/store.js"
 * @import { Run } from "../types.js"
 */

/** At most this many waiting runs are listed. */
const NAMED = 5;

export class Waiting {
  #store;
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
   */
  constructor(charts, store) {
    this.#store = store;
    charts.before(this.#element);
    store.on("draw", () => this.#draw());
    onLanguage(() => this.#draw());
    this.#draw();
  }

  #draw() {
    const shown = this.#store.shown();
    const isEmpty = shown.every(({ status, train }) => status === "queued" && !train.length);
    this.#element.hidden = !shown.length || !isEmpty;
    if (this.#element.hidden) return;
    const waits = [...shown].sort((a, b) => ahead(a) - ahead(b));
    const rows = waits.slice(0, NAMED).map((run) => ({ run, text: placeText(run) }));
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

/** A run whose place is not known yet comes last. @param {Run} run */
function ahead({ place }) {
  return place?.ahead ?? Number.MAX_SAFE_INTEGER;
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
