/** The class beside an open lesson: its card is loaded with the first lesson that is opened in a class. */

import { lazy, retried } from "../page/lazy.js";

/**
 * @import { Store } from "../state/store.js"
 * @import { Session } from "./session.js"
 */

export class RoomBeside {
  #isClass;
  #card;
  /** The lesson that is open; empty: none. */
  #slug = "";
  /** How far the own attempt was when the class was asked for last, as text to compare. */
  #asked = "";

  /** @param {Store} store */
  constructor(store) {
    this.#isClass = store.person !== null;
    this.#card = lazy(async () => new (await import("./room/room-card.js")).RoomCard(store));
  }

  /** Show the class in a lesson, and again when the own attempt has gone on. @param {Session} session */
  async follow({ slug, play, newest }) {
    if (!this.#isClass || !play) return;
    const isNew = slug !== this.#slug;
    const asked = JSON.stringify([newest?.id, newest?.step, newest?.transfer?.answer]);
    if (!isNew && asked === this.#asked) return;
    this.#slug = slug;
    this.#asked = asked;
    const card = await retried(this.#card);
    if (slug !== this.#slug) return; // it was left meanwhile
    if (isNew) card.open(slug, play);
    else card.renew();
  }

  async close() {
    if (!this.#slug) return;
    this.#slug = "";
    const card = await retried(this.#card);
    if (!this.#slug) card.close();
  }
}
