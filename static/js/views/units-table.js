/** The numbers of the card of update ratios, dead and saturated units. No document, no state. */

import { logShare } from "./scales.js";

/**
 * A layer, as the view `units` describes it; see `engine/views/units.py`.
 * @typedef {{name: string, activation: string | null, units: number, dead: number | null, saturated: number | null, update_ratio: number | null}} LayerUnits
 */

/**
 * The band in which update ratios usually lie where training works: a factor of ten on both sides of 10⁻³, the rule of thumb of
 * Karpathy, CS231n, "Neural Networks Part 3: Learning and Evaluation", section "Ratio of weights:updates".
 */
export const BAND = { low: 1e-4, high: 1e-2 };
/** The axis of the ratios. */
export const AXIS = { low: 1e-6, high: 1 };

/** Where a ratio is on the axis, from 0 to 1; what is beyond is at its end. @param {number} ratio */
export function placeOf(ratio) {
  return Math.max(0, Math.min(1, logShare(ratio, AXIS.low, AXIS.high)));
}

/**
 * How a ratio lies to the band: −1 below, 1 above, 0 within (or not known).
 * @param {number | null} ratio
 */
export function besideBand(ratio) {
  return ratio === null ? 0 : ratio < BAND.low ? -1 : ratio > BAND.high ? 1 : 0;
}

/**
 * The layer with the largest share of dead or saturated units; null if no layer has any.
 * @param {LayerUnits[]} layers
 * @returns {{layer: string, kind: "dead" | "saturated", share: number} | null}
 */
export function worstOf(layers) {
  /** @type {{layer: string, kind: "dead" | "saturated", share: number} | null} */
  let worst = null;
  for (const { name, dead, saturated } of layers)
    for (const [kind, share] of /** @type {const} */ ([
      ["dead", dead],
      ["saturated", saturated],
    ]))
      if (share && share > (worst?.share ?? 0)) worst = { layer: name, kind, share };
  return worst;
}
