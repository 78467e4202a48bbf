/** What the teacher and the projector ask of the class. */

import { api, request } from "../server/api.js";
import { classApi } from "../server/class-api.js";

/**
 * The class as the teacher sees it.
 * @typedef {{name: string, role: string, ended: boolean, held: boolean, shown: object | null, code?: string,
 *   addresses?: string[], numbers_only?: boolean}} ClassAnswer
 */

/** Statuses of a refused end: the run is deleted, or has ended already. */
const ENDED = [404, 409];

export const wallApi = {
  /** @returns {Promise<ClassAnswer>} */
  get: () => request("GET", "api/class"),
  /** The data sets of the lab. @returns {Promise<{datasets: import("../types.js").Dataset[]}>} */
  datasets: () => request("GET", "api/datasets"),
  /** @param {Record<string, string | number | null>} challenge */
  startChallenge: (challenge) => request("POST", "api/class/challenge", challenge),
  openTestSet: () => request("POST", "api/class/challenge/open"),
  endChallenge: () => request("POST", "api/class/challenge/end"),
  /** @param {boolean} held */
  hold: (held) => request("POST", "api/class/hold", { held }),
  /** Move all that trains. @param {number} iterations */
  step: (iterations) => request("POST", "api/class/step", { iterations }),
  show: classApi.show,
  /** Let a training start before all that wait. @param {string} training */
  putFirst: (training) => request("POST", `api/class/queue/${training}/first`),
  /**
   * Let a training start right after another one that waits.
   * @param {string} training
   * @param {string} behind
   */
  putBehind: (training, behind) => request("POST", `api/class/queue/${training}/behind`, { behind }),
  /** @param {Record<string, any>} changes */
  change: (changes) => request("PATCH", "api/class", changes),
  /** @returns {Promise<ClassAnswer>} */
  renewCode: () => request("POST", "api/class/code"),
  /** The secret of a new link for the projector. @returns {Promise<{secret: string}>} */
  projectorLink: () => request("POST", "api/class/projector-link"),
  /**
   * End each of these runs, also if the server refuses others. One that has ended meanwhile is no error.
   * @param {string[]} ids
   */
  stop(ids) {
    const stopped = ids.map((id) =>
      api.command(id, "cancel").catch((refusal) => {
        if (!ENDED.includes(refusal.status)) throw refusal;
      }),
    );
    return Promise.all(stopped);
  },
  end: () => request("POST", "api/class/end"),
  /**
   * @param {string} person
   * @param {{nickname?: string, removed?: boolean, hand?: boolean}} changes
   */
  changePerson: (person, changes) => request("PATCH", `api/class/people/${person}`, changes),
  /**
   * @param {string} person
   * @param {string} language
   * @returns {Promise<{phrase: string}>}
   */
  phrase: (person, language) => request("POST", `api/class/people/${person}/phrase`, { language }),
};
