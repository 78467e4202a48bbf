/** The position of the hover box: beside the plot that it explains, if the window has room. */

/** Pixels from the mouse, from the plot, and to the edges of the window. */
const [AWAY, BELOW, EDGE] = [16, 6, 4];

/**
 * Below the plot, or else above it, or else beside the mouse; never over the window's edge.
 * @param {{width: number, height: number}} box
 * @param {{left: number, top: number}} mouse
 * @param {{top: number, bottom: number}} plot with the numbers of its axes
 * @param {{width: number, height: number}} room of the window
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
