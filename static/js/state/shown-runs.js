/**
 * Which runs are shown: kept in the address by their numbers, for others; and in this browser with their hues, for the next
 * visit.
 */

import { urlState } from "./address.js";
import { COLOR_COUNT } from "./hues.js";
import { PROPERTIES } from "./url-state.js";

/** @import { Store } from "./store.js" */

const SHOWN = "shown";
const HUES = "hues";

/** Which runs were shown at the last visit: run id → shown. */
export function keptChoices() {
  return /** @type {Record<string, boolean>} */ (read(SHOWN));
}

/** The hues that they had: run id → hue. */
export function keptHues() {
  const hues = Object.entries(read(HUES)).filter(
    ([, hue]) => Number.isInteger(hue) && hue >= 0 && hue < COLOR_COUNT,
  );
  return /** @type {Record<string, number>} */ (Object.fromEntries(hues));
}

/** What cannot be read is ignored. @param {string} key */
function read(key) {
  try {
    return Object(JSON.parse(window.kept.get(key) ?? "null"));
  } catch {
    return {};
  }
}

/** What the address has by default: the newest runs are shown. */
const NEWEST = PROPERTIES.runs.default;
/** The message lists at most this many unknown run numbers. */
const MAX_NAMED = 5;

/**
 * From now on, let the store and the address say the same.
 * @param {Store} store
 * @param {(numbers: string[]) => void} onGone called with numbers in an address that no run has any more
 */
export function keepShown(store, onGone) {
  /** Run numbers of the address that the store does not know yet; null where there are none. */
  let wanted = chosen(urlState.get("runs"));
  const shown = () =>
    Object.keys(store.choices()).length ? store.shown().map((run) => String(run.number)) : NEWEST;
  const take = () => {
    if (!wanted || !store.complete) return;
    const numbers = wanted;
    const runs = store.list();
    const ids = runs.filter((run) => numbers.includes(String(run.number))).map((run) => run.id);
    const there = new Set(runs.map((run) => String(run.number)));
    const gone = numbers.filter((number) => !there.has(number));
    if (gone.length) onGone(gone.length > MAX_NAMED ? [...gone.slice(0, MAX_NAMED), "…"] : gone);
    const none = !numbers.length;
    wanted = null;
    if (ids.length || none) store.showOnly(ids);
  };
  store.on("runs", () => {
    take();
    if (wanted || !store.complete) return;
    window.kept.set(SHOWN, JSON.stringify(store.choices()));
    window.kept.set(HUES, JSON.stringify(store.hues()));
    urlState.set({ runs: shown() });
  });
  urlState.on("runs", (numbers) => {
    if (numbers.join() === shown().join()) return; // our own
    wanted = chosen(numbers);
    take();
  });
  take();
}

/** @param {string[]} numbers */
function chosen(numbers) {
  return numbers.join() === NEWEST.join() ? null : numbers;
}
