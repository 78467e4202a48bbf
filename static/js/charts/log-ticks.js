/** Ticks of logarithmic axes: a few round numbers that do not overlap, at powers of ten or at 1, 2 and 5 times them. */

/** An axis has at most this many ticks. */
const MAX_TICKS = 10;
/** An axis should have at least this many ticks. It has fewer if they have no room, or if several would have the same text. */
const MIN_TICKS = 3;
/** A tick is one of these digits times a power of ten. */
const STEPS = [1, 2, 5];
/** Numbers in this range are written with all digits, others with a power of ten. */
const PLAIN = { low: 1e-3, high: 1e5 };
/** Numbers are written with at most this many digits that count. */
const DIGITS = 6;

/**
 * The values of the ticks of an axis, ascending.
 * @param {number} low more than 0
 * @param {number} high
 * @param {number} room the length of the axis, divided by the smallest distance between two ticks
 * @returns {number[]}
 */
export function logTicks(low, high, room) {
  if (!(low > 0 && high > low && Number.isFinite(high))) return [];
  const decades = Math.log10(high / low);
  const fits = (/** @type {number[]} */ ticks) =>
    ticks.length <= MAX_TICKS &&
    ticks.every((tick, i) => !i || (Math.log10(tick / ticks[i - 1]) / decades) * room >= 1);
  const digits = powersIn(low, high).flatMap((power) => STEPS.map((step) => timesPowerOfTen(step, power)));
  let best = within(digits, low, high);
  for (let every = 1; !fits(best); every++) best = everyPower(powersIn(low, high), every, low, high);
  if (best.length >= MIN_TICKS || decades > 2) return best;
  // the axis shows a short range: use ticks at equal distances
  const power = Math.floor(Math.log10(high - low));
  const leastPower = Math.floor(Math.log10(high)) - DIGITS + 1;
  for (const exponent of [power, power - 1].filter((each) => each >= leastPower))
    for (const step of STEPS.toReversed()) {
      const distance = timesPowerOfTen(step, exponent);
      const first = Math.ceil(low / distance);
      const ticks = within(
        Array.from({ length: Math.floor(high / distance) - first + 1 }, (_, i) =>
          timesPowerOfTen(step * (first + i), exponent),
        ),
        low,
        high,
      );
      if (ticks.length > best.length && fits(ticks)) best = ticks;
      if (best.length >= MIN_TICKS) return best;
    }
  return best.length ? best : [(low + high) / 2]; // all numbers of the axis have the same digits
}

/**
 * A whole number times a power of ten, without a rounding error.
 * @param {number} factor
 * @param {number} power
 */
function timesPowerOfTen(factor, power) {
  return Number(`${factor}e${power}`);
}

/**
 * Every second, third … power of ten, from the start that gives the most ticks on the axis.
 * @param {number[]} powers exponents of ten
 * @param {number} every 2: every second one
 * @param {number} low
 * @param {number} high
 */
function everyPower(powers, every, low, high) {
  /** @type {number[]} */
  let best = [];
  for (let shift = 0; shift < every; shift++) {
    const chosen = powers.filter((power) => (power - shift) % every === 0);
    const ticks = within(
      chosen.map((power) => timesPowerOfTen(1, power)),
      low,
      high,
    );
    if (ticks.length > best.length) best = ticks;
  }
  return best;
}

/**
 * The exponents of ten around this range.
 * @param {number} low
 * @param {number} high
 */
function powersIn(low, high) {
  const first = Math.floor(Math.log10(low));
  return Array.from({ length: Math.floor(Math.log10(high)) - first + 1 }, (_, i) => first + i);
}

/**
 * The ticks in this range.
 * @param {number[]} ticks
 * @param {number} low
 * @param {number} high
 */
function within(ticks, low, high) {
  return ticks.filter((tick) => tick >= low && tick <= high);
}

/**
 * The lowest and the highest positive, finite value; null if there is none.
 * @param {ArrayLike<number>[]} columns
 * @returns {[number, number] | null}
 */
export function positiveEnds(columns) {
  let [low, high] = [Infinity, 0];
  for (const values of columns)
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (!(value > 0 && value < Infinity)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  return high ? [low, high] : null;
}

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/**
 * The texts of ticks: 0.02, 0.5, 100; or, if one of these would be too long, 10⁻⁶, 10⁻¹, 2×10⁷.
 * @param {number[]} values more than 0
 */
export function tickTexts(values) {
  const isPlain = values.every((value) => value >= PLAIN.low && value < PLAIN.high);
  return values.map((value) =>
    isPlain || (value >= 1 && value < 100) ? String(Number(value.toPrecision(DIGITS))) : powerText(value),
  );
}

/** A value as a digit times a power of ten: 2×10⁷. @param {number} value */
function powerText(value) {
  const [digits, power] = value.toExponential().split("e");
  const raised = [...String(Math.abs(Number(power)))].map((digit) => RAISED[Number(digit)]).join("");
  const ten = `10${Number(power) < 0 ? "⁻" : ""}${raised}`;
  return digits === "1" ? ten : `${Number(digits)}×${ten}`;
}
