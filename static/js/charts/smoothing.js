/** Smoothing: the mean of a curve's values around each row, in which nearer rows weigh more. */

/** A typed array to which values are added one by one. `view` is the part that is filled. */
export class Grown {
  #kind;
  #values;
  length = 0;

  /** @param {Float32ArrayConstructor | Float64ArrayConstructor} kind */
  constructor(kind = Float32Array) {
    this.#kind = kind;
    this.#values = new kind(256);
  }

  /** @param {number} value */
  push(value) {
    if (this.length === this.#values.length) {
      const grown = new this.#kind(2 * this.length);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.length++] = value;
  }

  get view() {
    return this.#values.subarray(0, this.length);
  }
}

/**
 * Exponential moving average with bias correction, as in TensorBoard: a = w·a + (1 − w)·v, shown as a / (1 − wⁿ). A value that
 * is not finite is returned unchanged and does not count.
 */
export class MovingAverage {
  #weight;
  #average = 0;
  /** wⁿ after n values: the weight of the start value 0 in the average. */
  #share = 1;
  #values = new Grown();

  /** @param {number} weight 0 (none) to 0.99 */
  constructor(weight) {
    this.#weight = weight;
  }

  /** The smoothed values of all rows that were appended. */
  get values() {
    return this.#values.view;
  }

  /**
   * Append the values from index `from` to the end of the array.
   * @param {ArrayLike<number>} ys
   * @param {number} from
   */
  append(ys, from) {
    for (let i = from; i < ys.length; i++) this.#values.push(this.#next(ys[i]));
  }

  /** The smoothed value after one more value. @param {number} value */
  #next(value) {
    if (!Number.isFinite(value)) return value;
    this.#average = this.#weight * this.#average + (1 - this.#weight) * value;
    this.#share *= this.#weight;
    return this.#average / (1 - this.#share);
  }
}

/**
 * The weighted mean around each row, with weights that decay in both directions: sᵢ = Σⱼ w^|i−j| vⱼ / Σⱼ w^|i−j|. A moving
 * average of earlier rows lags behind its curve. This one does not, but needs the later rows. A value that is not finite is
 * returned unchanged and does not count.
 *
 * Each sum is computed by one pass from the left and one from the right: lᵢ = w·lᵢ₋₁ + vᵢ.
 * @param {ArrayLike<number>} values of all rows
 * @param {number} weight w, 0 (none) to 0.99
 */
export function centredAverage(values, weight) {
  const count = values.length;
  const sums = new Float64Array(count);
  const weights = new Float64Array(count);
  /**
   * Go through the rows in one direction. Add to each row's sum the weighted values of the rows before it in this direction,
   * and to its weight their weights.
   * @param {number} from the first row
   * @param {number} step 1 or -1
   * @param {boolean} own whether the row's own value is added as well; only one of both directions may do that
   */
  const walk = (from, step, own) => {
    let [sum, share] = [0, 0];
    for (let i = from; i >= 0 && i < count; i += step) {
      const [value, here] = Number.isFinite(values[i]) ? [values[i], 1] : [0, 0];
      [sum, share] = [weight * sum, weight * share];
      sums[i] += own ? sum + value : sum;
      weights[i] += own ? share + here : share;
      sum += value;
      share += here;
    }
  };
  walk(0, 1, true);
  walk(count - 1, -1, false);
  return Float32Array.from(values, (value, i) => (Number.isFinite(value) ? sums[i] / weights[i] : value));
}
