/** Tries what the server may refuse, and says beside it why it did. */

import { ApiError } from "../server/api.js";
import { explain } from "../words/reasons.js";

/**
 * @param {HTMLElement} problem says why the action was refused; empty otherwise
 * @param {() => Promise<unknown>} action
 * @returns {Promise<boolean>} whether it was done
 */
export async function attempt(problem, action) {
  problem.textContent = "";
  try {
    await action();
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    problem.textContent = explain(error);
    return false;
  }
}
