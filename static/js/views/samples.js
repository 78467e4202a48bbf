/** Images and points of the data sets, as the server has them, for the cards that show some. Each is asked for once. */

import { api } from "../server/api.js";

/** @import { DataSample } from "../types.js" */

/** The most parts that are kept. */
const MAX_KEPT = 60;

/** @type {Map<string, DataSample | Error | null>} */
const kept = new Map();

/**
 * Some images or points of a data set; null: not here yet (then `onLoad` is called), or not to be had.
 * @param {string} dataset
 * @param {{part: "test" | "train", first: number, count: number}} which
 * @param {() => void} onLoad
 */
export function sampleOf(dataset, which, onLoad) {
  const key = `${dataset} ${which.part} ${which.first} ${which.count}`;
  const loaded = kept.get(key);
  if (loaded !== undefined) return loaded instanceof Error ? null : loaded;
  kept.set(key, null);
  const [oldest] = kept.keys();
  if (kept.size > MAX_KEPT) kept.delete(oldest);
  api
    .images(dataset, which)
    .then((sample) => kept.set(key, sample))
    .catch((error) => kept.set(key, error))
    .then(onLoad);
  return null;
}
