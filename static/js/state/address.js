/** The address: the page's state in it, read once and written after each change. */

import { PROPERTIES, UrlState } from "./url-state.js";

/** Milliseconds between two writes of the address: browsers refuse more than a hundred in half a minute. */
const REST = 400;

export const urlState = new UrlState(PROPERTIES, location.hash);

let timer = 0;
let writtenAt = -REST;

function write() {
  clearTimeout(timer);
  timer = 0;
  writtenAt = performance.now();
  const address = location.pathname + location.search + urlState.hash();
  if (address !== location.pathname + location.search + location.hash)
    history.replaceState(history.state, "", address);
}

urlState.on("set", () => {
  timer ||= setTimeout(write, Math.max(0, writtenAt + REST - performance.now()));
});
// An address typed or pasted into the open page; `replaceState` does not cause this event.
addEventListener("hashchange", () => urlState.take(location.hash));
addEventListener("pagehide", write);
