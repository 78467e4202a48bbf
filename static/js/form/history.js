/** The form's history: its states, oldest first, and which of them is the present one. */

/** This many changes can be undone; of more, the oldest are forgotten. */
export const LONGEST = 100;

/** @template State what JSON holds; a state that is given away or taken is never changed */
export class History {
  /** As text, so that nothing can change them. @type {string[]} */
  #states;
  #now = 0;
  /** Whether what is typed next belongs to the change that was recorded last. */
  #open = false;

  /** @param {State} state the first */
  constructor(state) {
    this.#states = [JSON.stringify(state)];
  }

  /**
   * What is in the form now, where that is something else: what was undone cannot be redone any more.
   * @param {State} state
   * @param {boolean} typing letter by letter, or along a slider: one change together with what was typed before, until `close`
   */
  record(state, typing = false) {
    const text = JSON.stringify(state);
    if (text === this.#states[this.#now]) return;
    if (!(typing && this.#open)) this.#now += 1;
    this.#states.length = this.#now;
    this.#open = typing && text !== this.#states[this.#now - 1]; // typed, and typed back: no change
    if (text === this.#states[this.#now - 1]) this.#now -= 1;
    else this.#states.push(text);
    if (this.#states.length > LONGEST + 1) {
      this.#states.shift();
      this.#now -= 1;
    }
  }

  /** What is typed next is a change of its own. */
  close() {
    this.#open = false;
  }

  /** Whether something has been typed that may go on. */
  get isOpen() {
    return this.#open;
  }

  /**
   * The state some changes before or after the one that is in the form; null where there is none.
   * @param {-1 | 0 | 1} by
   * @returns {State | null}
   */
  peek(by) {
    const text = this.#states[this.#now + by];
    return text === undefined ? null : JSON.parse(text);
  }

  /**
   * Go one change back, or forward again; the state that is to be in the form, null where there is none.
   * @param {-1 | 1} by
   */
  go(by) {
    const state = this.peek(by);
    if (state !== null) this.#now += by;
    this.#open = false;
    return state;
  }
}
