/**
 * Asks the server for the room of a lesson: when something has happened, and from time to time while others are still answering.
 * However much happens, there is one question at a time. Emits "change".
 */

import { ApiError } from "../../server/api.js";
import { roomApi } from "../../server/room-api.js";
import { Emitter } from "../../state/emitter.js";
import { newestOnly } from "../../state/newest.js";
import { oneAtATime } from "../../state/one-at-a-time.js";

/** @import { Bars, Numbers, Room } from "./types.js" */

/** The pause of a student's page, in milliseconds: a class asks at most about four times a second, however large it is. @param {number} people */
export const pauseOfStudents = (people) => Math.max(15_000, 250 * people);

export class RoomSource extends Emitter {
  /** The newest answer; an answer that says the same stays the same object. Null: there is none yet. @type {Room | null} */
  room = null;
  slug = "";
  #pause;
  #dropOlder = newestOnly();
  #timer = 0;
  /** Something has happened: ask soon. */
  ask = oneAtATime(async () => {
    clearTimeout(this.#timer);
    if (this.slug) await this.#get(() => roomApi.get(this.slug));
    this.#wait();
  });

  /** @param {(people: number) => number} pause milliseconds between two requests if nothing happens, about */
  constructor(pause) {
    super();
    this.#pause = pause;
  }

  /** Ask for the room of a lesson, or of none any more. @param {string} slug */
  open(slug) {
    if (slug === this.slug) return;
    this.slug = slug;
    this.room = null;
    clearTimeout(this.#timer);
    this.#dropOlder();
    this.emit("change");
    if (slug) this.ask();
  }

  /**
   * Vote; the answer is the room.
   * @param {string} question
   * @param {string} value
   */
  async vote(question, value) {
    await this.#get(() => roomApi.vote(this.slug, question, value), { throws: true });
  }

  /** @param {() => Promise<Room>} get */
  async #get(get, { throws = false } = {}) {
    const isNewest = this.#dropOlder();
    try {
      const room = await get();
      // a redrawn card would lose what is open in it
      if (!isNewest() || JSON.stringify(room) === JSON.stringify(this.room)) return;
      this.room = room;
      this.emit("change");
    } catch (error) {
      if (throws || !(error instanceof ApiError)) throw error;
      // the page says by itself that the lab cannot be reached; the newest answer stays
    }
  }

  /** Ask again later: not all pages of a class at the same time, and not for a page that is hidden. */
  #wait() {
    clearTimeout(this.#timer);
    if (!this.slug) return;
    this.#timer = setTimeout(
      () => (document.hidden || !isOpen(this.room) ? this.#wait() : this.ask()),
      this.#pause(this.room?.people ?? 0) * (0.75 + Math.random() / 2),
    );
  }
}

/** Whether others may still answer. @param {Room | null} room */
export function isOpen(room) {
  if (!room) return true;
  const { people, predicted, vote, transfer } = room;
  const answered = transfer ? countOf(transfer) : 0;
  return predicted < people || answered < predicted || (vote !== null && vote.phase !== "closed");
}

/** How many have answered. @param {Bars | Numbers} tally */
function countOf(tally) {
  return "options" in tally ? tally.options.reduce((sum, { count }) => sum + count, 0) : tally.count;
}
