/** Run status: whether a run goes on, or has ended. */

/** @import { Status } from "../types.js" */

/** @type {ReadonlySet<Status>} */
export const ACTIVE = new Set(["queued", "running", "paused"]);

/** No more of its iterations will be trained. @param {{status: Status}} run */
export function hasEnded({ status }) {
  return !ACTIVE.has(status);
}
