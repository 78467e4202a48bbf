/** Requests about the moments of a run: what it was there, and forks. Loaded only where a moment is pinned or forked. */

import { refusal, refusalIn, request, send, whole } from "./api.js";

/** @import { Experiment, Fork, RunView } from "../types.js" */

export const momentApi = {
  /**
   * Go on from an iteration of a run with other settings, as a new run.
   * @param {string} id
   * @param {Fork} fork
   * @returns {Promise<RunView>}
   */
  fork: (id, fork) => request("POST", `api/runs/${id}/fork`, fork),
  /**
   * What a fork would be: its complete experiment, and how long it takes.
   * @param {string} id
   * @param {Fork} fork
   * @returns {Promise<{config: Experiment, seconds: number, changes_nothing: boolean}>}
   */
  checkFork: (id, fork) => request("POST", `api/runs/${id}/fork/check`, fork),
  /**
   * How long it would take to train a run again up to an iteration.
   * @param {string} id
   * @param {number} iteration
   * @returns {Promise<{expected_seconds: number}>}
   */
  moment: (id, iteration) => request("GET", `api/runs/${id}/moments/${iteration}`),
  /**
   * The weights of a run after an iteration, as a file.
   * @param {string} id
   * @param {number} iteration
   * @param {AbortSignal} signal
   */
  weights: async (id, iteration, signal) => {
    const answer = await send("GET", `api/runs/${id}/moments/${iteration}/weights.npz`, undefined, signal);
    if (!answer.ok) throw await refusalIn(answer);
    const [, name] = /filename\*=UTF-8''([^;]+)/.exec(answer.headers.get("Content-Disposition") ?? "") ?? [];
    const content = await whole(answer.arrayBuffer());
    if (!name) throw refusal(answer, null);
    return { name: decodeURIComponent(name), content };
  },
};
