/** Requests of a lesson that is played: its questions, the sealed prediction, and answers. */

import { request } from "./api.js";

/**
 * @import { Attempt, Play, Prediction, Sure } from "../lessons/types.js"
 * @import { RunView } from "../types.js"
 */

export const lessonApi = {
  /**
   * A lesson with its questions and the newest attempt.
   * @param {string} slug
   * @param {string} language
   * @returns {Promise<Play>}
   */
  play: (slug, language) => request("GET", `${pathOf(slug)}/play?language=${language}`),
  /**
   * Seal a prediction and launch the lesson's runs in one step.
   * @param {string} slug
   * @param {{prediction: Prediction, sure: Sure, full: boolean, language: string}} sealed
   * @returns {Promise<{attempt: Attempt, runs: RunView[]}>}
   */
  seal: (slug, sealed) => request("POST", `${pathOf(slug)}/attempts`, sealed),
  /**
   * @param {string} slug
   * @param {string} language
   * @returns {Promise<Attempt>}
   */
  attempt: (slug, language) => request("GET", `${pathOf(slug)}/attempts/newest?language=${language}`),
  /**
   * Answer a question of the newest attempt.
   * @param {string} slug
   * @param {{id: string, value: any, language: string}} answer
   * @returns {Promise<Attempt>}
   */
  answer: (slug, answer) => request("POST", `${pathOf(slug)}/attempts/newest/answers`, answer),
};

/** @param {string} slug */
function pathOf(slug) {
  return `api/lessons/${encodeURIComponent(slug)}`;
}
