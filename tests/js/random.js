/** Examples for property tests: the same ones each time, so that a failure comes again. */

/** A generator of numbers from 0 to 1 (mulberry32). @param {number} seed */
export function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What property tests draw from: whole numbers, one of several, and lists of them. */
export class Examples {
  #next;

  /** @param {number} seed */
  constructor(seed) {
    this.#next = random(seed);
  }

  /**
   * A whole number from `low` to `high`.
   * @param {number} low
   * @param {number} high
   */
  whole(low, high) {
    return low + Math.floor(this.#next() * (high - low + 1));
  }

  /**
   * A number between two, as often in each power of ten.
   * @param {number} low
   * @param {number} high
   */
  logarithmic(low, high) {
    return low * (high / low) ** this.#next();
  }

  /**
   * @template Choice
   * @param {readonly Choice[]} choices
   */
  of(choices) {
    return choices[this.whole(0, choices.length - 1)];
  }

  /**
   * @template Item
   * @param {number} longest
   * @param {() => Item} make
   */
  list(longest, make, shortest = 0) {
    return Array.from({ length: this.whole(shortest, longest) }, make);
  }

  /**
   * A text of these signs.
   * @param {string} signs
   * @param {number} longest
   */
  text(signs, longest) {
    return this.list(longest, () => this.of([...signs])).join("");
  }
}

/**
 * Call `check` with this many examples; a failure says which one it was.
 * @param {number} count
 * @param {(examples: Examples) => void} check
 */
export function forExamples(count, check) {
  for (let seed = 1; seed <= count; seed++) {
    try {
      check(new Examples(seed));
    } catch (error) {
      if (error instanceof Error) error.message = `example ${seed}: ${error.message}`;
      throw error;
    }
  }
}
