/**
 * Hues: which colour of the palette each of the shown curves gets. The colours differ as long as there are enough of them. A
 * curve keeps a colour that a user chose, and otherwise the colour that it already has.
 */

/** The number of hues among which a run's number, or a user, chooses; see page/palette.js. */
export const HUE_COUNT = 8;
/** The number of colours of the palette: each hue in two tones. */
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
   * @param {Hued} hued
   * @param {number} hue
   */
  const give = ({ id }, hue) => {
    hues.set(id, hue);
    uses[hue]++;
  };
  for (const hued of shown) if (hued.color_chosen) give(hued, ownHue(hued));
  // With more runs than colours, several runs keep the same hue. Otherwise their hues would change with every new run.
  const capacity = Math.ceil(shown.length / COLOR_COUNT);
  for (const hued of shown) {
    const hue = before.get(hued.id);
    if (!hues.has(hued.id) && hue !== undefined && uses[hue] < capacity) give(hued, hue);
  }
  for (const hued of shown) {
    if (hues.has(hued.id)) continue;
    const fewest = Math.min(...uses);
    const tones = uses.map((_, i) => i - (i % HUE_COUNT)); // first the first tones of all hues, then the second tones
    const places = tones.map((tone, i) => tone + ((ownHue(hued) + i) % HUE_COUNT));
    give(hued, /** @type {number} */ (places.find((hue) => uses[hue] === fewest)));
  }
  return hues;
}
