/** Where values are in the plot of the rate finder, and its ticks. */

/** @import { RateTest } from "../types.js" */

export const HEIGHT = 240;
export const MARGIN = { left: 40, right: 12, top: 18, bottom: 36 };

/** Where values are in a plot, in pixels from its corner. @typedef {{x: (rate: number) => number, y: (loss: number) => number}} Places */

/**
 * The places in a plot of a width. The loss begins at 0, and ends where the smoothed loss does; single batches may be above.
 * @param {RateTest} test
 * @param {number} width
 * @returns {Places & {top: number}}
 */
export function placesOf({ rates, smoothed }, width) {
  const [low, high] = [Math.log(rates[0]), Math.log(rates[rates.length - 1])];
  const top = 1.05 * Math.max(...smoothed) || 1;
  const [wide, tall] = [width - MARGIN.left - MARGIN.right, HEIGHT - MARGIN.top - MARGIN.bottom];
  return {
    x: (rate) => MARGIN.left + (wide * (Math.log(rate) - low)) / (high - low || 1),
    y: (loss) => MARGIN.top + tall * (1 - Math.min(loss, top) / top),
    top,
  };
}

/**
 * The place of the rate that is nearest to a rate, by their ratio.
 * @param {number[]} rates ascending
 * @param {number} rate
 */
export function nearest(rates, rate) {
  let best = 0;
  for (let place = 1; place < rates.length; place++)
    if (Math.abs(Math.log(rates[place] / rate)) < Math.abs(Math.log(rates[best] / rate))) best = place;
  return best;
}

/** A rate with two digits, as it is used. @param {number} rate */
export const rounded = (rate) => Number(rate.toPrecision(2));

/**
 * Ticks from 0 to a value: round numbers at equal distances.
 * @param {number} top
 * @param {number} most how many there may be
 */
export function linearTicks(top, most) {
  const power = 10 ** Math.floor(Math.log10(top / most));
  const step = power * ([1, 2, 5, 10].find((digit) => top / (digit * power) <= most) ?? 10);
  return Array.from({ length: Math.floor(top / step) + 1 }, (_, i) => Number((i * step).toPrecision(3)));
}
