/**
 * The weights of a moment as a file. The lab trains the run again up to there, so the button says how long that takes if one
 * has to wait, and a second press cancels it. If it would take too long, the nearest moment that the lab has is offered.
 */

import { download } from "../charts/save.js";
import { h, setText } from "../page/dom.js";
import { ApiError } from "../server/api.js";
import { momentApi } from "../server/moment-api.js";
import { newestOnly } from "../state/newest.js";
import { duration } from "../words/duration.js";
import { number, t } from "../words/i18n.js";
import { explain } from "../words/reasons.js";

/**
 * @import { Toast } from "../page/toast.js"
 * @import { Playhead } from "./playhead.js"
 */

/** The server is asked when the moment has not moved for this many milliseconds. */
const PAUSE = 250;
/** Shorter times are not shown, in seconds. */
const SHORT = 1;
/** A refusal is shown for this many milliseconds. */
const TIME = 15_000;

export class Weights {
  element = h("button", { type: "button", className: "toggle", id: "weights", onclick: () => this.#press() });
  #playhead;
  #toast;
  #dropOlder = newestOnly();
  #timer = 0;
  /** The moment for which the button says the time, and that time. */
  #asked = "";
  #seconds = 0;
  /** The download, while it goes on. @type {AbortController | null} */
  #loading = null;

  /**
   * @param {Playhead} playhead
   * @param {Toast} toast
   */
  constructor(playhead, toast) {
    this.#playhead = playhead;
    this.#toast = toast;
  }

  /** Show the button for the present moment. */
  show() {
    const { run, iteration } = this.#playhead;
    const key = `${run?.id} ${iteration}`;
    if (key !== this.#asked) {
      this.#asked = key;
      this.#seconds = 0;
      this.#dropOlder(); // an answer for another moment comes too late
      clearTimeout(this.#timer);
      this.#timer = run ? setTimeout(() => this.#estimate(run.id, iteration), PAUSE) : 0;
    }
    this.#draw();
  }

  #draw() {
    const long = this.#seconds > SHORT ? ` ≈ ${duration(this.#seconds)}` : "";
    setText(this.element, this.#loading ? t("moment.weights_cancel") : `${t("moment.weights")}${long}`);
    this.element.title = t("moment.weights_hint");
    this.element.setAttribute("aria-busy", String(Boolean(this.#loading)));
  }

  /**
   * @param {string} id
   * @param {number} iteration
   */
  async #estimate(id, iteration) {
    const isNewest = this.#dropOlder();
    try {
      const { expected_seconds } = await momentApi.moment(id, iteration);
      if (!isNewest()) return;
      this.#seconds = expected_seconds;
      this.#draw();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // pressing the button says what is wrong
    }
  }

  async #press() {
    const { run, iteration } = this.#playhead;
    if (this.#loading) return this.#loading.abort();
    if (run) await this.#load(run.id, iteration);
  }

  /**
   * @param {string} id
   * @param {number} iteration
   */
  async #load(id, iteration) {
    const loading = new AbortController();
    this.#loading = loading;
    this.#draw();
    try {
      const { name, content } = await momentApi.weights(id, iteration, loading.signal);
      download(name, content, "application/octet-stream");
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!loading.signal.aborted) this.#refuse(error, id);
    } finally {
      this.#loading = null;
      this.#draw();
    }
  }

  /**
   * @param {ApiError} error
   * @param {string} id
   */
  #refuse(error, id) {
    const nearest = error.code === "replay_long" ? error.bounds.from_iteration : undefined;
    const take = () => {
      if (this.#playhead.run?.id === id) this.#playhead.moveTo(nearest);
      if (!this.#loading) this.#load(id, nearest);
    };
    const offer =
      nearest === undefined ? {} : { label: t("moment.take", { n: number(nearest) }), action: take };
    this.#toast.show(explain(error), { wrong: true, time: TIME, ...offer });
  }
}
