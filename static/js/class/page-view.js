/** What a page shows, as others may see it: its runs, and the moment that is pinned. */

import { urlState } from "../state/address.js";
import { readMoment } from "../state/moment.js";

/** @import { Store } from "../state/store.js" */

/**
 * The ids of the shown runs. With a pinned moment its run comes first, and `iteration` is there.
 * @param {Pick<Store, "shown">} store
 * @returns {{runs: string[], iteration: number | null}}
 */
export function viewOfPage(store) {
  const shown = store.shown();
  const moment = readMoment(urlState.get("moment"));
  const pinned = shown.find(({ number }) => number === moment?.run);
  if (!pinned || moment?.iteration == null) return { runs: shown.map(({ id }) => id), iteration: null };
  const others = shown.filter((run) => run !== pinned);
  return { runs: [pinned, ...others].map(({ id }) => id), iteration: moment.iteration };
}
