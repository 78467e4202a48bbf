/**
 * Hues: which colour of the palette each of the shown curves gets. The colours differ as long as there are enough of them. A
 * curve keeps a colour that a user chose, and otherwise the colour that it already has.
 */

/** A run's number, or a user, chooses among this many colours; see page/palette.js. */
export const HUE_COUNT = 8;
/** How many colours the palette has with the second tone of each. */
export const COLOR_COUNT = 2 * HUE_COUNT;

/**
 * A run, or a group of runs, that needs a hue.
 * @typedef {object} Hued
 * @property {string} id
 * @property {number} color the hue that it gets if no other one has it; any integer, modulo the size of the palette
 * @property {boolean} [color_chosen] whether a user chose the colour; then it always gets this hue
 */

/** The hue that a run or a group has if no other one has it. @param {Pick<Hued, "color">} hued */
export function ownHue({ color }) {
  return color % HUE_COUNT;
}

/**
 * Give hues to the runs or groups that are shown together. app/exports/hues.py does the same for reports.
 * @param {Hued[]} shown if two have the same own hue, the earlier one gets it
 * @param {ReadonlyMap<string, number>} [before] id → the hue that a run or group has had so far
 * @returns {Map<string, number>}
 */
export function assignHues(shown, before = new Map()) {
  const uses = new Array(COLOR_COUNT).fill(0);
  /** @type {Map<string, number>} */
  const hues = new Map();
  /**
   * @param {Hued} one
   * @param {number} hue
   */
  const give = ({ id }, hue) => {
    hues.set(id, hue);
    uses[hue]++;
  };
  for (const one of shown) if (one.color_chosen) give(one, ownHue(one));
  // With more runs than colours, several runs keep the same hue. Otherwise their hues would change with every new run.
  const capacity = Math.ceil(shown.length / COLOR_COUNT);
  for (const one of shown) {
    const hue = before.get(one.id);
    if (!hues.has(one.id) && hue !== undefined && uses[hue] < capacity) give(one, hue);
  }
  for (const one of shown) {
    if (hues.has(one.id)) continue;
    const fewest = Math.min(...uses);
    const tones = uses.map((_, i) => i - (i % HUE_COUNT)); // first the first tones of all hues, then the second tones
    const places = tones.map((tone, i) => tone + ((ownHue(one) + i) % HUE_COUNT));
    give(one, /** @type {number} */ (places.find((hue) => uses[hue] === fewest)));
  }
  return hues;
}
