/** The position of the hover box: outside of the plot, if the window has room. */

/** Distances in pixels: from the mouse, from the plot, and from the edges of the window. */
const [AWAY, BELOW, EDGE] = [16, 6, 4];

/**
 * Place the box below the plot; if there is no room, above it; otherwise beside the mouse. It stays inside the window.
 * @param {{width: number, height: number}} box
 * @param {{left: number, top: number}} mouse
 * @param {{top: number, bottom: number}} plot the plot with the numbers of its axes
 * @param {{width: number, height: number}} room the size of the window
 * @returns {{left: number, top: number}}
 */
export function boxPlace(box, mouse, plot, room) {
  const fits = (/** @type {number} */ top) => top >= EDGE && top + box.height <= room.height - EDGE;
  const outside = [plot.bottom + BELOW, plot.top - BELOW - box.height].find(fits);
  const isRight = mouse.left + AWAY + box.width < room.width;
  const beside = isRight ? mouse.left + AWAY : mouse.left - AWAY - box.width;
  const left = outside === undefined ? beside : mouse.left - box.width / 2;
  const top = outside ?? mouse.top + AWAY;
  return {
    left: Math.max(EDGE, Math.min(left, room.width - box.width - EDGE)),
    top: Math.max(EDGE, Math.min(top, room.height - box.height - EDGE)),
  };
}
