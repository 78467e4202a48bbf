/**
 * All places of a pointer since the event before: a fast pen moves several times between two pictures of the screen. Browsers
 * give them only in secure contexts, which a page over plain HTTP is not, and Safari since version 18.2; others give the event alone.
 * @param {PointerEvent} event
 * @returns {PointerEvent[]} at least one
 */
export function coalesced(event) {
  const all = event.getCoalescedEvents?.() ?? [];
  return all.length ? all : [event];
}
