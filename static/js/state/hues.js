/**
 * Hues: which of the palette's colours each curve has among those that are shown together. They differ as long as there are
 * enough colours, a colour that a user chose stays, and so does one that a curve already has.
 */

/** How many colours a run can have by its number, or by a user's choice; see page/palette.js. */
export const HUE_COUNT = 8;
/** How many colours the palette has with the second tone of each. */
export const COLOR_COUNT = 2 * HUE_COUNT;

/**
 * What needs a hue: a run, or a group of runs.
 * @typedef {object} Hued
 * @property {string} id
 * @property {number} color the hue that it has where nothing else has it; any number, counted around the palette
 * @property {boolean} [color_chosen] whether a user chose it: then it always has it
 */

/** @param {Pick<Hued, "color">} one */
export function ownHue({ color }) {
  return color % HUE_COUNT;
}

/**
 * The hues of what is shown together. app/exports/hues.py does the same for reports.
 * @param {Hued[]} shown where two have the same own hue, the earlier one gets it
 * @param {ReadonlyMap<string, number>} [before] id → the hue that it has had so far
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
  // with more than there are colours, each hue stays with several: otherwise two would take turns with it
  const capacity = Math.ceil(shown.length / COLOR_COUNT);
  for (const one of shown) {
    const hue = before.get(one.id);
    if (!hues.has(one.id) && hue !== undefined && uses[hue] < capacity) give(one, hue);
  }
  for (const one of shown) {
    if (hues.has(one.id)) continue;
    const fewest = Math.min(...uses);
    const tones = uses.map((_, i) => i - (i % HUE_COUNT)); // the first tone of all hues before the second of any
    const places = tones.map((tone, i) => tone + ((ownHue(one) + i) % HUE_COUNT));
    give(one, /** @type {number} */ (places.find((hue) => uses[hue] === fewest)));
  }
  return hues;
}
