/** A student's card with the curves of the whole class as a cloud, and the own ones over it in ink. */

import { find, h } from "../page/dom.js";
import { loadStyle } from "../page/style.js";
import { oneAtATime } from "../state/one-at-a-time.js";
import { onLanguage, t } from "../words/i18n.js";
import { cloudGroups, inCloud, viewOfCurve, viewOfRun } from "./class-cloud.js";
import { CloudView } from "./cloud-view.js";
import { GroupColors } from "./groups.js";

/**
 * @import { Store } from "../state/store.js"
 * @import { CloudCurve, CloudMessage } from "./class-cloud.js"
 * @import { CurveView } from "./tile.js"
 */

/** Milliseconds between two drawings, and those after which a drawing goes on in the next picture of the screen. */
const PAUSE = 500;
const STEP_TIME = 12;

await loadStyle("cloud");

export class CloudCard {
  #store;
  #card = h("section", { className: "card cloud", id: "class-cloud", hidden: true });
  #view;
  #colors = new GroupColors();
  /** The messages as the chart takes them: one that has not changed stays the same. @type {WeakMap<CloudCurve, CurveView>} */
  #views = new WeakMap();
  #due = 0;

  /** @param {Store} store */
  constructor(store) {
    this.#store = store;
    find(document, "#charts", HTMLElement).after(this.#card);
    this.#view = new CloudView(
      this.#card,
      () => {},
      () => this.#soon(),
    );
    for (const topic of ["cloud", "cloud_curve", "draw", "rows"]) store.on(topic, () => this.#soon());
    onLanguage(() => this.#soon());
    this.#soon();
  }

  /** @returns {CloudMessage["groups"]} */
  get #groups() {
    return this.#store.messages.cloud?.groups ?? null;
  }

  #soon() {
    this.#card.hidden = !this.#groups;
    if (!this.#groups) return;
    this.#due ||= setTimeout(() => {
      this.#due = 0;
      void this.#draw();
    }, PAUSE);
  }

  /** The curves by id; those that are in no group any more are forgotten. */
  #curves() {
    const listed = new Set((this.#groups ?? []).flatMap(({ curves }) => curves.map(([id]) => id)));
    /** @type {Map<string, CloudCurve>} */
    const messages = this.#store.several.cloud_curve;
    /** @type {Map<string, CurveView>} */
    const views = new Map();
    for (const [id, message] of messages) {
      if (!listed.has(id)) {
        messages.delete(id);
        continue;
      }
      const view = this.#views.get(message) ?? viewOfCurve(message);
      this.#views.set(message, view);
      views.set(id, view);
    }
    return views;
  }

  #draw = oneAtATime(async () => {
    let begun = performance.now();
    for (const _ of this.#view.draw(cloudGroups(this.#groups, this.#curves(), this.#colors)))
      if (performance.now() - begun > STEP_TIME)
        begun = await new Promise((done) => requestAnimationFrame(() => done(performance.now())));
    const own = inCloud(this.#store.shown().filter((run) => this.#store.isOwn(run)));
    this.#view.pick(
      own.map(viewOfRun).filter(({ points }) => points.length),
      own.length ? t("class.views.you") : "",
    );
  });
}
