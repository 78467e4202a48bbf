/** The status of a run: whether it has ended or will still train. */

/** @import { Status } from "../types.js" */

/** @type {ReadonlySet<Status>} */
export const ACTIVE = new Set(["queued", "running", "paused"]);

/** Whether a run will train no more iterations. @param {{status: Status}} run */
export function hasEnded({ status }) {
  return !ACTIVE.has(status);
}
