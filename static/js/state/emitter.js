/** Notification by topic: the way in which all parts of the page hear of each other's changes. */

/**
 * Listeners by topic. They are called in the order in which they were added.
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
   * @returns {() => void} removes the listener
   */
  on(topic, listener) {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners);
    const called = (/** @type {any[]} */ ...details) => listener(...details); // so that a listener can be added twice
    listeners.add(called);
    return () => listeners.delete(called);
  }

  /**
   * Call the listeners of a topic. A listener that is added during this is called the next time, and one that is removed
   * during this is not called any more.
   * @param {string} topic
   * @param {any[]} details the arguments for the listeners
   */
  emit(topic, ...details) {
    const listeners = this.#listeners.get(topic);
    for (const listener of [...(listeners ?? [])]) if (listeners?.has(listener)) listener(...details);
  }
}
