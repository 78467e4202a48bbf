/** Smoothing: the mean of a curve's values around each row, in which nearer rows weigh more. */

/** A typed array that grows; `view` is what is in it so far. */
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
 * Exponential moving average with the bias of its start taken out, as TensorBoard's smoothing slider does it:
 * a = w·a + (1 − w)·v, shown as a / (1 − wⁿ). A value that is not finite passes through and does not enter.
 */
export class MovingAverage {
  #weight;
  #average = 0;
  #share = 1;
  #values = new Grown();

  /** @param {number} weight 0 (none) to 0.99 */
  constructor(weight) {
    this.#weight = weight;
  }

  /** The smoothed value of every row taken so far. */
  get values() {
    return this.#values.view;
  }

  /**
   * Take rows `from` to the array's end.
   * @param {ArrayLike<number>} ys
   * @param {number} from
   */
  take(ys, from) {
    for (let i = from; i < ys.length; i++) this.#values.push(this.#next(ys[i]));
  }

  /** @param {number} value */
  #next(value) {
    if (!Number.isFinite(value)) return value;
    this.#average = this.#weight * this.#average + (1 - this.#weight) * value;
    this.#share *= this.#weight;
    return this.#average / (1 - this.#share);
  }
}

/**
 * The mean around each row, with weights that fall by the same share on both sides:
 * sᵢ = Σⱼ w^|i−j| vⱼ / Σⱼ w^|i−j|. A moving average that only looks back lags behind its curve; this one does not, but
 * needs the rows that follow. A value that is not finite passes through and does not enter.
 *
 * Both sums are products of a walk from the left and one from the right: lᵢ = w·lᵢ₋₁ + vᵢ.
 * @param {ArrayLike<number>} values of all rows
 * @param {number} weight w, 0 (none) to 0.99
 */
export function centredAverage(values, weight) {
  const count = values.length;
  const sums = new Float64Array(count);
  const weights = new Float64Array(count);
  /**
   * Walk over the rows, and add to each what lies before it on the way, with or without its own value.
   * @param {number} from
   * @param {number} step
   * @param {boolean} own
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
