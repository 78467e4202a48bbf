/** The address of the page holds some of its state: it is read at the start and written after each change. */

import { PROPERTIES, UrlState } from "./url-state.js";

/** At least this many milliseconds between two writes: browsers refuse more than a hundred in half a minute. */
const PAUSE = 400;

export const urlState = new UrlState(PROPERTIES, location.hash);

let timer = 0;
let writtenAt = -PAUSE;
/** What was read or written last. */
let lastHash = location.hash;

function write() {
  clearTimeout(timer);
  timer = 0;
  if (location.hash !== lastHash) return; // an address was pasted, and the event that takes it is on its way
  writtenAt = performance.now();
  const address = location.pathname + location.search + urlState.hash();
  if (address !== location.pathname + location.search + location.hash)
    history.replaceState(history.state, "", address);
  lastHash = location.hash;
}

urlState.on("set", () => {
  timer ||= setTimeout(write, Math.max(0, writtenAt + PAUSE - performance.now()));
});
// An address typed or pasted into the open page; `replaceState` does not cause this event.
addEventListener("hashchange", () => {
  lastHash = location.hash;
  urlState.apply(lastHash);
});
addEventListener("pagehide", write);
