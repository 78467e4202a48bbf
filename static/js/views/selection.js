/** The selection: runs that the next command is for. Chosen as files are: click, Ctrl-click, Shift-click; a tap is a Ctrl-click. */

export class Selection {
  #ids = new Set();
  #anchor = null;
  #listeners = [];

  on(listener) {
    this.#listeners.push(listener);
  }

  get size() {
    return this.#ids.size;
  }

  has(id) {
    return this.#ids.has(id);
  }

  list() {
    return [...this.#ids];
  }

  set(ids) {
    this.#ids = new Set(ids);
    this.#anchor = ids.at(-1) ?? null;
    this.#tell();
  }

  clear() {
    if (this.#ids.size) this.set([]);
  }

  /**
   * A click on a run.
   * @param {string[]} order all ids as they are listed
   */
  click(id, { shiftKey, ctrlKey }, order) {
    const anchor = order.indexOf(this.#anchor);
    if (shiftKey && anchor >= 0) {
      const [from, to] = [anchor, order.indexOf(id)].sort((a, b) => a - b);
      this.#ids = new Set([...(ctrlKey ? this.#ids : []), ...order.slice(from, to + 1)]);
    } else if (ctrlKey) {
      if (!this.#ids.delete(id)) this.#ids.add(id);
      this.#anchor = id;
    } else {
      // a click on the one selected run lets go of it
      this.#ids = this.#ids.has(id) && this.#ids.size === 1 ? new Set() : new Set([id]);
      this.#anchor = id;
    }
    this.#tell();
  }

  /** Let go of what is not there any more. */
  keep(isThere) {
    const gone = this.list().filter((id) => !isThere(id));
    for (const id of gone) this.#ids.delete(id);
    if (gone.length) this.#tell();
  }

  #tell() {
    for (const listener of this.#listeners) listener();
  }
}
