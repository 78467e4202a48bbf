/**
 * Keeps which runs are shown: in the address by their numbers, so that the address can be shared; and in the browser's
 * storage with their hues, for the next visit.
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

/** The hues of runs at the last visit: run id → hue. */
export function keptHues() {
  const hues = Object.entries(read(HUES)).filter(
    ([, hue]) => Number.isInteger(hue) && hue >= 0 && hue < COLOR_COUNT,
  );
  return /** @type {Record<string, number>} */ (Object.fromEntries(hues));
}

/** A stored object; empty if there is none or it cannot be read. @param {string} key */
function read(key) {
  try {
    return Object(JSON.parse(window.kept.get(key) ?? "null"));
  } catch {
    return {};
  }
}

/** The default in the address: the newest runs are shown. */
const NEWEST = PROPERTIES.runs.default;
/** The message lists at most this many unknown run numbers. */
const MAX_NAMED = 5;

/**
 * From now on, keep the store and the address in agreement.
 * @param {Store} store
 * @param {(numbers: string[]) => void} onGone called with numbers in an address that no run has any more
 */
export function keepShown(store, onGone) {
  /** Run numbers from the address that are not shown in the store yet; null if there are none. */
  let requested = chosen(urlState.get("runs"));
  const shown = () => (store.hasChoices ? store.shown().map((run) => String(run.number)) : NEWEST);
  const showRequested = () => {
    if (!requested || !store.complete) return;
    const numbers = requested;
    const wanted = new Set(numbers);
    const runs = store.list();
    const ids = runs.filter((run) => wanted.has(String(run.number))).map((run) => run.id);
    const existing = new Set(runs.map((run) => String(run.number)));
    const gone = numbers.filter((number) => !existing.has(number));
    if (gone.length) onGone(gone.length > MAX_NAMED ? [...gone.slice(0, MAX_NAMED), "…"] : gone);
    const none = !numbers.length;
    requested = null;
    if (ids.length || none) store.showOnly(ids);
  };
  let [written, hues] = [-1, ""];
  store.on("choice", () => {
    requested = null; // the viewer's choice is newer than the address
  });
  store.on("runs", () => {
    showRequested();
    if (requested || !store.complete) return;
    if (written !== store.choiceVersion) window.kept.set(SHOWN, JSON.stringify(store.choices()));
    written = store.choiceVersion;
    const now = JSON.stringify(store.hues());
    if (hues !== now) window.kept.set(HUES, now);
    hues = now;
    urlState.set({ runs: shown() });
  });
  urlState.on("runs", (numbers) => {
    if (numbers.join() === shown().join()) return; // this module has written them itself
    requested = chosen(numbers);
    showRequested();
  });
  showRequested();
}

/** The numbers of runs in an address; null if it has the default. @param {string[]} numbers */
function chosen(numbers) {
  return numbers.join() === NEWEST.join() ? null : numbers;
}
