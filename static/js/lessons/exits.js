/** What is written as answers to the last questions of lessons. It stays after a lesson is left, until one predicts again. */

/** @import { Exit } from "./player-parts.js" */
/** @import { Session } from "./session.js" */

export class Exits {
  /** By the slugs of lessons. @type {Map<string, Exit>} */
  #exits = new Map();

  /** @param {Session} session */
  of({ slug }) {
    return this.#exits.get(slug) ?? { written: null, sent: null };
  }

  /** @param {Session} session @param {string} text what is in the box now */
  write(session, text) {
    this.#exits.set(session.slug, { ...this.of(session), written: text });
  }

  /** Send a text to the server. @param {Session} session @param {string} text */
  async save(session, text) {
    const exit = session.attempt?.exit;
    if (!exit) return;
    this.#exits.set(session.slug, { written: text, sent: text });
    await session.answer(exit.id, text);
  }

  /** @param {Session} session */
  forget({ slug }) {
    this.#exits.delete(slug);
  }
}
