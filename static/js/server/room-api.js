/** What pages ask of a class's predictions in a lesson. */

import { language } from "../words/i18n.js";
import { request } from "./api.js";

/** @import { Room, Vote } from "../lessons/room/types.js" */

/** @param {string} slug */
const path = (slug) => `api/lessons/${encodeURIComponent(slug)}`;

export const roomApi = {
  /** The room as this person may see it now. @param {string} slug @returns {Promise<Room>} */
  get: (slug) => request("GET", `${path(slug)}/room?language=${language()}`),
  /**
   * Vote in the round that is now.
   * @param {string} slug
   * @param {string} question
   * @param {string} value the id of an option
   * @returns {Promise<Room>}
   */
  vote: (slug, question, value) =>
    request("POST", `${path(slug)}/ballots`, { question, value, language: language() }),
  /**
   * Begin a vote of the class, or move it on: the teacher.
   * @param {string} lesson
   * @param {string} question
   * @param {Vote["phase"]} phase
   */
  moveVote: (lesson, question, phase) => request("POST", "api/class/vote", { lesson, question, phase }),
};
