/** Notification by topic: how all parts of the page are notified of each other's changes. */

/**
 * Listeners by topic, called in the order in which they came.
 *
 *     const stop = store.on("runs", draw);
 *     stop(); // draw is not called any more
 */
export class Emitter {
  /** @type {Map<string, Set<(...details: any[]) => void>>} */
  #listeners = new Map();

  /**
   * Call `listener` each time that the topic is emitted.
   * @param {string} topic
   * @param {(...details: any[]) => void} listener
   * @returns {() => void} ends it
   */
  on(topic, listener) {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners);
    const called = (/** @type {any[]} */ ...details) => listener(...details); // one that listens twice is called twice
    listeners.add(called);
    return () => listeners.delete(called);
  }

  /**
   * Call a topic's listeners. One that is added meanwhile is called the next time; one that is removed, not any more.
   * @param {string} topic
   * @param {any[]} details what they are called with
   */
  emit(topic, ...details) {
    const listeners = this.#listeners.get(topic);
    for (const listener of [...(listeners ?? [])]) if (listeners?.has(listener)) listener(...details);
  }
}
