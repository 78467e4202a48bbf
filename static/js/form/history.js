/** The history of the form, for undo and redo: its states, oldest first, and which of them is the present one. */

/** The most changes that can be undone; older ones are dropped. */
export const MAX_STEPS_BACK = 100;

/** @template State any JSON value; the history keeps copies, which nothing can change */
export class History {
  /** As JSON texts. @type {string[]} */
  #states;
  #now = 0;
  /** Whether further typing belongs to the last recorded change. */
  #open = false;

  /** @param {State} state the first */
  constructor(state) {
    this.#states = [JSON.stringify(state)];
  }

  /**
   * Record the state of the form, if it has changed. Undone changes cannot be redone after that.
   * @param {State} state
   * @param {boolean} typing whether the user types or moves a slider; until `close`, all of this is one change
   */
  record(state, typing = false) {
    const text = JSON.stringify(state);
    if (isSame(text, this.#states[this.#now])) return;
    if (!(typing && this.#open)) this.#now += 1;
    this.#states.length = this.#now;
    const isBack = isSame(text, this.#states[this.#now - 1]); // typing back to the old value is no change
    this.#open = typing && !isBack;
    if (isBack) this.#now -= 1;
    else this.#states.push(text);
    if (this.#states.length > MAX_STEPS_BACK + 1) {
      this.#states.shift();
      this.#now -= 1;
    }
  }

  /** Let further typing be a new change. */
  close() {
    this.#open = false;
  }

  /** Whether further typing belongs to the last change. */
  get isOpen() {
    return this.#open;
  }

  /**
   * The state before or after the present one, or the present one itself (0); null if there is none.
   * @param {-1 | 0 | 1} by
   * @returns {State | null}
   */
  peek(by) {
    const text = this.#states[this.#now + by];
    return text === undefined ? null : JSON.parse(text);
  }

  /**
   * Go one change back, or forward. Returns the new present state; null if there is none.
   * @param {-1 | 1} by
   */
  go(by) {
    const state = this.peek(by);
    if (state !== null) this.#now += by;
    this.#open = false;
    return state;
  }
}

/**
 * Whether two states are the same. A key that was deleted and is there again is the last one, which makes no difference.
 * @param {string} text
 * @param {string | undefined} other
 */
function isSame(text, other) {
  return text === other || (other !== undefined && withSortedKeys(text) === withSortedKeys(other));
}

/** @param {string} text */
function withSortedKeys(text) {
  return JSON.stringify(JSON.parse(text), (_, part) =>
    part && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
