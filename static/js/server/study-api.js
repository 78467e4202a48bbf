/** Requests about studies. */

import { request } from "./api.js";

/**
 * @import { Study, StudyDocument, StudyResults, StudySummary, Trial } from "../studies/types.js"
 * @import { RunView } from "../types.js"
 */

const AT = "api/studies";
/** The most trials in one answer. */
const MAX_TRIALS = 5000;

export const studyApi = {
  /** @returns {Promise<{studies: Study[]}>} */
  list: () => request("GET", AT),
  /** With its document. @param {string} id @returns {Promise<Study>} */
  study: (id) => request("GET", `${AT}/${id}`),
  /**
   * What a study would be.
   * @param {StudyDocument} document
   * @param {AbortSignal} signal
   * @returns {Promise<StudySummary>}
   */
  summary: (document, signal) => request("POST", `${AT}/summary`, document, signal),
  /** @param {StudyDocument} document @returns {Promise<Study>} */
  begin: (document) => request("POST", AT, document),
  /**
   * @param {string} id
   * @param {{name?: string, shared?: boolean, budget_seconds?: number | null}} changes
   * @returns {Promise<Study>}
   */
  change: (id, changes) => request("PATCH", `${AT}/${id}`, changes),
  /**
   * @param {string} id
   * @param {"pause" | "resume" | "cancel"} command
   * @returns {Promise<Study>}
   */
  command: (id, command) => request("POST", `${AT}/${id}/${command}`),
  /** @param {string} id */
  remove: (id) => request("DELETE", `${AT}/${id}`),
  /** @param {string} id @returns {Promise<StudyResults>} */
  results: (id) => request("GET", `${AT}/${id}/results`),
  /**
   * All trials, in several requests if they are many.
   * @param {string} id
   * @returns {Promise<Trial[]>}
   */
  async trials(id) {
    /** @type {Trial[]} */
    const all = [];
    for (;;) {
      const after = all.at(-1)?.number ?? 0;
      /** @type {{trials: Trial[]}} */
      const { trials } = await request("GET", `${AT}/${id}/trials?after=${after}&limit=${MAX_TRIALS}`);
      all.push(...trials);
      if (trials.length < MAX_TRIALS) return all;
    }
  },
  /**
   * A run that shows what a trial has trained.
   * @param {string} id
   * @param {number} trial its number
   * @returns {Promise<RunView>}
   */
  openRun: (id, trial) => request("POST", `${AT}/${id}/trials/${trial}/run`),
  /** The address of a study as a file. @param {string} id @param {"csv" | "json"} format */
  file: (id, format) => `${AT}/${id}/export.${format}`,
};
