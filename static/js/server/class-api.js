/** Requests of class mode: joining, and what a person of a class does beside training. */

import { request } from "./api.js";

/** @import { ClassView } from "../class/types.js" */

export const classApi = {
  /** @returns {Promise<ClassView>} */
  look: () => request("GET", "api/class"),
  /**
   * The class that has a code.
   * @param {string} code
   * @returns {Promise<{name: string}>}
   */
  check: (code) => request("POST", "api/class/check", { code }),
  /**
   * @param {string} code
   * @param {string} nickname
   * @returns {Promise<ClassView>}
   */
  join: (code, nickname) => request("POST", "api/class/join", { code, nickname }),
  /**
   * Go on as the person of a recovery phrase.
   * @param {string} code
   * @param {string} phrase
   * @returns {Promise<ClassView>}
   */
  comeBack: (code, phrase) => request("POST", "api/class/return", { code, phrase }),
  /**
   * Enter by the teacher's or the projector's link.
   * @param {string} secret
   * @returns {Promise<ClassView>}
   */
  enter: (secret) => request("POST", "api/class/enter", { secret }),
  /**
   * A new recovery phrase with words of a language; it replaces the one before.
   * @param {string} language
   * @returns {Promise<{phrase: string}>}
   */
  phrase: (language) => request("POST", "api/class/me/phrase", { language }),
  /** @param {boolean} up @returns {Promise<ClassView>} */
  raiseHand: (up) => request("PUT", "api/class/me/hand", { up }),
  /**
   * Put a view on every screen, or release it.
   * @param {object | null} view
   * @returns {Promise<ClassView>}
   */
  show: (view) => request("POST", "api/class/show", { view }),
  /**
   * Share runs with the class: all of them are listed, shown and withdrawn together.
   * @param {{runs: string[], iteration: number | null}} view
   */
  shareView: (view) => request("POST", "api/class/views", view),
  /** @param {string} id */
  stopSharing: (id) => request("DELETE", `api/class/views/${id}`),
  leave: () => request("POST", "api/class/me/leave"),
};
